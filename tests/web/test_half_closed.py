"""`TimedChannel`: clients that end their sending still get their answers."""

from __future__ import annotations

import pytest

from tests.web.line import Line, make_site, wait
from tests.web.pages import Held
from tests.web.test_pipelining import KILOBYTES_100, Page, gets, paths, turns


@pytest.mark.parametrize(
    "data", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx", gets(3)]
)
def test_a_client_that_can_send_nothing_more_is_left(data: bytes) -> None:
    """If it has its answers, or will never have one: its connection is closed at once."""
    site = make_site()
    line = Line(site, stuck=False)
    line.send(data)
    line.half_close()
    assert not line.transport.connected
    assert (site.connections, site.busy, site.bodies.kept) == (0, 0, 0)


def test_all_that_was_sent_is_answered() -> None:
    """One after the other, whether an answer takes time or waits to be taken."""
    held = Held()
    line = Line(make_site(held))
    line.send(gets(3) + b"GET / HT")
    line.half_close()
    for _ in range(3):
        assert line.transport.connected
        held.answer()
    assert len(line.answers) == 3
    assert not line.transport.connected

    site = make_site(Page(KILOBYTES_100))
    line = Line(site, narrow=True)
    line.send(gets(3))
    line.half_close()
    for _ in range(3):
        assert line.transport.connected
        line.transport.take()
        turns(site, 2)
    line.transport.take()
    assert paths(line) == [b"/0", b"/1", b"/2"]
    assert not line.transport.connected


def test_many_requests_are_answered_in_turns() -> None:
    """The end is not taken to be reached while the others have theirs."""
    site = make_site()
    line = Line(site)
    line.send(gets(40))
    line.half_close()
    turns(site, 4)
    assert len(line.answers) == 40
    assert not line.transport.connected


def test_it_may_have_left_altogether() -> None:
    """A client that closes its connection looks the same; so nobody is waited for for long."""
    held = Held()
    site = make_site(held)
    line = Line(site)
    line.get()
    gone: list[object] = []
    held.requests[0].notifyFinish().addErrback(gone.append)
    line.half_close()
    wait(site, 5)
    assert (gone, site.busy) == ([], 1)
    wait(site, 3)
    assert (len(gone), site.busy, site.connections) == (1, 0, 0)


def test_an_answer_that_goes_on_is_not_cut() -> None:
    """Writing to a client that has left would show it; but one has to write for that."""
    held = Held()
    site = make_site(held)
    line = Line(site)
    line.get()
    line.half_close()
    for _ in range(5):
        held.requests[0].write(b"data: x\n\n")
        wait(site, 4)
    assert line.transport.connected
    wait(site, 12)
    assert not line.transport.connected


def test_a_long_answer_has_the_time_of_all_others() -> None:
    """As long as the client takes some of it."""
    held = Held()
    site = make_site(held, send_idle=30)
    line = Line(site, narrow=True)
    line.get()
    held.requests[0].write(b"x" * KILOBYTES_100)
    line.half_close()
    for _ in range(5):
        wait(site, 20)
        line.transport.take(1000)
    assert line.transport.connected
    line.transport.take()
    wait(site, 12)
    assert not line.transport.connected


def test_a_refused_client_that_leaves_is_left() -> None:
    """It has read why; without its end it would have been waited for."""
    site = make_site(body=1)
    line = Line(site)
    line.post(2)
    assert line.transport.connected
    line.half_close()
    assert not line.transport.connected
    assert line.answer.status == 413
