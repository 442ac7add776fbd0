"""Failures of the hub look-up as values, against the hub double."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from provenance.edge.hub import HubFailure, HubRecord
from tests.support.hub_asks import A, failed, hub, one, repo
from tests.support.hub_double import FOREVER, HubDouble


def test_redirect_loop_ends() -> None:
    with HubDouble(repo(renamed_to="ns/a")) as double:
        failure = failed(hub(double))
    assert (failure.reason, failure.detail) == ("invalid-response", "HTTP 307: TooManyRedirects")
    assert 2 <= len(double.requests) <= 30


@pytest.mark.parametrize(
    ("behaviour", "token", "reason", "detail"),
    [
        ({"private": True}, None, "not-found", "HTTP 401 (RepoNotFound)"),
        ({"private": True}, "hf_out", "not-found", "HTTP 404 (RepoNotFound)"),
        ({}, "hf_bad", "unauthorized", "HTTP 401: the token was not accepted"),
        ({"gated_info": True}, None, "gated", "HTTP 401 (GatedRepo)"),
        ({"gated_info": True}, "hf_out", "gated", "HTTP 403 (GatedRepo)"),
        ({"server_errors": 1, "error_status": 403}, None, "unauthorized", "HTTP 403"),
        ({"server_errors": 1, "error_status": 401}, None, "not-found", "HTTP 401: does not"),
        ({"server_errors": 1, "error_status": 401}, "hf_out", "unauthorized", "HTTP 401"),
        ({"server_errors": 1, "error_status": 404}, None, "not-found", "HTTP 404"),
        ({"server_errors": 1, "error_status": 408}, None, "timeout", "HTTP 408"),
        ({"server_errors": 1, "error_status": 400}, None, "invalid-response", "HTTP 400"),
    ],
)
def test_refusals(behaviour: dict[str, Any], token: str | None, reason: str, detail: str) -> None:
    with HubDouble(repo(**behaviour), tokens=["hf_out"]) as double:
        failure = failed(hub(double, token=token))
        assert len(double.requests) == 1
    assert failure.reason == reason
    assert failure.detail.startswith(detail)


def test_unknown_repository() -> None:
    with HubDouble(tokens=["hf_in"]) as double:
        assert failed(hub(double)).detail.startswith("HTTP 401 (RepoNotFound)")
        assert failed(hub(double, token="hf_in")).detail == "HTTP 404 (RepoNotFound)"


@pytest.mark.parametrize(
    ("after", "wait"), [("2", 2.0), (None, 0.5), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.5), ("0", 0.0)]
)
def test_rate_limit_is_waited_for(after: str | None, wait: float) -> None:
    waits: list[float] = []
    with HubDouble(repo(rate_limited=1, retry_after=after)) as double:
        assert one(hub(double, sleep=waits.append)).resolved == "ns/a"
    assert waits == [wait]
    assert len(double.requests) == 2


@pytest.mark.parametrize(
    ("after", "deadline", "waits", "requests"),
    [("1", 60.0, [1.0, 1.0], 3), ("300", 600.0, [], 1), ("4", 3.0, [], 1)],
)
def test_rate_limit_for_ever(
    after: str, deadline: float, waits: list[float], requests: int
) -> None:
    slept: list[float] = []
    with HubDouble(repo(rate_limited=FOREVER, retry_after=after), repo("ns/b")) as double:
        found = hub(double, sleep=slept.append, deadline=deadline)
        first, second = found.lookup([A, "pkg:huggingface/ns/b"])
        assert isinstance(first, HubFailure) and isinstance(second, HubFailure)
        assert (first.reason, first.detail) == ("rate-limited", "HTTP 429")
        assert (second.reason, second.detail[:9]) == ("rate-limited", "not asked")
        assert slept == waits
        assert len(double.requests) == requests
        assert one(found, "pkg:huggingface/ns/b").resolved == "ns/b"  # a later lookup asks again


def test_server_errors_then_success() -> None:
    waits: list[float] = []
    with HubDouble(repo(server_errors=2)) as double:
        assert one(hub(double, sleep=waits.append)).resolved == "ns/a"
    assert waits == [0.5, 1.0]
    assert len(double.requests) == 3


@pytest.mark.parametrize("body", [b"{}", b"[]", b"\xff\xfe", b"<html>"])
def test_server_errors_for_ever(body: bytes) -> None:
    behaviour: dict[str, Any] = {"server_errors": FOREVER, "error_status": 500, "error_body": body}
    with HubDouble(repo(**behaviour), repo("ns/b")) as double:
        first, second = hub(double).lookup([A, "pkg:huggingface/ns/b"])
        assert isinstance(first, HubFailure) and isinstance(second, HubRecord)
    assert (first.reason, first.detail) == ("server-error", "HTTP 500")
    assert len(double.requests) == 4


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<html>", b"null", b"[]", b"7", b"{}", b"\xff\xfe", b"[" * 100_000),
        *(b'{"id": 5}', b'{"id": "../x"}', b'{"id": "ns/a", "tags": "x"}'),
        *(b'{"id": "ns/a", "tags": [1]}', b'{"id": "ns/a", "sha": "main"}'),
        *(b'{"id": "ns/a", "gated": "maybe"}', b'{"id": "ns/a", "lastModified": "today"}'),
    ],
)
def test_garbage(body: bytes, tmp_path: Path) -> None:
    with HubDouble(repo(raw_body=body)) as double:
        assert failed(hub(double, cache_dir=tmp_path)).reason == "invalid-response"
        assert len(double.requests) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "identifier",
    [
        *("", "ns/a", "pkg:huggingface/", "pkg:huggingface/a/b/c", "pkg:pypi/ns/a"),
        *(
            "pkg:huggingface/ns/a@",
            "pkg:huggingface/ns/a@../b",
            "pkg:huggingface/ns/a?x=1",
            "pkg:huggingface/ns/a#f",
        ),
        *("pkg:huggingface/../a", "pkg:huggingface/ns/..", "pkg:huggingface/ns/a..b"),
        *("pkg:huggingface/ns/a\n", "pkg:huggingface/ns/a b", "pkg:huggingface/ns/%2e"),
        *("pkg:huggingface/ns/\u00e9", "pkg:huggingface/ns\\a", "pkg:huggingface/ns/-a"),
        *("pkg:huggingface/ns/a.git", "pkg:huggingface/ns/a--b", "pkg:huggingface//a"),
        *("dataset:huggingface/ns/a/", "dataset:ns/a", "pkg:huggingface/" + "x" * 97),
    ],
)
def test_strange_ids_are_refused_without_a_request(identifier: str) -> None:
    with HubDouble(repo()) as double:
        for offline in (False, True):
            found = hub(double, offline=offline)
            assert failed(found, identifier).reason == "invalid-id"
            assert found.hosts_contacted == ()
        assert double.requests == ()


@pytest.mark.parametrize("token", ["hf_\n", "hf a", "hf_\u00e9", "\x00"])
def test_token_that_no_header_can_carry(token: str) -> None:
    with pytest.raises(ValueError, match="token") as error:
        hub("http://127.0.0.1:9", token=token)
    assert token not in str(error.value)


def test_offline_mode_of_huggingface_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with HubDouble(repo()) as double:
        found = hub(double)
        assert failed(found).reason == "offline"
        assert (double.requests, found.hosts_contacted) == ((), ())


def test_nobody_listens() -> None:
    with HubDouble() as double:
        url, host = double.url, double.host
    found = hub(url)
    assert failed(found).detail == "no connection (ConnectError)"
    assert failed(found).reason == "offline"
    _, second = found.lookup([A, "pkg:huggingface/ns/b"])
    assert isinstance(second, HubFailure)
    assert (second.reason, second.detail) == ("offline", "not asked: the hub cannot be reached")
    assert found.hosts_contacted == (host,)
