"""`Link`: what a supervisor and one of its worker processes say to each other.

The two ends of a pair of UNIX sockets. A frame is its length in four bytes, and then either an
object in JSON, or ``m`` and a message of the host's processes as it is, which the supervisor passes
on unread. Sockets travel beside the frame that names them.
"""

from __future__ import annotations

import json
import struct
from collections import deque
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

from twisted.internet.interfaces import IFileDescriptorReceiver
from twisted.internet.protocol import Factory
from twisted.protocols.basic import Int32StringReceiver
from zope.interface import classImplements

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping, Sequence

Frame: TypeAlias = "dict[str, Any]"
"""An object in JSON; ``do`` says what a worker is to do, ``is`` what has become of it."""

LONGEST_FRAME: Final = 64 * 1024**2
MOST_UNREAD_BYTES: Final = 4 * 1024**2
"""How many bytes of messages wait for a process that does not read; beyond it they are dropped."""

_LENGTH: Final = struct.Struct("!I")
_MESSAGE: Final = b"m"


def encode(frame: Mapping[str, Any]) -> bytes:
    """Write a frame, without its length."""
    return json.dumps(frame, separators=(",", ":")).encode()


def read_first(connection: socket.socket) -> Frame:
    """Read the first frame, in a process that has no reactor yet.

    Not a byte more is read: sockets may come beside what follows.

    Args:
        connection: This end of the link, which blocks.

    Raises:
        EOFError: The supervisor is gone.
    """
    (length,) = _LENGTH.unpack(_read_exactly(connection, _LENGTH.size))
    frame: Frame = json.loads(_read_exactly(connection, length))
    return frame


def _read_exactly(connection: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


@final
class Link(Int32StringReceiver):
    """One end.

    Args:
        receive: Takes what the other end says.
        receive_message: Takes a message of the host's processes.
        lose: Is called when the other end is gone.

    Attributes:
        descriptors: Sockets that have come, for the frame that names them.
    """

    MAX_LENGTH = LONGEST_FRAME

    def __init__(
        self,
        receive: Callable[[Frame], object],
        receive_message: Callable[[bytes], object],
        lose: Callable[[], object],
    ) -> None:
        self._receive = receive
        self._receive_message = receive_message
        self._lose = lose
        self._is_slow = False
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._has_dropped = False
        self.descriptors: deque[int] = deque()

    @classmethod
    def adopt(cls, reactor: Any, descriptor: int, *args: Any) -> Link:
        """Connect one end.

        Args:
            reactor: The Twisted reactor.
            descriptor: The socket; the caller closes it after that.
            args: As for `Link`.
        """
        import socket  # noqa: PLC0415 -- only for the number of the family

        link = cls(*args)
        factory: Any = Factory()
        factory.buildProtocol = lambda _address: link
        reactor.adoptStreamConnection(descriptor, socket.AF_UNIX, factory)
        return link

    def connectionMade(self) -> None:
        """Be notified when the other end does not read."""
        transport: Any = self.transport
        transport.registerProducer(self, True)  # noqa: FBT003 -- so declared by Twisted

    def send(self, frame: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Say something.

        Args:
            frame: What is said.
            descriptors: Sockets that go with it.
        """
        transport: Any = self.transport
        data = encode(frame)
        # Each needs a byte of its own to travel with.
        data += b" " * max(0, len(descriptors) - len(data))
        for descriptor in descriptors:
            transport.sendFileDescriptor(descriptor)
        self.sendString(data)  # type: ignore[no-untyped-call]

    def send_message(self, data: bytes) -> None:
        """Pass messages of the host's processes on, which may be lost if nothing reads them.

        Args:
            data: The messages.
        """
        if not self._is_slow:
            self.sendString(_MESSAGE + data)  # type: ignore[no-untyped-call]
            return
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > MOST_UNREAD_BYTES:
            self._held.clear()
            self._held_bytes = 0
            self._has_dropped = True

    def stringReceived(self, string: bytes) -> None:
        """Take a frame."""
        if string.startswith(_MESSAGE):
            self._receive_message(string[1:])
        else:
            self._receive(json.loads(string))

    def fileDescriptorReceived(self, descriptor: int) -> None:
        """Take a socket, whose frame comes next."""
        self.descriptors.append(descriptor)

    def connectionLost(self, reason: Any = None) -> None:  # noqa: ARG002 -- so named by Twisted
        """The other end is gone."""
        self._lose()

    # What Twisted wants of a producer.

    def pauseProducing(self) -> None:
        """Hold messages back: the other end does not read."""
        self._is_slow = True

    def resumeProducing(self) -> None:
        """Send what was held back."""
        self._is_slow = False
        held, self._held, self._held_bytes = self._held, [], 0
        if self._has_dropped:
            self._has_dropped = False
            self.send({"do": "overflow"})
        for data in held:
            self.send_message(data)

    def stopProducing(self) -> None:
        """Do nothing: `connectionLost` is called, too."""


# As a decorator it would hide the type from pyright.
classImplements(Link, IFileDescriptorReceiver)
