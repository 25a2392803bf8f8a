"""`TimedChannel`: clients that are slow to take an answer, and those that take nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twisted.web.resource import Resource
from twisted.web.static import File

from tests.web.line import Line, make_site, wait
from tests.web.pages import Held
from tests.web.test_pipelining import KILOBYTES_100, Page

if TYPE_CHECKING:
    from pathlib import Path


def test_an_answer_that_nobody_takes_gives_its_slot_back() -> None:
    """The connection is cut, and the handler is notified."""
    held = Held()
    site = make_site(held, send_idle=30)
    line = Line(site, narrow=True)
    line.get()
    gone: list[object] = []
    held.requests[0].notifyFinish().addErrback(gone.append)
    wait(site, 100)
    held.requests[0].write(b"x" * KILOBYTES_100)
    wait(site, 29)
    assert (site.busy, line.is_open(), gone) == (1, True, [])
    wait(site, 3)
    assert (site.busy, site.connections, len(gone)) == (0, 0, 1)
    assert line.transport.is_aborted


def test_a_request_that_waits_for_its_client_takes_no_ones_place() -> None:
    """It counts again when its client takes what was answered, and no more when it is cut."""
    held = Held()
    site = make_site(held, requests=1, send_idle=30)
    line = Line(site, narrow=True)
    line.get()
    held.requests[0].write(b"x" * KILOBYTES_100)
    Line(site).get()
    assert (len(held.requests), site.busy, site.held_up) == (2, 2, 1)
    refused = Line(site)
    refused.get()
    assert refused.answer.status == 503
    line.transport.take()
    assert (site.busy, site.held_up) == (2, 0)
    held.requests[0].write(b"x" * KILOBYTES_100)
    assert site.held_up == 1
    wait(site, 32)
    assert (line.transport.is_aborted, site.busy, site.held_up) == (True, 1, 0)


def serve_file(folder: Path, size: int) -> Resource:
    """Serve a file of a size at ``/page``."""
    (folder / "page").write_bytes(b"x" * size)
    root: Any = Resource()
    root.putChild(b"page", File(str(folder / "page")))
    served: Resource = root
    return served


def test_a_file_takes_no_ones_place_while_it_is_sent(tmp_path: Path) -> None:
    """How long that lasts is its client's affair, also where it takes some of it now and then."""
    site = make_site(serve_file(tmp_path, 10 * KILOBYTES_100), requests=1)
    slow = Line(site, narrow=True)
    slow.get("/page")
    producer = slow.transport.protocol.requests[0].producer
    for _ in range(3):
        assert (site.busy, site.held_up) == (1, 1)
        producer.resumeProducing()
        slow.transport.take()
    other = Line(site, narrow=True)
    other.get("/page")
    assert (site.busy, site.held_up) == (2, 2)
    other.transport.loseConnection()
    while slow.transport.protocol.requests:
        producer.resumeProducing()
        slow.transport.take()
    assert (len(slow.answer.body), site.busy, site.held_up) == (10 * KILOBYTES_100, 0, 0)


def test_a_client_that_takes_a_little_is_waited_for() -> None:
    """Its progress counts, not the time that it takes."""
    site = make_site(Page(KILOBYTES_100), send_idle=30, idle=5)
    line = Line(site, narrow=True)
    line.get()
    for _ in range(50):
        wait(site, 25)
        line.transport.take(1000)
    assert line.is_open()
    wait(site, 29)
    assert line.is_open()
    wait(site, 3)
    assert line.transport.is_aborted


def test_it_is_idle_only_when_all_is_taken() -> None:
    """From then on it has its full time for another request."""
    site = make_site(Page(KILOBYTES_100), send_idle=30, idle=5)
    line = Line(site, narrow=True)
    line.get()
    wait(site, 20)
    line.transport.take()
    wait(site, 5)
    assert line.is_open()
    wait(site, 2)
    assert not line.is_open()


