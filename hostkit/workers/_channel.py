"""`SupervisorChannel`: carries messages between the workers of a host through their supervisor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.messages import Receiver

_SEPARATOR: Final = b"\n"  # JSON as it is written here has none
_MOST_BYTES: Final = 256 * 1024


@final
class SupervisorChannel:
    """Sends and receives messages through the link to the supervisor.

    Messages of one turn of the event loop are sent as one, which the supervisor passes on as it is.

    Args:
        reactor: The Twisted reactor.

    Attributes:
        pass_on: Sends bytes to the supervisor.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self.pass_on: Callable[[bytes], object] = _keep_nothing
        self._receiver: Receiver | None = None
        self._waiting: list[bytes] = []
        self._bytes = 0

    async def open(self, receiver: Receiver) -> None:
        """Start to listen."""
        self._receiver = receiver
        receiver.restart()

    async def send(self, data: bytes) -> None:
        """Send to all other workers, at the end of this turn of the event loop.

        Raises:
            OSError: The host is not running.
        """
        if self._receiver is None:
            raise OSError("the host is not running")
        if not self._waiting:
            self._reactor.callLater(0, self.flush)
        self._waiting.append(data)
        self._bytes += len(data)
        if self._bytes > _MOST_BYTES:
            self.flush()

    async def close(self) -> None:
        """Stop listening, after all was sent."""
        self.flush()
        self._receiver = None

    def flush(self) -> None:
        """Send what waits."""
        if self._waiting:
            waiting, self._waiting, self._bytes = self._waiting, [], 0
            self.pass_on(_SEPARATOR.join(waiting))

    def receive(self, data: bytes) -> None:
        """Take what another worker has sent."""
        receiver = self._receiver
        if receiver is None:
            return
        for each in data.split(_SEPARATOR):
            message = receiver.read(each)
            if message is not None:
                receiver.receive(message)

    def overflow(self) -> None:
        """Take note that the supervisor has dropped messages, as this process did not read."""
        if self._receiver is not None:
            self._receiver.overflow()


def _keep_nothing(_data: bytes) -> None:
    """Send nothing: there is no link yet, and no other worker has missed anything."""
