"""`Channel`: how much a request may be."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.web.http import HTTPChannel

from tests.web.line import Line, make_site
from tests.web.pages import Held


def errcode(line: Line) -> tuple[int, str]:
    """Give status and code of the one answer, after which the connection is over."""
    assert not line.is_open()
    assert line.answer.headers["connection"] == "close"
    assert line.answer.headers["content-type"] == "application/json"
    return line.answer.status, line.answer.json["errcode"]


def test_requests_are_answered_one_after_another() -> None:
    """A connection is kept for more requests, also for those sent before the first answer."""
    line = Line(make_site())
    line.get()
    line.post(3, b"abc")
    line.send(
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    )
    assert [answer.body for answer in line.answers] == [b"0", b"3", b"2", b"0"]
    assert line.is_open()


def test_a_body_may_be_as_long_as_the_limit() -> None:
    """Not a byte more is taken: that is told before any of it is read."""
    site = make_site(body=10)
    line = Line(site)
    line.post(10, b"0123456789")
    assert line.answer.body == b"10"
    line = Line(site)
    line.post(11)
    assert errcode(line) == (413, "too_large")
    assert line.answer.json["error"] == "the body is longer than 10 bytes"


def test_a_hundred_megabytes_are_neither_read_nor_kept() -> None:
    """What is sent after the refusal is thrown away."""
    site = make_site(Held())
    line = Line(site)
    line.post(100 * 1024**2, b"x" * 65536)
    line.send(b"x" * 65536)
    assert errcode(line) == (413, "too_large")
    assert line._protocol._dataBuffer == []
    assert line._protocol._buffer == b""
    assert site.busy == 0


def test_a_refused_body_is_not_waited_for() -> None:
    """A client that asks before it sends is told not to."""
    line = Line(make_site(body=10))
    line.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n")
    assert errcode(line) == (413, "too_large")


def test_chunks_are_counted_as_they_come_in() -> None:
    """A body of unknown length is refused as soon as it is too long, whatever comes with it."""
    held = Held()
    site = make_site(held, body=10)
    line = Line(site)
    line.post_chunks(b"01234", b"56789", b"")
    assert len(held.requests) == 1
    held.answer()
    assert line.answer.body == b"done"
    line = Line(site)
    line.post_chunks(b"01234", b"56789")
    assert site.busy == 0
    line.send(b"1\r\nx\r\n1\r\ny\r\n0\r\n\r\n")
    assert errcode(line) == (413, "too_large")
    assert (held.requests, site.busy) == ([], 0)
    line.hang_up()


@pytest.mark.parametrize(
    ("path", "serve", "limit"),
    [
        ("/words", ("modules", "hooks"), 20),
        ("/words/_hostkit", ("modules",), 20),
        ("/_hostkit/hooks/x/y", ("modules", "hooks"), 10),
        ("/_hostkit?x", ("modules",), 10),
        ("//_hostkit/hooks", ("modules",), 10),
        ("/%5fhostkit/hooks", ("modules",), 10),
        ("/words", ("hooks",), 10),
    ],
)
def test_hooks_take_shorter_bodies_than_modules(
    path: str, serve: tuple[str, ...], limit: int
) -> None:
    """What is below `/_hostkit`, however it is written, has a limit of its own."""
    site = make_site(serve=serve, body=20, hooks_body=10)
    line = Line(site)
    line.post(limit, b"x" * limit, path)
    assert line.answer.status == 200
    for is_chunked in (False, True):
        line = Line(site)
        if is_chunked:
            line.post_chunks(b"x" * (limit + 1), path=path)
        else:
            line.post(limit + 1, path=path)
        assert errcode(line) == (413, "too_large")
        line.hang_up()


def test_a_url_may_be_as_long_as_the_limit() -> None:
    """A longer one is refused with 414, also if it is longer than all headers may be."""
    site = make_site(url=10, headers_size=100)
    line = Line(site)
    line.get("/" + "x" * 9)
    assert line.answer.status == 200
    for length in (10, 90, 1000):
        line = Line(site)
        line.get("/" + "x" * length)
        assert errcode(line) == (414, "url_too_long")
    line = Line(site)
    line.send("GET /" + "x" * 1000)
    assert errcode(line) == (414, "url_too_long")


def test_a_request_is_refused_once() -> None:
    """Also if what comes after the reason cannot be read."""
    line = Line(make_site(body=1))
    line.post_chunks()
    line.send(b"2\r\nxy\r\nnonsense\r\n")
    assert errcode(line) == (413, "too_large")
    line.hang_up()


@pytest.mark.parametrize(
    ("limits", "status"),
    [({"url": 4}, 414), ({"body": 1}, 413), ({"headers": 3}, 431)],
)
def test_a_refusal_of_head_has_no_body(limits: dict[str, int], status: int) -> None:
    """A client would take it for the next answer; its length is that which a GET would have."""
    options: dict[str, Any] = {**limits}
    site = make_site(**options)
    answers = []
    for method in ("GET", "HEAD"):
        line = Line(site)
        line.send(
            f"{method} /long HTTP/1.1\r\nHost: x\r\nA: b\r\nC: d\r\nContent-Length: 2\r\n\r\n"
        )
        answers.append(line.transport.value())
        line.hang_up()
    assert answers[0].startswith(b"HTTP/1.1 %d " % status)
    assert answers[1] == answers[0].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def test_slow_heads_are_refused_without_a_body() -> None:
    """As soon as the method is known, which it is when the first line has come."""
    site = make_site()
    line = Line(site)
    line.send("HEAD / HTTP/1.1\r\nHost: x\r\n")
    site.reactor.pump([1] * 15)
    assert line.transport.value().startswith(b"HTTP/1.1 408 ")
    assert line.transport.value().endswith(b"\r\n\r\n")


def test_headers_are_limited_in_number() -> None:
    """One more than the limit is refused with 431."""
    site = make_site(headers=5)
    line = Line(site)
    line.get("/", *(f"X-{number}: y" for number in range(4)))
    assert line.answer.status == 200
    line = Line(site)
    line.get("/", *(f"X-{number}: y" for number in range(5)))
    assert errcode(line) == (431, "headers_too_large")
    assert "more than 5" in line.answer.json["error"]


@pytest.mark.parametrize("headers", [["X: " + "y" * 300], ["X: y"] * 100])
def test_headers_are_limited_in_size(headers: list[str]) -> None:
    """One long header is refused as many short ones are, all of them together."""
    line = Line(make_site(headers_size=200, headers=1000))
    line.get("/", *headers)
    assert errcode(line) == (431, "headers_too_large")
    assert "longer than 200" in line.answer.json["error"]


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: \x00\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(data: bytes) -> None:
    """The answer is JSON, as everywhere; and nothing that follows is taken for a request."""
    site = make_site()
    line = Line(site)
    line.send(data)
    line.get()
    assert errcode(line) == (400, "bad_request")
    assert site.busy == 0
    line.hang_up()


def test_too_many_requests_at_a_time_are_refused() -> None:
    """They are told to come again; a place is free as soon as one is answered or gone."""
    held = Held()
    site = make_site(held, requests=2)
    lines = [Line(site) for _ in range(3)]
    for line in lines:
        line.get()
    assert errcode(lines[2]) == (503, "too_many_requests")
    assert lines[2].answer.headers["retry-after"] == "1"
    held.answer()
    lines[1].hang_up()
    assert site.busy == 0
    for line in (lines[0], Line(site)):
        line.get()
    assert site.busy == 2


def test_some_paths_are_always_served() -> None:
    """A busy process is alive, and must not be taken for a dead one."""
    site = make_site(Held(), requests=1, serve=("modules", "health"))
    for path in ("/", "/health", "/health?from=here", "/?/health"):
        Line(site).get(path)
    assert site.busy == 3


def test_a_handler_learns_that_its_client_went_away() -> None:
    """Twisted's own way to tell it works as on any site."""
    held = Held()
    line = Line(make_site(held))
    line.get()
    gone = held.requests[0].notifyFinish()
    line.hang_up()
    failures: list[object] = []
    gone.addErrback(failures.append)
    assert len(failures) == 1