def test_a_file_that_nobody_takes_is_closed(tmp_path: Path) -> None:
    """What produces an answer is paused, and then stopped."""
    site = make_site(serve_file(tmp_path, 4 * KILOBYTES_100), send_idle=30)
    line = Line(site, narrow=True)
    line.get("/page")
    request = line.transport.protocol.requests[0]
    while not line.transport.is_full:
        request.producer.resumeProducing()
    wait(site, 32)
    assert (line.transport.is_aborted, site.busy) == (True, 0)
    assert request.producer.fileObject.closed


def test_a_resource_that_writes_slowly_is_not_concerned() -> None:
    """Only what the client could take counts: here it takes all at once."""
    held = Held()
    site = make_site(held, send_idle=5)
    line = Line(site, narrow=True)
    line.get()
    for _ in range(10):
        held.requests[0].write(b"data: x\n\n")
        line.transport.take()
        wait(site, 20)
    held.requests[0].write(b"x" * KILOBYTES_100)
    line.transport.take()
    wait(site, 20)
    assert (line.is_open(), site.busy) == (True, 1)
    held.answer()


def test_what_is_written_is_not_what_is_taken() -> None:
    """A resource that does not stop to write keeps no client that does not read."""
    held = Held()
    site = make_site(held, send_idle=5)
    line = Line(site, narrow=True)
    line.get()
    for _ in range(7):
        if held.requests[0].channel is not None:
            held.requests[0].write(b"x" * KILOBYTES_100)
        wait(site, 1)
    assert line.transport.is_aborted


def test_an_answer_that_closes_the_connection_is_taken_first() -> None:
    """Both what the client and what the server wants to be the last one."""
    site = make_site(Page(KILOBYTES_100), send_idle=30, idle=5)
    line = Line(site, narrow=True)
    line.get("/", "Connection: close")
    wait(site, 25)
    line.transport.take(1000)
    wait(site, 25)
    assert line.transport.connected
    line.transport.take()
    assert not line.transport.connected


def test_draining_waits_for_an_answer_that_is_taken() -> None:
    """The connection is closed after it."""
    site = make_site(Page(KILOBYTES_100))
    line = Line(site, narrow=True)
    line.get()
    site.drain()
    wait(site, 10)
    assert line.is_open()
    line.transport.take()
    wait(site, 3)
    assert not line.is_open()


@pytest.mark.parametrize("takes", [True, False])
def test_a_refused_client_takes_what_comes_before(takes: bool) -> None:
    """A refusal after a long answer is read after it; one that reads nothing is cut."""
    site = make_site(Page(65_300))
    line = Line(site, narrow=True)
    line.get()
    line.send("bad" * 200 + "\r\n\r\n")
    for _ in range(20):
        wait(site, 1)
        if takes:
            line.transport.take(1000)
    assert line.transport.is_aborted is not takes


def test_of_other_transports_only_the_time_is_known() -> None:
    """Of one that does not say what was taken, everything has to be taken in time."""
    site = make_site(send_idle=30)
    line = Line(site)
    channel = line.transport.protocol
    channel.pauseProducing()
    wait(site, 28)
    channel.resumeProducing()
    wait(site, 28)
    channel.pauseProducing()
    wait(site, 32)
    assert line.transport.is_aborted


def test_a_producer_may_fill_the_transport_at_once() -> None:
    """It goes on producing as soon as it may, and the client is waited for again."""
    held = Held()
    site = make_site(held, send_idle=30)
    line = Line(site, narrow=True)
    line.get()
    request = held.requests[0]

    class Producer:
        paused = 0

        def pauseProducing(self) -> None:  # noqa: N802 -- Twisted's name
            self.paused += 1

        def resumeProducing(self) -> None:  # noqa: N802
            request.write(b"x" * KILOBYTES_100)

        def stopProducing(self) -> None:  # noqa: N802
            self.paused = -1

    producer = Producer()
    request.registerProducer(producer, True)
    producer.resumeProducing()
    for count in range(1, 4):
        assert (producer.paused, line.transport.is_read) == (count, False)
        line.transport.take()
    wait(site, 32)
    assert (producer.paused, site.busy) == (-1, 0)
