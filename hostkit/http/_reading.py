"""`read_body`: the body of an answer, uncompressed, up to a limit."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import UNKNOWN_LENGTH, IAgent
from zope.interface import implementer

if TYPE_CHECKING:
    from twisted.python.failure import Failure

_GZIP_BITS: Final = 16 + zlib.MAX_WBITS
_ENCODING: Final = b"content-encoding"
_HIDDEN: Final = b"x-hostkit-content-encoding"


class TooLargeError(Exception):
    """A body is longer than its limit."""


@final
@implementer(IAgent)
class EncodedAgent:
    """An agent whose answers do not show how they are encoded.

    treq would decode them: a chunk of some KiB at once, however much comes of it.

    Args:
        agent: The agent.
    """

    def __init__(self, agent: Any) -> None:
        self._agent = agent

    def request(self, *given: Any) -> Deferred[Any]:
        """Send a request; see `twisted.web.iweb.IAgent`."""
        sent: Deferred[Any] = self._agent.request(*given)
        return sent.addCallback(_hide_encoding)


def _hide_encoding(response: Any) -> Any:
    headers = response.headers
    headers.setRawHeaders(_HIDDEN, headers.getRawHeaders(_ENCODING, []))
    headers.removeHeader(_ENCODING)
    return response


def show_encoding(headers: Any) -> bool:
    """Show how an answer is encoded again, unless `read_body` decodes it.

    Args:
        headers: The headers of the answer, of Twisted's.

    Returns:
        Whether the body is compressed, once, with gzip.
    """
    hidden = headers.getRawHeaders(_HIDDEN, [])
    headers.removeHeader(_HIDDEN)
    headers.removeHeader(_ENCODING)  # treq leaves an empty one
    if [each.strip().lower() for each in hidden] == [b"gzip"]:
        return True
    if hidden:
        headers.setRawHeaders(_ENCODING, hidden)
    return False


def read_body(response: Any, most_bytes: int, *, is_compressed: bool = False) -> Deferred[bytes]:
    """Read the body of an answer.

    Args:
        response: The answer, of Twisted's.
        most_bytes: How long it may be, uncompressed.
        is_compressed: Whether it is compressed with gzip.

    Returns:
        The body. It fails with `TooLargeError`, with `zlib.error`, or with what has broken the
        connection, and then the connection is cut off; so it is when this is cancelled.
    """
    reading = _Reading(most_bytes, is_compressed=is_compressed)
    response.deliverBody(reading)
    if response.length is not UNKNOWN_LENGTH and response.length > most_bytes:
        reading.fail(TooLargeError())
    return reading.done


@final
class _Reading(Protocol):
    transport: Any

    def __init__(self, most_bytes: int, *, is_compressed: bool) -> None:
        self.done: Deferred[bytes] = Deferred(lambda _: self._stop())
        self._left = most_bytes
        self._pieces: list[bytes] = []
        self._decoder = zlib.decompressobj(_GZIP_BITS) if is_compressed else None

    def dataReceived(self, data: bytes) -> None:
        if self.done.called:
            return
        if self._decoder is not None:
            try:
                # One byte more than is left shows that there is more, however much it is.
                data = self._decoder.decompress(data, self._left + 1)
            except zlib.error as error:
                self.fail(error)
                return
        self._left -= len(data)
        self._pieces.append(data)
        if self._left < 0:
            self.fail(TooLargeError())

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.done.called:
            return
        if not reason.check(ResponseDone, PotentialDataLoss):
            self.done.errback(reason)
        elif self._decoder is not None and self._pieces and not self._decoder.eof:
            self.done.errback(zlib.error("the compressed body is incomplete"))
        else:
            self.done.callback(b"".join(self._pieces))

    def fail(self, error: Exception) -> None:
        """Read no further."""
        if not self.done.called:
            self._pieces.clear()
            self.done.errback(error)
            self._stop()

    def _stop(self) -> None:
        self.transport.stopProducing()
