"""Ranges over HTTP: refused when they are none, resumed when they break, budgeted always."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from provenance.edge.ranges import Client, HttpFile, LocalFile, Refused, Traffic
from tests.support.weight_files import serving

DATA = bytes(range(256)) * 4096  # 1 MiB


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.reason


def test_reads_ranges_and_counts_them() -> None:
    with serving({"/f": DATA}) as server:
        traffic = Traffic()
        file = HttpFile(Client(traffic), f"{server.url}/f", ahead=1000)
        assert file.size == len(DATA)
        assert file.read(500, 100) == DATA[500:600]  # from what was fetched ahead
        assert file.read(900, 300) == DATA[900:1200]
        assert file.read(len(DATA) - 10, 100) == DATA[-10:]
        assert file.read(len(DATA) + 5, 10) == b""
        assert [asked for _, asked, _ in server.asked] == [
            "bytes=0-999", "bytes=900-1199", f"bytes={len(DATA) - 10}-{len(DATA) - 1}",
        ]  # fmt: skip
    assert (traffic.received, traffic.requests) == (1310, 3)


def test_budget_is_refused_before_the_request() -> None:
    with serving({"/f": DATA}) as server:
        traffic = Traffic(budget=2000)
        file = HttpFile(Client(traffic), f"{server.url}/f", ahead=1000)
        assert refused(lambda: file.read(5000, 2000)) == "budget"
        assert len(server.asked) == 1
        assert file.read(5000, 1000) == DATA[5000:6000]


def test_a_server_that_ignores_ranges_sends_no_megabyte() -> None:
    def whole(handler: BaseHTTPRequestHandler) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Length", str(140 * 10**9))
        handler.end_headers()
        return True

    with serving({}, whole) as server:
        traffic = Traffic()
        assert refused(lambda: HttpFile(Client(traffic), f"{server.url}/f")) == "no-ranges"
        assert traffic.received == 0


@pytest.mark.parametrize(
    ("content_range", "body"),
    [
        ("bytes 5-14/100", b"x" * 10),  # another place
        ("bytes 0-9/5", b"x" * 10),  # beyond its own size
        ("bytes 0-99/100", b"x" * 100),  # more than asked
        ("bytes 0-9/*", b"x" * 10),
        ("", b"x" * 10),
        ("bytes 0-9/100", b"x" * 20),
    ],
)
def test_answers_with_another_range(content_range: str, body: bytes) -> None:
    def wrong(handler: BaseHTTPRequestHandler) -> bool:
        handler.send_response(206)
        if content_range:
            handler.send_header("Content-Range", content_range)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return True

    with serving({}, wrong) as server:
        assert refused(lambda: HttpFile(Client(Traffic()), f"{server.url}/f", 10)) == "no-ranges"


def test_a_broken_answer_is_taken_up_where_it_broke() -> None:
    def broken(handler: BaseHTTPRequestHandler) -> bool:
        if len(server.asked) > 1:
            return False
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes 0-999/{len(DATA)}")
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(DATA[:300])
        handler.close_connection = True
        return True

    with serving({"/f": DATA}, broken) as server:
        file = HttpFile(Client(Traffic()), f"{server.url}/f", ahead=1000)
        assert file.read(0, 1000) == DATA[:1000]
        assert [asked for _, asked, _ in server.asked] == ["bytes=0-999", "bytes=300-999"]


def test_a_server_that_never_finishes_is_given_up() -> None:
    def empty(handler: BaseHTTPRequestHandler) -> bool:
        handler.send_response(206)
        handler.send_header("Content-Range", "bytes 0-9/10")
        handler.send_header("Content-Length", "10")
        handler.end_headers()
        handler.close_connection = True
        return True

    with serving({}, empty) as server:
        assert refused(lambda: HttpFile(Client(Traffic()), f"{server.url}/f", 10)) == "network"
        assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "gated"), (403, "gated"), (404, "not-found"), (500, "network"), (416, "network")],
)
def test_statuses(status: int, reason: str) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> bool:
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    with serving({}, answer) as server:
        assert refused(lambda: HttpFile(Client(Traffic()), f"{server.url}/f")) == reason


def test_token_goes_to_its_endpoint_and_not_to_where_it_redirects() -> None:
    with serving({"/cdn": DATA}) as store:

        def redirect(handler: BaseHTTPRequestHandler) -> bool:
            handler.send_response(302)
            handler.send_header("Location", f"{store.url}/cdn?signed=1")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return True

        with serving({}, redirect) as hub:
            client = Client(Traffic(), endpoint=hub.url, token="hf_secret")
            file = HttpFile(client, f"{hub.url}/m/resolve/main/f", ahead=10)
            file.read(100, 10)
            assert [asked[2] for asked in hub.asked] == ["Bearer hf_secret"]
            # The second range goes straight to the store; it never sees the token.
            assert [asked[2] for asked in store.asked] == ["", ""]


def test_an_expired_address_is_asked_for_anew() -> None:
    def expired(handler: BaseHTTPRequestHandler) -> bool:
        if len(store.asked) != 2:
            return False
        handler.send_response(403)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    with serving({"/cdn": DATA}, expired) as store:

        def redirect(handler: BaseHTTPRequestHandler) -> bool:
            handler.send_response(302)
            handler.send_header("Location", f"{store.url}/cdn")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return True

        with serving({}, redirect) as hub:
            file = HttpFile(Client(Traffic()), f"{hub.url}/f", ahead=10)
            assert file.read(100, 10) == DATA[100:110]
            assert len(hub.asked) == 2


def test_endless_redirects_and_other_protocols() -> None:
    def redirect(target: str) -> Callable[[BaseHTTPRequestHandler], bool]:
        def answer(handler: BaseHTTPRequestHandler) -> bool:
            handler.send_response(302)
            handler.send_header("Location", target)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return True

        return answer

    for target in ("/again", "file:///etc/passwd", "http://user:word@127.0.0.1/"):
        with serving({}, redirect(target)) as server:
            assert refused(lambda: HttpFile(Client(Traffic()), f"{server.url}/f")) == "network"
            assert len(server.asked) <= 5


def test_local_file(tmp_path) -> None:
    path = tmp_path / "f"
    path.write_bytes(DATA)
    file = LocalFile(path)
    assert (file.size, file.read(300_000, 300_000)) == (len(DATA), DATA[300_000:600_000])
    assert file.read(len(DATA) - 1, 5) == DATA[-1:]
