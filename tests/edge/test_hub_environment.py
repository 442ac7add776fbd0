"""The hub's own variables: whom to ask, with which token."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.edge.hub_environment import DEFAULT_ENDPOINT, DEFAULT_TIMEOUT, Access, access

MIRROR = "https://mirror.example"


def read(**environ: str) -> Access:
    """What a process with this environment would do."""
    return access(environ)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a stored token in the usual place below it."""
    (tmp_path / "huggingface").mkdir()
    (tmp_path / "huggingface" / "token").write_text("hf_stored\r\n")
    return tmp_path


def test_defaults(tmp_path: Path) -> None:
    assert read(XDG_CACHE_HOME=str(tmp_path)) == Access(
        endpoint=DEFAULT_ENDPOINT, token=None, offline=False, timeout=DEFAULT_TIMEOUT
    )


@pytest.mark.parametrize("name", ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"])
def test_token_of_the_environment(name: str, home: Path) -> None:
    for endpoint in ("", MIRROR):
        environ = {name: " hf_x\n", "XDG_CACHE_HOME": str(home), "HF_ENDPOINT": endpoint}
        assert read(**environ).token == "hf_x"
        assert read(**environ, HF_HUB_DISABLE_IMPLICIT_TOKEN="1").token is None
    assert "hf_x" not in repr(read(**environ))


def test_stored_token_goes_to_the_public_hub_only(home: Path) -> None:
    usual = {"XDG_CACHE_HOME": str(home)}
    assert read(**usual).token == "hf_stored"
    assert read(**usual, HF_ENDPOINT=f"{DEFAULT_ENDPOINT}/").token == "hf_stored"
    assert read(**usual, HF_ENDPOINT=MIRROR).token is None
    assert read(**usual, HF_HUB_DISABLE_IMPLICIT_TOKEN="true").token is None
    assert read(**usual, HF_TOKEN=" \n").token == "hf_stored"


def test_token_file_that_a_variable_points_to(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TEST", str(home))
    (home / "mine").write_text("hf_mine")
    for endpoint in ("", MIRROR):
        assert read(HF_ENDPOINT=endpoint, HF_HOME="$HUB_TEST/huggingface").token == "hf_stored"
        both = read(
            HF_ENDPOINT=endpoint, HF_HOME=str(home / "huggingface"),
            HF_TOKEN_PATH=str(home / "mine"),
        )  # fmt: skip
        assert both.token == "hf_mine"
    assert read(HF_TOKEN_PATH=str(home / "none"), XDG_CACHE_HOME=str(home)).token is None
    assert read(HF_TOKEN_PATH=str(home)).token is None


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"two words", b"x" * 5000, b"a\x00b"])
def test_file_that_holds_no_token(home: Path, data: bytes) -> None:
    (home / "huggingface" / "token").write_bytes(data)
    assert read(XDG_CACHE_HOME=str(home)).token is None


def test_endpoint_and_offline() -> None:
    assert read(HF_ENDPOINT=f" {MIRROR}/hub// ").endpoint == f"{MIRROR}/hub"
    assert read(HF_ENDPOINT=" ").endpoint == DEFAULT_ENDPOINT
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        assert [read(**{name: value}).offline for value in ("1", "yes", "0", "")] == [
            *(True, True, False, False)
        ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3", 3.0), (" 7 ", 7.0), ("0", 10.0), ("-1", 10.0), ("x", 10.0), ("", 10.0), ("999", 60.0)],
)
def test_timeout(text: str, seconds: float) -> None:
    assert read(HF_HUB_ETAG_TIMEOUT=text).timeout == seconds
