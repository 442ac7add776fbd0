"""Limits and the cache of the hub look-up, against the hub double."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from provenance.edge import hub_guard
from provenance.edge.hub import Hub, HubFailure, HubRecord
from provenance.edge.hub_guard import Guard, Stop, Traffic
from tests.support.hub_double import Behaviour, HubDouble, Repo

A, B = "pkg:huggingface/ns/a", "pkg:huggingface/ns/b"


def hub(double: HubDouble, **changes: Any) -> Hub:
    """A Hub for the double that never sleeps."""
    options: dict[str, Any] = {
        "endpoint": double.url,
        "token": None,
        "cache_dir": None,
        "offline": False,
        "now": lambda: "2026-01-02",
        "sleep": lambda _: None,
        "timeout": 5.0,
    }
    return Hub(**{**options, **changes})


def outcome(found: Hub, identifier: str = A) -> str:
    """The reason of a failure, or "record"."""
    (result,) = found.lookup([identifier])
    return result.reason if isinstance(result, HubFailure) else "record"


def model(name: str = "ns/a", **behaviour: Any) -> Repo:
    """A model with a licence."""
    return Repo(name, info={"cardData": {"license": "mit"}}, behaviour=Behaviour(**behaviour))


def test_slow_answer_times_out() -> None:
    with HubDouble(model(delay=3.0), model("ns/b")) as double:
        begin = time.monotonic()
        first, second = hub(double, timeout=0.5).lookup([A, B])
        assert 0.4 < time.monotonic() - begin < 10
        assert isinstance(first, HubFailure) and isinstance(second, HubRecord)
        assert (first.reason, first.detail) == ("timeout", "no answer in time")
        assert len(double.requests) == 2  # not retried


def test_deadline_ends_the_whole_lookup() -> None:
    with HubDouble(model(delay=3.0), model("ns/b")) as double:
        found = hub(double, timeout=10.0, deadline=0.5)
        begin = time.monotonic()
        results = found.lookup([A, B])
        assert 0.4 < time.monotonic() - begin < 10
        assert [r.reason for r in results if isinstance(r, HubFailure)] == ["timeout"] * 2
        assert [r.path for r in double.requests] == ["/api/models/ns/a"]
        assert outcome(found, B) == "record"  # the next lookup has a deadline of its own


def test_deadline_ends_a_dripping_body() -> None:
    slow: dict[str, Any] = {
        "padding": 2_000_000,
        "chunked": True,
        "drip": 0.1,
    }  # 3 s, though each read is quick
    with HubDouble(model(**slow)) as double:
        begin = time.monotonic()
        assert outcome(hub(double, timeout=1.0, deadline=0.4)) == "timeout"
        assert 0.3 < time.monotonic() - begin < 10


@pytest.mark.parametrize("chunked", [False, True])
def test_long_body_is_refused(chunked: bool) -> None:
    size = hub_guard.MAX_BODY
    long = model(padding=size, chunked=chunked)
    with HubDouble(long, model("ns/b", padding=size - 1000, chunked=chunked)) as double:
        first, second = hub(double).lookup([A, B])
    assert isinstance(first, HubFailure) and isinstance(second, HubRecord)
    assert (first.reason, first.detail) == (
        "invalid-response",
        f"the answer is longer than {size} bytes",
    )


def test_compressed_answer_is_declined_and_refused() -> None:
    with HubDouble(model(content_encoding="gzip")) as double:
        (result,) = hub(double).lookup([A])
    assert isinstance(result, HubFailure) and "compressed" in result.detail
    assert double.requests[0].headers["accept-encoding"] == "identity"


def test_number_of_requests_is_bounded() -> None:
    names = [f"ns/m{index}" for index in range(5)]
    ids = [f"pkg:huggingface/{name}" for name in names]
    with HubDouble(*(model(name) for name in names)) as double:
        found = hub(double, max_requests=3)
        results = found.lookup(ids)
        assert [isinstance(r, HubRecord) for r in results] == [True] * 3 + [False] * 2
        assert [r.reason for r in results if isinstance(r, HubFailure)] == ["too-many"] * 2
        assert outcome(found, ids[0]) == "too-many"  # counted over the life of the Hub
        assert len(double.requests) == 3


def test_retries_and_redirects_count_as_requests() -> None:
    moved = model("ns/b", renamed_to="ns/c")
    with HubDouble(model(server_errors=2), moved, model("ns/c")) as double:
        assert outcome(hub(double, max_requests=2)) == "too-many"
        assert len(double.requests) == 2
        assert outcome(hub(double, max_requests=1), B) == "too-many"
        assert len(double.requests) == 3
        assert outcome(hub(double, max_requests=2), B) == "record"


@pytest.mark.parametrize("limit", [0, -1])
def test_no_requests_at_all(limit: int) -> None:
    with HubDouble(model()) as double:
        found = hub(double, max_requests=limit)
        assert outcome(found) == "too-many"
        assert (double.requests, found.hosts_contacted) == ((), ())


@pytest.mark.parametrize("endpoint", ["HTTP://127.0.0.1:{}/", "http://127.0.0.1:{}//"])
def test_spelling_of_the_endpoint(endpoint: str) -> None:
    with HubDouble(model()) as double:
        found = hub(double, endpoint=endpoint.format(double.host.partition(":")[2]))
        assert outcome(found) == "record"
        assert found.hosts_contacted == (double.host,)


@pytest.mark.parametrize(
    "endpoint",
    ["ftp://h", "h", "https://", "https://u:p@h", "https://h?x", "https://h#x", "https://h:0",
     "https://h:99999", "https://h\u00e9"],
)  # fmt: skip
def test_endpoint_that_is_none(endpoint: str) -> None:
    with pytest.raises(ValueError):
        Hub(endpoint=endpoint, token=None, cache_dir=None, offline=True, now=str)


def redirect(endpoint: str, target: str) -> tuple[Traffic, dict[str, str]]:
    """Walk a guard through a request to `endpoint` that is redirected to `target`."""
    traffic = Traffic(endpoint=endpoint, max_requests=9)
    guard = Guard(traffic, time.monotonic() + 60)
    first = SimpleNamespace(url=f"{endpoint}/api/models/ns/a", headers={"Authorization": "t"})
    guard.request(first)
    assert first.headers["Authorization"] == "t"
    guard.response(httpx2.Response(307, headers={"Location": target}))
    second = SimpleNamespace(url=target, headers={"Authorization": "t"})
    guard.request(second)
    return traffic, second.headers


def test_guard_takes_the_token_off_for_other_origins() -> None:
    traffic, headers = redirect("https://hub.test", "https://else.test/x")
    assert traffic.hosts == {"hub.test", "else.test"}
    assert "Authorization" not in headers
    traffic, headers = redirect("https://hub.test", "https://HUB.test:443/x")
    assert (traffic.hosts, traffic.requests) == ({"hub.test"}, 2)
    assert headers["Authorization"] == "t"
    _, headers = redirect("https://hub.test", "https://hub.test:8443/x")
    assert "Authorization" not in headers
    assert redirect("http://hub.test", "http://[::1]:8080/x")[0].hosts == {"hub.test", "[::1]:8080"}


@pytest.mark.parametrize(
    ("endpoint", "target"),
    [("https://hub.test", "http://hub.test/x"), ("http://hub.test", "file:///x")],
)
def test_guard_refuses_unsafe_redirects(endpoint: str, target: str) -> None:
    with pytest.raises(Stop, match="unsafe protocol"):
        redirect(endpoint, target)


@pytest.mark.parametrize(
    "url",
    ["http://hub.test/api/agent-harnesses", "http://else.test/api/models/ns/a", "http://hub.test"],
)
def test_guard_holds_back_any_other_request(url: str) -> None:
    guard = Guard(Traffic(endpoint="http://hub.test", max_requests=9), time.monotonic() + 60)
    with pytest.raises(Stop, match="held back"):
        guard.request(SimpleNamespace(url=url, headers={}))
    assert (guard.traffic.requests, guard.traffic.hosts) == (0, set())


def test_guard_reads_the_rate_limit_of_the_hub() -> None:
    guard = Guard(Traffic(endpoint="http://hub.test", max_requests=9), time.monotonic() + 60)
    for value, seconds in (('"api";r=0;t=3', 3.0), ('"api";r=9;t=3', 0.5), ("", 0.5)):
        guard.headers = httpx2.Headers({"RateLimit": value})
        assert guard.pause(0) == seconds


def test_requests_of_others_are_left_alone() -> None:
    from huggingface_hub import get_session

    with HubDouble(model()) as double:
        found = hub(double, max_requests=1)
        assert outcome(found) == outcome(hub(double)) == "record"
        assert get_session().get(f"{double.url}/elsewhere").status_code == 404
        hooks = get_session().event_hooks
    assert [len(hooks["request"]), len(hooks["response"])] == [2, 1]  # one of huggingface_hub's


def test_cache_answers_offline(tmp_path: Path) -> None:
    cache = tmp_path / "deep" / "cache"
    with HubDouble(model()) as double:
        (online,) = hub(double, cache_dir=cache).lookup([A])
        offline = hub(double, cache_dir=cache, offline=True, now=lambda: "later")
        stored, missing = offline.lookup([A, B])
        assert len(double.requests) == 1
        assert offline.hosts_contacted == ()
        elsewhere = hub(double, cache_dir=cache, offline=True, endpoint="http://127.0.0.1:9")
        assert outcome(elsewhere) == "offline"
        assert outcome(hub(double, offline=True)) == "offline"
    assert isinstance(stored, HubRecord) and stored == online
    assert (stored.retrieved, stored.licenses) == ("2026-01-02", ("mit",))
    assert isinstance(missing, HubFailure)
    assert (missing.reason, missing.detail) == ("offline", "offline, and not in the cache")
    assert [path.suffix for path in cache.iterdir()] == [".json"]


def test_cache_keeps_endpoints_apart(tmp_path: Path) -> None:
    with HubDouble(model()) as first, HubDouble(model()) as second:
        for double in (first, second):
            assert (
                outcome(hub(double, cache_dir=tmp_path, now=lambda url=double.url: url)) == "record"
            )
        for double in (first, second):
            (stored,) = hub(double, cache_dir=tmp_path, offline=True).lookup([A])
            assert isinstance(stored, HubRecord) and stored.retrieved == double.url


def test_online_asks_again_and_renews_the_cache(tmp_path: Path) -> None:
    with HubDouble(model()) as double:
        for date in ("2026-01-02", "2026-01-03"):
            assert outcome(hub(double, cache_dir=tmp_path, now=lambda date=date: date)) == "record"
        (stored,) = hub(double, cache_dir=tmp_path, offline=True).lookup([A])
        assert len(double.requests) == 2
    assert isinstance(stored, HubRecord) and stored.retrieved == "2026-01-03"


def change(**values: Any) -> Any:
    """Rewrites fields of a stored record; None of the results is a sound one."""
    return lambda stored: {**stored, "record": {**stored["record"], **values}}


@pytest.mark.parametrize(
    "spoil",
    [
        *(lambda _: None, lambda _: [], lambda s: {**s, "schema": 0}, lambda s: {**s, "record": 1}),
        *(lambda s: {**s, "endpoint": "http://x"}, lambda s: {"schema": 3}),
        *(change(tags="x"), change(tags=[1]), change(licenses="mit"), change(retrieved=None)),
        *(change(base_models=[["o/x"]]), change(base_models=[["o/x", "odd"]])),
        *(change(base_models=[["o/x", "merge", "rumour"]]), change(names_itself=1)),
        *(change(base_models=[[[], []]]), change(base_models={}), change(id=B)),
        *(change(resolved="../x"), change(extra=1)),
    ],
)
def test_unsound_cache_file_is_ignored(spoil: Any, tmp_path: Path) -> None:
    with HubDouble(model()) as double:
        check_ignored(double, tmp_path, lambda raw: json.dumps(spoil(json.loads(raw))).encode())


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 100_000, b" " * (5 << 20)])
def test_corrupt_cache_file_is_ignored(raw: bytes, tmp_path: Path) -> None:
    with HubDouble(model()) as double:
        check_ignored(double, tmp_path, lambda old: raw + old if raw.isspace() else raw)


def check_ignored(double: HubDouble, directory: Path, spoil: Any) -> None:
    """A stored record answers, no longer does once spoiled, and is mended by the next answer."""
    assert outcome(hub(double, cache_dir=directory)) == "record"
    assert outcome(hub(double, cache_dir=directory, offline=True)) == "record"
    (path,) = directory.iterdir()
    path.write_bytes(spoil(path.read_bytes()))
    assert outcome(hub(double, cache_dir=directory, offline=True)) == "offline"
    assert outcome(hub(double, cache_dir=directory)) == "record"
    assert outcome(hub(double, cache_dir=directory, offline=True)) == "record"


def test_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    cache = tmp_path / "cache"
    with HubDouble(model()) as double:
        assert outcome(hub(double, cache_dir=blocked)) == "record"
        assert outcome(hub(double, cache_dir=cache, now=lambda: "first")) == "record"

        def refuse(*_: object) -> None:
            raise OSError("no")

        monkeypatch.setattr(os, "replace", refuse)
        assert outcome(hub(double, cache_dir=cache, now=lambda: "second")) == "record"
        (stored,) = hub(double, cache_dir=cache, offline=True).lookup([A])
    assert isinstance(stored, HubRecord) and stored.retrieved == "first"
    assert len(list(cache.iterdir())) == 1
