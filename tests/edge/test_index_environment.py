"""Which indexes are asked: what pip and uv read, and nothing of the scanned tree."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provenance.edge import index_environment
from provenance.edge.index_environment import Indexes, indexes
from provenance.extract.channels import DEFAULT_INDEX


@pytest.fixture(autouse=True)
def no_file_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_environment, "SYSTEM_FILE", "")


def chosen(tmp_path: Path, **environ: str) -> Indexes:
    return indexes({"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path), **environ},
                   prefix=str(tmp_path / "prefix"))  # fmt: skip


def urls(found: Indexes) -> list[str]:
    return [index.url for index in found.asked]


def conf(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_public_index_unless_told_otherwise(tmp_path: Path) -> None:
    found = chosen(tmp_path, PIP_CONFIG_FILE=os.devnull)
    assert urls(found) == [DEFAULT_INDEX]
    assert [index.label for index in found.asked] == ["PyPI"]
    assert (found.timeout, found.certificates, found.unsupported) == (15.0, "", ())


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"PIP_INDEX_URL": "http://a.test/simple/"}, ["http://a.test/simple"]),
        ({"UV_INDEX_URL": "http://u.test/s"}, ["http://u.test/s"]),
        ({"UV_DEFAULT_INDEX": "corp=http://u.test/s", "PIP_INDEX_URL": "http://a.test"},
         ["http://u.test/s"]),
        ({"PIP_INDEX_URL": "http://a.test/s", "PIP_EXTRA_INDEX_URL": "http://b.test/s  http://a.test/s",
          "UV_INDEX": "x=http://c.test/s"},
         ["http://a.test/s", "http://c.test/s", "http://b.test/s"]),
        ({"PIP_INDEX_URL": "http://[::1]:8080/s"}, ["http://[::1]:8080/s"]),
        ({"PIP_NO_INDEX": "1", "PIP_INDEX_URL": "http://a.test/s"}, []),
    ],
)  # fmt: skip
def test_the_environment_decides(
    tmp_path: Path, environ: dict[str, str], expected: list[str]
) -> None:
    assert urls(chosen(tmp_path, PIP_CONFIG_FILE=os.devnull, **environ)) == expected


def test_pip_conf_global_user_site_and_the_named_one_in_this_order(tmp_path: Path) -> None:
    conf(tmp_path / "pip/pip.conf", "[global]", "index-url = http://global.test/s",
         "timeout = 7", "cert = /etc/own.pem")  # fmt: skip
    assert urls(chosen(tmp_path)) == ["http://global.test/s"]
    conf(tmp_path / ".config/pip/pip.conf", "[global]", "index_url = http://user.test/s",
         "extra-index-url =", "  http://e1.test/s", "  http://e2.test/s")  # fmt: skip
    found = chosen(tmp_path)
    assert urls(found) == ["http://user.test/s", "http://e1.test/s", "http://e2.test/s"]
    assert (found.timeout, found.certificates) == (7.0, "/etc/own.pem")
    conf(tmp_path / "prefix/pip.conf", "[install]", "index-url = http://site.test/s")
    assert urls(chosen(tmp_path))[0] == "http://site.test/s"
    named = conf(tmp_path / "named.conf", "[global]", "index-url = http://named.test/s")
    assert urls(chosen(tmp_path, PIP_CONFIG_FILE=str(named)))[0] == "http://named.test/s"
    assert urls(chosen(tmp_path, PIP_CONFIG_FILE=os.devnull)) == [DEFAULT_INDEX]
    assert urls(chosen(tmp_path, PIP_INDEX_URL="http://env.test/s"))[0] == "http://env.test/s"


@pytest.mark.parametrize("text", ["no section = 1", "[global", "[global]\nindex-url", "\xff\xfe"])
def test_a_broken_file_says_nothing(tmp_path: Path, text: str) -> None:
    conf(tmp_path / ".config/pip/pip.conf", text)
    assert urls(chosen(tmp_path)) == [DEFAULT_INDEX]


@pytest.mark.parametrize(
    "url", ["file:///wheels", "ftp://a.test/s", "http://", "http://[x", "a.test/s", "http://ä.test"]
)
def test_what_is_no_address_of_the_web_is_not_asked_but_named(tmp_path: Path, url: str) -> None:
    found = chosen(tmp_path, PIP_CONFIG_FILE=os.devnull, PIP_INDEX_URL=url)
    assert (urls(found), found.unsupported) == ([], (url,))


def test_credentials_stand_apart(tmp_path: Path) -> None:
    found = chosen(tmp_path, PIP_CONFIG_FILE=os.devnull,
                   PIP_INDEX_URL="https://bot:s3%40cret@a.test:8443/s",
                   PIP_EXTRA_INDEX_URL="ftp://bot:hidden@b.test/s")  # fmt: skip
    (index,) = found.asked
    assert (index.url, index.auth, index.label) == (
        "https://a.test:8443/s", ("bot", "s3@cret"), "a.test:8443",
    )  # fmt: skip
    assert found.unsupported == ("ftp://b.test/s",)
    assert "s3" not in repr(found)


@pytest.mark.parametrize(("written", "seconds"), [("3", 3.0), ("9999", 60.0), ("-1", 15.0),
                                                  ("soon", 15.0), ("nan", 15.0)])  # fmt: skip
def test_timeouts_are_bounded(tmp_path: Path, written: str, seconds: float) -> None:
    found = chosen(tmp_path, PIP_CONFIG_FILE=os.devnull, PIP_DEFAULT_TIMEOUT=written)
    assert found.timeout == seconds
