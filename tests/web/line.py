"""A connection to a host's site in memory, whose time a test moves."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import ISSLTransport, ITCPTransport
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure
from zope.interface import alsoProvides

from hostkit import start_entry
from hostkit.config import Limits, Listener
from hostkit.testing import Answer, build_host
from hostkit.web import Server
from tests.web.pages import Count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IAddress
    from twisted.web.resource import IResource, Resource

    from hostkit import ModuleApi


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


LOCAL: Final = "tcp:80:interface=127.0.0.1"
_opened: Final[list[tuple[Server, Any]]] = []


class Pages:
    """A module that registers the pages in its config."""

    def __init__(self, config: Mapping[str, Resource], api: ModuleApi) -> None:
        for path, page in config.items():
            api.register_web_resource(path, page)


def make_site(
    root: IResource | None = None,
    endpoint: str = LOCAL,
    *,
    pages: Mapping[str, Any] = MappingProxyType({}),
    **settings: Any,
) -> Any:
    """Serve a resource, or a module's pages, on a listener in memory; give its `Site`.

    It has a clock of its own. What is not a setting of a listener is one of its limits.
    """
    own = {name: settings.pop(name) for name in attrs.fields_dict(Listener) if name in settings}
    listener = Listener(endpoint, **{"limits": Limits(**settings), **own})
    host = build_host([(Pages, dict(pages))], categories=[], drain="0s")
    reactor: Any = MemoryReactorClock()
    server = Server(host, reactor, lambda _: [listener])
    open_until_end(server, reactor)
    factory = (reactor.tcpServers + reactor.unixServers)[0][1]
    site = getattr(factory, "wrappedFactory", factory)
    if not pages:
        site.resource = Count() if root is None else root
    return site


def open_until_end(server: Server, reactor: Any) -> Deferred[None]:
    """Let a server listen on a reactor in memory, until the end of the test."""
    _opened.append((server, reactor))
    return start_entry(server.open())


def wait(site: Any, seconds: int) -> None:
    """Let time pass, a second at a time."""
    site.reactor.pump([1] * seconds)


def close_sites() -> None:
    """Close what a test has opened, and what that has kept of Twisted's log."""
    while _opened:
        server, reactor = _opened.pop()
        closing: Any = start_entry(server.close())
        reactor.advance(0)
        assert closing.called


HERE: Final = IPv4Address("TCP", "127.0.0.1", 1)


@final
class Line:
    """One connection to a site."""

    def __init__(
        self,
        site: Any,
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
