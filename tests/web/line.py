"""A connection to a `HostSite` in memory, whose time a test moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import ISSLTransport, ITCPTransport
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request
from zope.interface import alsoProvides

from hostkit.config import Limits, Listener
from hostkit.web._site import HostSite
from tests.web.conftest import Answer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from twisted.internet.interfaces import IAddress
    from twisted.web.resource import IResource


class Transport(StringTransport):
    """A transport that tells its protocol when it is closed."""

    protocol: Any
    is_half_closed = False
    is_aborted = False
    is_stuck = False

    def setTcpNoDelay(self, enabled: bool) -> None:  # noqa: N802 -- so named by Twisted
        """Do nothing, as there is no network."""

    def unregisterProducer(self) -> None:  # noqa: N802
        """Forget the producer, if there is one."""
        self.producer = None

    def loseWriteConnection(self) -> None:  # noqa: N802
        """Note that nothing is written any more."""
        self.is_half_closed = True

    def loseConnection(self) -> None:  # noqa: N802
        """Close, unless what was written is not read by anybody."""
        super().loseConnection()  # type: ignore[no-untyped-call]
        if not self.is_stuck:
            self.lose(ConnectionDone())

    def abortConnection(self) -> None:  # noqa: N802
        """Close at once."""
        self.is_aborted = True
        self.lose(ConnectionAborted())

    def lose(self, reason: Exception) -> None:
        """Tell the protocol, once."""
        if self.connected:
            self.connected = False
            self.protocol.connectionLost(Failure(reason))


class Narrow(Transport):
    """A transport on which all that is written waits until a test takes it."""

    unsent = b""
    is_full = False
    is_read = True

    def write(self, data: bytes) -> None:
        """Keep what is written, and pause its producer at 64 KiB, as Twisted does."""
        self.unsent += data
        if self.producer is not None and len(self.unsent) > 65536 and not self.is_full:
            self.is_full = True
            self.producer.pauseProducing()

    def writeSequence(self, data: Iterable[bytes]) -> None:  # noqa: N802 -- so named by Twisted
        """Keep all that is written."""
        self.write(b"".join(data))

    def writeSomeData(self, data: bytes) -> int:  # noqa: N802
        """Let the client read something."""
        super().write(data)  # type: ignore[no-untyped-call]
        return len(data)

    def take(self, size: int = 2**30) -> None:
        """Let the client read so much, and then go on as Twisted does."""
        data, self.unsent = self.unsent[:size], self.unsent[size:]
        self.writeSomeData(data)
        if self.unsent:
            return
        if self.is_full and self.producer is not None:
            self.is_full = False
            self.producer.resumeProducing()
        elif self.disconnecting:
            self.lose(ConnectionDone())

    def loseConnection(self) -> None:  # noqa: N802
        """Close as soon as everything is taken."""
        self.disconnecting = True
        if not self.unsent:
            self.lose(ConnectionDone())

    def lose(self, reason: Exception) -> None:
        """Stop what produces an answer, and tell the protocol."""
        if self.connected and self.producer is not None:
            self.producer.stopProducing()
        super().lose(reason)

    def pauseProducing(self) -> None:  # noqa: N802
        """Read no more from the client."""
        self.is_read = False

    def resumeProducing(self) -> None:  # noqa: N802
        """Read from the client."""
        self.is_read = True


class Held(Resource):
    """Answers with the length of the body, when the test says so."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.requests: list[Request] = []

    def render(self, request: Request) -> int:
        """Wait."""
        self.requests.append(request)
        return NOT_DONE_YET

    def answer(self, text: bytes = b"done") -> None:
        """Answer the request that has waited longest."""
        request = self.requests.pop(0)
        if not request.startedWriting:
            request.setHeader(b"content-length", b"%d" % len(text))
        request.write(text)
        request.finish()


class Count(Resource):
    """Answers with the number of bytes in the body."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def render_GET(self, request: Request) -> bytes:  # noqa: N802
        assert request.content is not None
        return b"%d" % len(request.content.read())

    render_POST = render_GET  # noqa: N815


def make_site(
    root: IResource | None = None,
    *,
    serve: tuple[Any, ...] = ("modules",),
    always: Collection[bytes] = (),
    access_log: bool = False,
    **limits: Any,
) -> HostSite:
    """Make a site with a clock of its own."""
    if root is None:
        root = Count()  # type: ignore[no-untyped-call]
    listener = Listener("x", serve, access_log=access_log, limits=Limits(**limits))
    return HostSite(root, listener, Clock(), always)


HERE: Final = IPv4Address("TCP", "127.0.0.1", 1)


@final
class Line:
    """One connection to a site."""

    def __init__(
        self,
        site: HostSite,
        *,
        tls: bool = False,
        stuck: bool = False,
        narrow: bool = False,
        peer: IAddress = HERE,
    ) -> None:
        kind = Narrow if narrow else Transport
        self.transport: Any = kind(HERE, peer)  # type: ignore[no-untyped-call]
        alsoProvides(self.transport, ITCPTransport)
        if tls:
            alsoProvides(self.transport, ISSLTransport)
        self.transport.is_stuck = stuck
        self._protocol: Any = site.buildProtocol(peer)
        self.transport.protocol = self._protocol
        self._protocol.makeConnection(self.transport)

    def send(self, data: bytes | str) -> None:
        """Let some bytes arrive, if anybody still reads."""
        if self.transport.connected:
            self._protocol.dataReceived(data.encode() if isinstance(data, str) else data)

    def get(self, path: str = "/", *headers: str) -> None:
        """Send a request without a body."""
        self.send("\r\n".join((f"GET {path} HTTP/1.1", "Host: localhost", *headers)) + "\r\n\r\n")

    def post(self, length: int | str, body: bytes = b"", path: str = "/") -> None:
        """Send a request with a body, or with a part of it."""
        self.send(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n")
        if body:
            self.send(body)

    def post_chunks(self, *chunks: bytes, path: str = "/") -> None:
        """Send a request whose body has no known length."""
        self.send(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        for chunk in chunks:
            self.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))

    def half_close(self) -> None:
        """End the sending, and go on reading."""
        self._protocol.readConnectionLost()

    def hang_up(self) -> None:
        """Go away."""
        self.transport.lose(ConnectionDone())

    def is_open(self) -> bool:
        """Tell whether both ends can still be heard."""
        return bool(self.transport.connected and not self.transport.is_half_closed)

    @property
    def answers(self) -> list[Answer]:
        """Give everything that was answered so far."""
        data = self.transport.value()
        found = []
        while data:
            head, _, data = data.partition(b"\r\n\r\n")
            first, *lines = head.decode().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in lines)
            length = int(headers.get("content-length", len(data)))
            found.append(Answer(int(first.split()[1]), headers, data[:length]))
            data = data[length:]
        return found

    @property
    def answer(self) -> Answer:
        """Give the one answer."""
        (answer,) = self.answers
        return answer
