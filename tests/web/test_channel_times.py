"""`Channel` and `HostSite`: how slow a client may be, and how a connection ends."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.web.line import Line, make_site, wait
from tests.web.pages import Held


def test_an_idle_connection_is_closed() -> None:
    """It has nothing to say when it goes, and has its full time after each answer."""
    site = make_site(idle=60)
    line = Line(site)
    wait(site, 50)
    line.get()
    wait(site, 60)
    assert line.is_open()
    wait(site, 2)
    assert not line.is_open()
    assert len(line.answers) == 1


def test_nothing_is_heard_from_a_connection_that_is_closed() -> None:
    """A request that comes too late is not begun, as it could not be answered."""
    held = Held()
    site = make_site(held, idle=5)
    line = Line(site, stuck=True)
    wait(site, 7)
    line.get()
    assert held.requests == []
    assert not line.transport.is_aborted


def test_slow_headers_are_refused() -> None:
    """However steadily they come: sending a little each second keeps no connection open."""
    site = make_site(headers_time=10)
    line = Line(site)
    wait(site, 100 - 60)
    line.send("GET / HTTP/1.1\r\n")
    for number in range(10):
        wait(site, 1)
        line.send(f"X-{number}: y\r\n")
    assert line.is_open()
    wait(site, 2)
    assert (line.answer.status, line.answer.json["errcode"]) == (408, "timeout")
    assert not line.is_open()
    assert site.busy == 0


def test_an_empty_line_after_a_body_is_no_request() -> None:
    """Some clients send one; the connection is as idle as without it, and can be used."""
    site = make_site(headers_time=10, idle=60)
    line = Line(site)
    line.post(1, b"x")
    line.send("\r\n")
    wait(site, 55)
    line.get()
    assert [answer.status for answer in line.answers] == [200, 200]
    line.send("\r\n")
    wait(site, 58)
    assert line.is_open()
    wait(site, 5)
    assert not line.is_open()
    assert len(line.answers) == 2


@pytest.mark.parametrize("idle", [5, 60])
def test_an_empty_line_keeps_no_connection(idle: int) -> None:
    """Neither if connections are idle for less than headers take, nor while the server stops."""
    site = make_site(headers_time=10, idle=idle)
    line = Line(site)
    line.send("\r\n")
    if idle == 60:
        site.drain()
    wait(site, 12)
    assert not line.is_open()
    assert line.answers == []


def test_an_answer_may_take_long() -> None:
    """No time is set for modules, only for clients; also after a body that came in time."""
    held = Held()
    site = make_site(held)
    lines = [Line(site), Line(site), Line(site)]
    lines[0].get()
    lines[1].post(2, b"xy")
    lines[2].post_chunks(b"xy", b"")
    wait(site, 1000)
    for line in lines:
        held.answer()
        assert line.answer.body == b"done"


def test_a_client_that_does_not_leave_is_cut_off() -> None:
    """After a refusal it has five seconds to read it."""
    site = make_site(body=1)
    line = Line(site)
    line.post(2)
    wait(site, 5)
    assert line.transport.connected
    wait(site, 2)
    assert line.transport.is_aborted
    assert site.connections == 0


def test_a_client_that_does_not_read_is_cut_off() -> None:
    """An answer that nobody takes does not keep the connection for ever."""
    site = make_site(idle=10)
    line = Line(site, stuck=True)
    line.get("/", "Connection: close")
    wait(site, 12)
    assert not line.transport.is_aborted
    wait(site, 7)
    assert line.transport.is_aborted


def test_without_connections_nothing_is_due() -> None:
    """A site that nobody is connected to does not wake the reactor."""
    site = make_site()
    clock: Any = site.reactor
    assert clock.getDelayedCalls() == []
    line = Line(site)
    wait(site, 3)
    assert len(clock.getDelayedCalls()) == 1
    line.hang_up()
    wait(site, 2)
    assert clock.getDelayedCalls() == []


def drain(site: Any) -> list[object]:
    """Begin to drain; the list has one member as soon as that is done."""
    done: list[object] = []
    site.drain()
    site.emptied().addCallback(done.append)
    return done


def test_draining_without_connections_is_done_at_once() -> None:
    """There is nothing to wait for."""
    assert drain(make_site()) == [None]


def test_draining_closes_what_is_idle() -> None:
    """A connection that nobody has used for a second is closed at once."""
    site = make_site()
    line = Line(site)
    line.get()
    wait(site, 3)
    assert drain(site) == [None]
    assert not line.is_open()


def test_draining_answers_what_may_be_on_its_way() -> None:
    """A client that was active just now may have sent a request; it is told to send no other."""
    site = make_site()
    lines = [Line(site), Line(site)]
    for line in lines:
        line.get()
    done = drain(site)
    assert lines[0].is_open()
    lines[0].get()
    assert lines[0].answers[1].headers["connection"] == "close"
    assert not lines[0].is_open()
    assert done == []
    wait(site, 2)
    assert not lines[1].is_open()
    assert done == [None]


def test_draining_serves_whom_the_system_let_in() -> None:
    """A connection that comes when it has begun has a second for one request."""
    site = make_site()
    site.drain()
    lines = [Line(site), Line(site)]
    lines[0].get()
    assert lines[0].answer.headers["connection"] == "close"
    wait(site, 3)
    assert [line.is_open() for line in lines] == [False, False]


def test_draining_finishes_what_is_under_way() -> None:
    """Also a request whose body is still arriving; no connection is kept after its answer."""
    held = Held()
    site = make_site(held)
    lines = [Line(site), Line(site), Line(site)]
    lines[0].get()
    lines[1].post(2, b"x")
    lines[2].send("GET / HTTP/1.1\r\nHost: x\r\n")
    done = drain(site)
    wait(site, 5)
    lines[1].send(b"y")
    lines[2].send("\r\n")
    for line in lines:
        assert done == []
        held.answer()
        assert line.answer.headers["connection"] == "close"
        assert not line.is_open()
    assert done == [None]


def test_draining_does_not_change_an_answer_that_has_begun() -> None:
    """Its connection is closed all the same."""
    held = Held()
    site = make_site(held)
    line = Line(site)
    line.get()
    held.requests[0].write(b"first, ")
    done = drain(site)
    held.answer(b"second")
    assert b"first, " in line.transport.value()
    assert b"connection" not in line.transport.value().lower()
    assert (line.is_open(), done) == (False, [None])


def test_draining_waits_for_refused_clients_no_longer_than_for_others() -> None:
    """They have their seconds to read why, and then are cut off."""
    site = make_site(body=1)
    line = Line(site)
    line.post(2)
    done = drain(site)
    assert done == []
    wait(site, 7)
    assert done == [None]


def test_everybody_who_drains_is_told() -> None:
    """Draining twice is waiting twice."""
    held = Held()
    site = make_site(held)
    Line(site).get()
    waiting = [drain(site), drain(site)]
    site.abort()
    assert waiting == [[None], [None]]


def test_requests_are_logged_where_it_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    """A line per answer, in the form that other servers write; by default there is none."""
    quiet, loud = make_site(), make_site(access_log=True)
    caplog.set_level(logging.INFO)
    Line(quiet).get("/quiet")
    Line(loud).get("/loud", 'User-Agent: a "browser"')
    (record,) = caplog.records
    assert record.name == "hostkit.access"
    assert record.getMessage() == (
        '"127.0.0.1" - - [01/Jan/1970:00:00:00 +0000] "GET /loud HTTP/1.1" 200 1 "-" '
        '"a \\"browser\\""'
    )


def test_only_http_1_is_offered() -> None:
    """HTTP/2, if Twisted could speak it, would know nothing of the limits."""
    assert make_site().acceptableProtocols() == [b"http/1.1"]


def test_a_site_may_be_started_and_stopped() -> None:
    """Its ports do that; it notes no time for a log that it does not write."""
    site = make_site()
    site.doStart()
    site.doStop()
    clock: Any = site.reactor
    assert clock.getDelayedCalls() == []
