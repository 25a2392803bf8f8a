from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol
from zope.interface import implementer

from hostkit.testing import run
from hostkit.testing.memory import End, connect


class Keeping(Protocol):
    """Keeps what arrives, and the end."""

    transport: Any

    def __init__(self) -> None:
        self.data = b""
        self.ends: list[str] = []

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 -- so named by Twisted
        self.data += data

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802
        self.ends.append(reason.type.__name__)


@implementer(IHalfCloseableProtocol)
class Half(Keeping):
    """Goes on when the other end sends no more."""

    def readConnectionLost(self) -> None:  # noqa: N802
        self.transport.write(b"bye")

    def writeConnectionLost(self) -> None:  # noqa: N802
        raise NotImplementedError


class Producer:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def pauseProducing(self) -> None:  # noqa: N802
        self.steps.append("pause")

    def resumeProducing(self) -> None:  # noqa: N802
        self.steps.append("resume")


class Serving:
    """Makes one protocol."""

    def __init__(self) -> None:
        self.protocol = Keeping()

    def buildProtocol(self, _address: Any) -> Keeping:  # noqa: N802
        return self.protocol


def pair() -> tuple[End, End, Keeping, Keeping, list[Any]]:
    """Connect two protocols whose event loop the test turns."""
    turns: list[Any] = []
    here, there = End(1, 2, turns.append), End(2, 1, turns.append)
    here.peer, there.peer = there, here
    here.protocol, there.protocol = Keeping(), Keeping()
    return here, there, here.protocol, there.protocol, turns


def turn(turns: list[Any]) -> None:
    """Let everything happen."""
    while turns:
        turns.pop(0)()


def test_a_producer_is_paused_while_too_much_waits() -> None:
    """As by a network that is slower than it; one that pushes nothing is asked once."""
    here, _, _, other, turns = pair()
    producer = Producer()
    here.registerProducer(producer, streaming=True)
    here.writeSequence([b"x" * 40_000, b"x" * 40_000])
    assert producer.steps == ["pause"]
    turn(turns)
    assert (producer.steps, len(other.data)) == (["pause", "resume"], 80_000)
    here.unregisterProducer()
    pulled = Producer()
    here.registerProducer(pulled, streaming=False)
    assert pulled.steps == ["resume"]


def test_a_reader_that_has_paused_gets_nothing() -> None:
    """Until it reads again."""
    here, there, _, other, turns = pair()
    there.pauseProducing()
    here.write(b"hi")
    turn(turns)
    assert other.data == b""
    there.resumeProducing()
    turn(turns)
    assert other.data == b"hi"


def test_an_end_that_is_closed_sends_no_more() -> None:
    """What was sent before arrives; both ends are notified once."""
    here, there, own, other, turns = pair()
    here.write(b"hi")
    here.stopProducing()
    here.write(b"more")
    turn(turns)
    here.loseConnection()
    there.loseWriteConnection()
    turn(turns)
    there.end()
    assert (other.data, own.ends, other.ends) == (b"hi", ["ConnectionDone"], ["ConnectionDone"])


def test_half_a_close_leaves_the_other_half() -> None:
    """A protocol that can go on with one direction is notified, and answers."""
    here, there, own, _, turns = pair()
    half = there.protocol = Half()
    half.transport = there
    here.loseWriteConnection()
    turn(turns)
    assert (own.data, own.ends, half.ends) == (b"bye", [], [])


def test_half_a_close_ends_what_cannot_be_half() -> None:
    """A protocol that cannot go on with one direction loses both."""
    here, _, own, other, turns = pair()
    here.loseWriteConnection()
    turn(turns)
    assert (own.ends, other.ends) == (["ConnectionDone"], ["ConnectionDone"])


def test_options_of_sockets_are_taken() -> None:
    """They mean nothing in memory."""
    here, *_ = pair()
    here.setTcpNoDelay(enabled=False)
    here.setTcpKeepAlive(enabled=True)
    assert (here.getTcpNoDelay(), here.getTcpKeepAlive()) == (True, False)
    assert (here.getHost().port, here.getPeer().port) == (1, 2)


def test_two_protocols_are_connected() -> None:
    """What one writes, the other gets in the loop's next turn."""
    serving = Serving()

    async def main() -> None:
        connect(serving, Keeping(), 80).write(b"hi")

    run(main())
    run(main())
    assert serving.protocol.data.startswith(b"hi")