def test_a_refusal_can_be_read_while_the_body_is_still_sent() -> None:
    """The connection is closed in one direction; with TLS, which has its own end, in both."""
    line = Line(make_site(body=1))
    line.post(2)
    assert (line.transport.is_half_closed, line.transport.connected) == (True, True)
    line = Line(make_site(body=1), tls=True)
    line.post(2)
    assert (line.transport.is_half_closed, line.transport.connected) == (False, False)
    assert line.answer.status == 413


def test_addresses_are_asked_for_once() -> None:
    """Each request knows both ends of its connection."""
    held = Held()
    line = Line(make_site(held))
    line.get()
    assert held.requests[0].getHost() == line.transport.getHost()


@pytest.mark.skipif(
    not hasattr(HTTPChannel, "_protocolUpgradeForWebsockets"), reason="Twisted has no WebSockets"
)
@pytest.mark.parametrize("leave", ["hang_up", "half_close"])
def test_a_websocket_takes_a_place_until_it_ends(leave: str) -> None:
    """What was a request goes on as something else, and is counted like a request."""

    class Socket:
        lost = 0
        transport: object = None

        def makeConnection(self, transport: object) -> None:  # noqa: N802 -- so named by Twisted
            self.transport = transport

        def dataReceived(self, data: bytes) -> None:  # noqa: N802
            raise NotImplementedError

        def connectionLost(self, reason: object) -> None:  # noqa: N802
            self.lost += 1

    site = make_site(Held())
    line = Line(site)
    line.get()
    socket = Socket()
    line._protocol._protocolUpgradeForWebsockets(socket)
    assert (site.busy, site.connections, socket.transport) == (1, 1, line.transport)
    getattr(line, leave)()
    assert (site.busy, site.connections, socket.lost) == (0, 0, 1)
