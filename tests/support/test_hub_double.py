"""The hub double, seen through huggingface_hub's own client code."""

from __future__ import annotations

import http.client
import io
import time
from pathlib import Path
from typing import get_args

import httpx2
import pytest
from huggingface_hub import (
    DatasetInfo,
    HfApi,
    ModelInfo,
    get_hf_file_metadata,
    hf_api,
    hf_hub_download,
    hf_hub_url,
)
from huggingface_hub.errors import (
    BadRequestError,
    GatedRepoError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import HfFileMetadata, http_get

from tests.support.hub_double import FOREVER, Behaviour, HubDouble, Repo
from tests.support.hub_repos import EXPANDABLE

DATA = bytes(range(256)) * 8
INFO = {
    "tags": ["license:mit"],
    "cardData": {"license": "mit"},
    "downloads": 7,
    "baseModels": {"relation": "adapter", "models": [{"id": "ns/base"}]},
}


def plain(**behaviour: object) -> Repo:
    """A model ns/a with one file."""
    return Repo(
        "ns/a", info=INFO, files={"w.bin": DATA, "sub/x y.txt": b"hi"},
        behaviour=Behaviour(**behaviour),  # type: ignore[arg-type]
    )  # fmt: skip


def ask(double: HubDouble, name: str = "ns/a", token: str | bool = False) -> ModelInfo:
    """The full info of a model."""
    return HfApi(endpoint=double.url, token=token).model_info(name, timeout=5)


def head(
    double: HubDouble,
    name: str = "w.bin",
    *,
    repo: str = "ns/a",
    token: str | bool = False,
    revision: str = "main",
) -> HfFileMetadata:
    """Metadata of a file, as huggingface_hub reads it."""
    url = hf_hub_url(repo, name, revision=revision, endpoint=double.url)
    return get_hf_file_metadata(url, token=token, timeout=5)


def raw(double: HubDouble, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and body of one GET."""
    connection = http.client.HTTPConnection(double.host, timeout=5)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_info_holds_the_expanded_fields_only() -> None:
    with HubDouble(plain()) as double:
        api = HfApi(endpoint=double.url, token=False)
        info = api.model_info("ns/a", expand=["baseModels", "tags"])
    assert (info.id, info.tags) == ("ns/a", ["license:mit"])
    assert info.base_models == INFO["baseModels"]
    assert (info.sha, info.downloads, info.card_data) == (None, None, None)
    (request,) = double.requests
    assert (request.method, request.path) == ("GET", "/api/models/ns/a")
    assert request.expand == ("baseModels", "tags")


def test_full_info_lacks_what_only_expand_gives() -> None:
    with HubDouble(plain()) as double:
        info = ask(double)
    assert info.sha == plain().sha and len(plain().sha) == 40
    assert info.downloads == 7
    assert info.siblings is not None and [s.rfilename for s in info.siblings] == [*plain().files]
    assert info.base_models is None


def test_expandable_fields_are_those_of_the_client() -> None:
    assert EXPANDABLE["model"] == set(get_args(hf_api.ExpandModelProperty_T))
    assert EXPANDABLE["dataset"] == set(get_args(hf_api.ExpandDatasetProperty_T))


def test_unknown_expand_is_a_bad_request() -> None:
    with HubDouble(plain()) as double, pytest.raises(BadRequestError, match="nonsense"):
        HfApi(endpoint=double.url, token=False).model_info("ns/a", expand=["nonsense"])  # type: ignore[list-item]


def test_datasets_and_models_are_apart_and_bare_names_work() -> None:
    with HubDouble(Repo("squad", "dataset", info={"citation": "c"})) as double:
        info = HfApi(endpoint=double.url, token=False).dataset_info("squad", expand=["citation"])
        assert isinstance(info, DatasetInfo) and info.citation == "c"
        with pytest.raises(RepositoryNotFoundError):
            ask(double, "squad")


def test_revisions() -> None:
    with HubDouble(plain()) as double:
        api = HfApi(endpoint=double.url, token=False)
        for good in ("main", plain().sha):
            assert api.model_info("ns/a", revision=good).id == "ns/a"
            assert head(double, revision=good).commit_hash == plain().sha
        with pytest.raises(RevisionNotFoundError):
            api.model_info("ns/a", revision="refs/pr/9")
        with pytest.raises(RevisionNotFoundError):
            head(double, revision="refs/pr/9")


def test_unknown_private_and_bad_token() -> None:
    secret = Repo("ns/p", behaviour=Behaviour(private=True), readers=frozenset({"hf_in"}))
    with HubDouble(secret, tokens=["hf_out"]) as double:
        for name in ("ns/p", "ns/none"):
            with pytest.raises(RepositoryNotFoundError) as error:
                ask(double, name)
            assert error.value.response.status_code == 401
            with pytest.raises(RepositoryNotFoundError) as error:
                ask(double, name, token="hf_out")
            assert error.value.response.status_code == 404
        assert ask(double, "ns/p", token="hf_in").private is True
        with pytest.raises(HfHubHTTPError, match="Invalid credentials") as bad:
            ask(double, "ns/p", token="hf_bad")
        assert not isinstance(bad.value, RepositoryNotFoundError)
    assert [r.token for r in double.requests[-2:]] == ["hf_in", "hf_bad"]


def test_gate_closes_files_and_leaves_the_info_open() -> None:
    gated = Repo("ns/g", files={"w.bin": DATA}, behaviour=Behaviour(gated=True),
                 readers=frozenset({"hf_in"}))  # fmt: skip
    with HubDouble(gated, tokens=["hf_out"]) as double:
        assert ask(double, "ns/g").id == "ns/g"
        wanted: list[tuple[str | bool, int]] = [(False, 401), ("hf_out", 403)]
        for token, status in wanted:
            with pytest.raises(GatedRepoError) as error:
                head(double, repo="ns/g", token=token)
            assert error.value.response.status_code == status
        assert head(double, repo="ns/g", token="hf_in").size == len(DATA)


def test_gate_can_close_the_info() -> None:
    with HubDouble(plain(gated_info=True), tokens=["hf_out"]) as double:
        with pytest.raises(GatedRepoError) as error:
            ask(double, token="hf_out")
        assert error.value.response.status_code == 403


def test_missing_entry() -> None:
    with HubDouble(plain()) as double, pytest.raises(RemoteEntryNotFoundError) as error:
        head(double, "none.bin")
    assert error.value.response.headers["X-Repo-Commit"] == plain().sha


def test_download_of_a_plain_file(tmp_path: Path) -> None:
    with HubDouble(plain()) as double:
        meta = head(double, "sub/x y.txt")
        assert (meta.commit_hash, meta.size) == (plain().sha, 2)
        path = hf_hub_download(
            "ns/a", "sub/x y.txt", endpoint=double.url, cache_dir=tmp_path, token=False
        )
        assert Path(path).read_bytes() == b"hi"
    assert [r.method for r in double.requests] == ["HEAD", "HEAD", "GET"]


@pytest.mark.parametrize("cdn", ["other", "same"])
def test_download_through_the_storage(tmp_path: Path, cdn: str) -> None:
    with HubDouble(plain(cdn=cdn), tokens=["hf_in"]) as double:
        meta = head(double, token="hf_in")
        path = hf_hub_download(
            "ns/a", "w.bin", endpoint=double.url, cache_dir=tmp_path, token="hf_in"
        )
        assert Path(path).read_bytes() == DATA
        base = double.cdn_url if cdn == "other" else double.url
    assert (meta.size, meta.commit_hash) == (len(DATA), plain().sha)
    assert meta.etag is not None and len(meta.etag) == 64
    assert meta.location == f"{base}/cdn/{meta.etag}"
    stored = [r for r in double.requests if r.path.startswith("/cdn/") and r.method == "GET"]
    assert [r.token for r in stored] == [None if cdn == "other" else "hf_in"]


def test_renamed_repository(tmp_path: Path) -> None:
    moved = Repo("old", files={"w.bin": b""}, behaviour=Behaviour(renamed_to="ns/a"))
    with HubDouble(moved, plain()) as double:
        api = HfApi(endpoint=double.url, token=False)
        assert api.model_info("old", expand=["tags"]).id == "ns/a"
        assert head(double, repo="old").size == len(DATA)
        path = hf_hub_download("old", "w.bin", endpoint=double.url, cache_dir=tmp_path, token=False)
        assert Path(path).read_bytes() == DATA
    assert [r.path for r in double.requests[:2]] == ["/api/models/old", "/api/models/ns/a"]
    assert [r.expand for r in double.requests[:2]] == [("tags",)] * 2


@pytest.mark.parametrize("ignored", [False, True])
def test_resumed_download(ignored: bool) -> None:
    with HubDouble(plain(ignore_range=ignored)) as double:
        target = io.BytesIO()
        target.write(DATA[:100])
        url = hf_hub_url("ns/a", "w.bin", endpoint=double.url)
        http_get(url, target, resume_size=100, expected_size=len(DATA))
        assert target.getvalue() == DATA
        status, headers, body = raw(double, "/ns/a/resolve/main/w.bin", Range="bytes=100-")
    assert double.requests[0].headers["range"] == "bytes=100-"
    if ignored:
        assert (status, body, headers["Content-Range"]) == (200, DATA, None)
    else:
        assert (status, body) == (206, DATA[100:])
        assert headers["Content-Range"] == f"bytes 100-{len(DATA) - 1}/{len(DATA)}"


def test_range_forms() -> None:
    path, size = "/ns/a/resolve/main/w.bin", len(DATA)
    with HubDouble(plain()) as double:
        assert raw(double, path, Range="bytes=0-9")[::2] == (206, DATA[:10])
        assert raw(double, path, Range="bytes=-5")[::2] == (206, DATA[-5:])
        assert raw(double, path, Range=f"bytes=0-{size * 2}")[::2] == (206, DATA)
        status, headers, body = raw(double, path, Range=f"bytes={size}-")
        assert (status, headers["Content-Range"], body) == (416, f"bytes */{size}", b"")
        assert raw(double, path, Range="bytes=0-1,4-5")[::2] == (200, DATA)


def test_troubles_are_counted_and_end() -> None:
    with HubDouble(plain(rate_limited=1, retry_after="7", server_errors=2)) as double:
        answers = [raw(double, "/api/models/ns/a") for _ in range(4)]
    assert [status for status, _, _ in answers] == [429, 503, 503, 200]
    assert answers[0][1]["Retry-After"] == "7"


def test_trouble_without_end() -> None:
    with HubDouble(plain(server_errors=FOREVER, error_status=500)) as double:
        assert [raw(double, "/api/models/ns/a")[0] for _ in range(5)] == [500] * 5


def test_delay_is_cut_short_by_closing() -> None:
    begin = time.monotonic()
    with HubDouble(plain(delay=60.0)) as double:
        url = hf_hub_url("ns/a", "w.bin", endpoint=double.url)
        with pytest.raises(httpx2.ReadTimeout):
            get_hf_file_metadata(url, token=False, timeout=0.1)
    assert 0.1 <= time.monotonic() - begin < 15
    assert len(double.requests) == 1


def test_bodies_that_are_wrong_or_long() -> None:
    long = Repo("ns/l", behaviour=Behaviour(padding=200_000, chunked=True))
    with HubDouble(plain(raw_body=b"<html>"), long) as double:
        assert raw(double, "/api/models/ns/a")[2] == b"<html>"
        _, headers, body = raw(double, "/api/models/ns/l")
        assert (headers["Content-Length"], headers["Transfer-Encoding"]) == (None, "chunked")
        assert len(body) > 200_000
        assert ask(double, "ns/l").id == "ns/l"


def test_absolute_redirect_to_another_server() -> None:
    with HubDouble(plain()) as target, HubDouble(plain(redirect_to=target.url)) as double:
        status, headers, _ = raw(double, "/api/models/ns/a?expand=sha", Authorization="Bearer ")
        assert (status, headers["Location"]) == (401, None)
        status, headers, _ = raw(double, "/api/models/ns/a?expand=sha")
        assert (status, headers["Location"]) == (307, f"{target.url}/api/models/ns/a?expand=sha")
        assert ask(double).id == "ns/a"


def test_an_error_inside_the_double_is_not_lost() -> None:
    broken = Repo("ns/b", info={"tags": {1, 2}})  # no JSON
    with pytest.raises(AssertionError, match="not JSON serializable"), HubDouble(broken) as double:
        with pytest.raises(http.client.RemoteDisconnected):
            raw(double, "/api/models/ns/b")
        assert len(double.requests) == 1
