"""What carries messages between processes, and what they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from hostkit.messages._message import Message


class Receiver(Protocol):
    """What takes the messages that a channel carries.

    All but `read` is called on the thread of the program's event loop.
    """

    def read(self, data: bytes) -> Message | None:
        """Read what has arrived; any thread may do so.

        Args:
            data: Any bytes.

        Returns:
            The message; `None` if it is not one, which is counted.
        """

    def receive(self, message: Message) -> None:
        """Take a message."""

    def restart(self) -> None:
        """Take note that the channel listens, and that messages before may have been missed."""

    def overflow(self) -> None:
        """Take note that messages were dropped, since they arrived faster than they were taken."""


class Channel(Protocol):
    """Carries bytes between the processes of a host, each to all of them."""

    async def open(self, receiver: Receiver) -> None:
        """Start to listen. `Receiver.restart` is called when it does, and after each gap."""

    async def send(self, data: bytes) -> None:
        """Send to all processes; what this one has sent may arrive here as well.

        Raises:
            OSError: It could not be sent, or perhaps not.
        """

    async def close(self) -> None:
        """Stop listening."""


class Recipient(Protocol):
    """The part of hostkit that the messages of one kind are for."""

    def receive(self, payload: Any) -> None:
        """Take a message of another process.

        Args:
            payload: What it says: JSON values, so lists and not tuples.

        Raises:
            ValueError: This is not the payload of such a message.
        """

    def catch_up(self) -> None:
        """Do what is right after any message, since some may have been missed."""
