"""What hostkit uses of Twisted that has no public name, in one place.

Twisted's channel says which request it has read, how much its headers take, and what it cannot read
only under private names. Each of them is used here alone, under a name of ours, and has a test that
says so when Twisted changes it; the versions of Twisted that are known to have them are bounded in
``pyproject.toml``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from twisted.internet.endpoints import _parse
from twisted.internet.unix import Port
from twisted.protocols.basic import LineReceiver
from twisted.web.http import HTTPChannel

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IProtocol
    from twisted.web.http import Request


def parse_endpoint(text: str) -> tuple[list[str], dict[str, str]]:
    """Split an endpoint string into its arguments, the first of which is its kind, and options.

    Raises:
        Exception: It cannot be understood.
    """
    arguments, options = _parse(text)
    return arguments, options


def contexts_of(endpoint: Any) -> Any:
    """Return what makes an endpoint's TLS contexts; `None` if it has none."""
    return getattr(endpoint, "_sslContextFactory", None)


def use_contexts(endpoint: Any, contexts: Any) -> None:
    """Have something else make an endpoint's TLS contexts.

    Args:
        endpoint: An endpoint that has some, and does not listen yet.
        contexts: What makes them.
    """
    endpoint._sslContextFactory = contexts  # noqa: SLF001 -- the only place for it


class TwistedUnixPort(Port):
    """A port on a UNIX socket, which may be one that listens already."""

    @classmethod
    def of_descriptor(cls, reactor: Any, descriptor: int, factory: Any) -> Self:
        """Make a port of a socket that listens already.

        Args:
            reactor: The Twisted reactor.
            descriptor: The socket, of which the port takes a duplicate.
            factory: Makes what answers.
        """
        port: Self = cls._fromListeningDescriptor(reactor, descriptor, factory)  # type: ignore[no-untyped-call]
        return port


class TwistedChannel(HTTPChannel):
    """An HTTP channel whose state can be seen, and whose errors can be answered."""

    _buffer: bytes
    _busyReceiving: bool
    _command: bytes
    _dataBuffer: list[bytes]
    _handlingRequest: bool
    _networkProducer: Any
    _optimisticEagerReadSize: int
    _path: bytes
    _receivedHeaderCount: int
    _receivedHeaderSize: int
    _transferDecoder: Any
    _version: bytes
    _waitingForTransport: bool

    @property
    def url(self) -> bytes:
        """The URL of the request whose headers were read last, not decoded."""
        return self._path

    def ask_for(self, url: bytes) -> None:
        """Replace the URL of the request whose headers were read last."""
        self._path = url

    @property
    def version(self) -> bytes:
        """The version of HTTP of that request."""
        return self._version

    @property
    def is_handling(self) -> bool:
        """Whether a request is complete, and not answered yet."""
        return self._handlingRequest

    @property
    def is_sending(self) -> bool:
        """Whether the client has not taken yet what was sent to it."""
        return self._waitingForTransport

    @property
    def has_unread(self) -> bool:
        """Whether something has arrived that was not read yet, or is the begin of a line."""
        return bool(self._buffer)

    @property
    def is_reading(self) -> bool:
        """Whether what has arrived is being read, further down on the stack."""
        return self._busyReceiving

    @property
    def method(self) -> bytes:
        """The method of the request whose headers were read last; empty if it is handled."""
        return getattr(self, "_command", b"")

    @property
    def headers_size(self) -> int:
        """How many bytes the headers have that were read so far, with the request line."""
        return self._receivedHeaderSize

    @property
    def headers_count(self) -> int:
        """How many headers were read so far."""
        return self._receivedHeaderCount

    def read(self, data: bytes) -> None:
        """Read what has arrived without setting an alarm, as `HTTPChannel.dataReceived` would."""
        LineReceiver.dataReceived(self, data)

    def pause_reading(self) -> None:
        """Read nothing more from the network."""
        self._networkProducer.pauseProducing()

    def resume_reading(self) -> None:
        """Read from the network, unless much has been read that has to wait for an answer."""
        if not self._handlingRequest or (
            sum(map(len, self._dataBuffer)) <= self._optimisticEagerReadSize
        ):
            self._networkProducer.resumeProducing()

    def requestDone(self, request: Any) -> None:
        """Go on to the next request; if there is one already, `pipelined` is called."""
        if self._waitingForTransport:
            self.paused = True
        super().requestDone(request)  # type: ignore[no-untyped-call]
        if self._buffer:
            self.pipelined()

    def give_chunks(self, take: Callable[[bytes], None]) -> None:
        """Give the chunks of a body of unknown length to a function, and not to the request."""
        self._transferDecoder.dataCallback = take

    def note_answer(self, answer: bytes) -> Request:
        """Note in the request whose headers were read last what was answered in its place.

        Args:
            answer: The answer, with all headers.

        Returns:
            The request.
        """
        request: Request = self.requests[-1]
        request.method, request.uri, request.clientproto = self._command, self.url, self._version
        request.code = int(answer.split(b" ", 2)[1])
        if self._command != b"HEAD":
            request.sentLength = len(answer.partition(b"\r\n\r\n")[2])
        return request

    def note_line(self, line: bytes) -> None:
        """Count a line that was too long to be read."""
        self._receivedHeaderSize = len(line)

    def pipelined(self) -> None:
        """A request was answered, and something has arrived that comes after it."""
        raise NotImplementedError

    def refuse_unreadable(self) -> None:
        """Answer what cannot be read, and hang up."""
        raise NotImplementedError

    def upgraded(self) -> None:
        """The connection has become one of another protocol."""
        raise NotImplementedError

    def _respondToBadRequestAndDisconnect(self) -> None:
        # The one place where Twisted says what it cannot read; its own answer is empty.
        self.refuse_unreadable()

    def _protocolUpgradeForWebsockets(self, protocol: IProtocol) -> None:
        super()._protocolUpgradeForWebsockets(protocol)
        self.upgraded()
