"""`Link`: frames, messages and sockets between two ends."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from twisted.internet.testing import StringTransport

from hostkit.workers import Link, read_first


class FakeTransport(StringTransport):
    """Also passes sockets on."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.descriptors: list[int] = []

    def sendFileDescriptor(self, descriptor: int) -> None:  # noqa: N802
        self.descriptors.append(descriptor)


class End:
    """One end, with a transport in memory."""

    def __init__(self) -> None:
        self.frames: list[Any] = []
        self.messages: list[bytes] = []
        self.is_lost = False
        link: Any = Link(self.frames.append, self.messages.append, self._lose)
        self.link = link
        self.transport: Any = FakeTransport()
        self.link.makeConnection(self.transport)

    def _lose(self) -> None:
        self.is_lost = True

    def to(self, other: End) -> None:
        """Have the other end read what was written."""
        other.link.dataReceived(self.transport.value())
        self.transport.clear()


@pytest.fixture
def ends() -> tuple[End, End]:
    return End(), End()


def test_frames_and_messages_arrive_in_their_order(ends: tuple[End, End]) -> None:
    """Messages as they are."""
    one, other = ends
    one.link.send({"do": "ping"})
    one.link.send_message(b"m\nstale")
    one.link.send({"do": "stop"})
    one.to(other)
    assert other.frames == [{"do": "ping"}, {"do": "stop"}]
    assert other.messages == [b"m\nstale"]


def test_sockets_come_with_their_frame(ends: tuple[End, End]) -> None:
    """Each needs a byte of its own."""
    one, other = ends
    one.link.send({}, range(10, 60))
    assert one.transport.descriptors == [*range(10, 60)]
    assert len(one.transport.value()) >= 50
    other.link.fileDescriptorReceived(7)
    assert list(other.link.descriptors) == [7]
    one.to(other)
    assert other.frames == [{}]


def test_messages_wait_for_an_end_that_does_not_read(ends: tuple[End, End]) -> None:
    """Frames do not, and are few."""
    one, other = ends
    one.link.pauseProducing()
    one.link.send_message(b"held")
    one.link.send({"do": "ping"})
    one.to(other)
    assert (other.frames, other.messages) == ([{"do": "ping"}], [])
    one.link.resumeProducing()
    one.to(other)
    assert other.messages == [b"held"]


def test_what_waits_is_bounded(ends: tuple[End, End]) -> None:
    """What is dropped is said, so that the other end catches up."""
    one, other = ends
    one.link.pauseProducing()
    for _ in range(5):
        one.link.send_message(b"x" * 1024**2)
    one.link.send_message(b"last")
    one.link.resumeProducing()
    one.to(other)
    assert other.frames == [{"do": "overflow"}]
    assert other.messages == [b"last"]


def test_the_end_of_the_other_end_is_noticed(ends: tuple[End, End]) -> None:
    """By the process of which nobody takes care any more."""
    ends[0].link.stopProducing()
    ends[0].link.connectionLost()
    assert ends[0].is_lost


def test_the_first_frame_is_read_without_a_reactor(ends: tuple[End, End]) -> None:
    """And not a byte more, as sockets may come beside what follows."""
    one, _ = ends
    one.link.send({"worker": "w1"})
    one.link.send({"do": "start"})
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(one.transport.value())
        assert read_first(theirs) == {"worker": "w1"}
        assert theirs.recv(4) == b"\0\0\0\x0e"
        ours.close()
        theirs.recv(100)
        with pytest.raises(EOFError):
            read_first(theirs)
