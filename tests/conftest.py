"""Every test stays on the loopback and away from this machine's own settings."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

_HOME = tempfile.mkdtemp(prefix="provenance-tests-")
# huggingface_hub reads these when it is imported, hence before any test module is collected.
for _name in [
    name for name in os.environ if name.startswith(("HF_", "HUGGING", "PROVENANCE_", "PIP_", "UV_"))
]:
    del os.environ[_name]
for _name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[_name]
os.environ.update(
    HF_HOME=_HOME,
    HF_ENDPOINT="http://127.0.0.1:9",  # nobody listens: a forgotten endpoint fails at once
    PIP_CONFIG_FILE=os.devnull,
    PIP_INDEX_URL="http://127.0.0.1:9/simple",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_DISABLE_PROGRESS_BARS="1",
    HF_HUB_DISABLE_XET="1",
    XDG_CACHE_HOME=_HOME,
    LANG="C.UTF-8",
)


def pytest_unconfigure() -> None:
    """Remove the temporary home."""
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that connects or resolves anything but 127.0.0.1."""
    strayed: list[object] = []
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if not (isinstance(address, tuple) and address[0] == "127.0.0.1"):
            strayed.append(address)
            raise OSError(f"not the loopback: {address!r}")
        connect(self, address)

    def guarded_resolve(host: Any, *rest: Any, **named: Any) -> Any:
        if host not in ("127.0.0.1", b"127.0.0.1"):
            strayed.append(host)
            raise OSError(f"not the loopback: {host!r}")
        return resolve(host, *rest, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_resolve)
    yield
    assert strayed == []
