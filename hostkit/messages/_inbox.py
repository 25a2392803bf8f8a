"""`Inbox`: messages on their way from the thread of a channel to the program's event loop."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final, final

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.messages._channel import Receiver
    from hostkit.messages._message import Message

MOST_MESSAGES: Final = 10_000
MOST_BYTES: Final = 4 * 1024**2
"""How much may wait; beyond it, all of it is dropped, and the recipients catch up once."""

_AT_A_TIME: Final = 100
_BYTES_AT_A_TIME: Final = 64 * 1024
"""How much is passed on at a time; then the event loop does other things."""


@final
class Inbox:
    """Messages that wait for the program's event loop, within bounds.

    `put` and `restart` are for the thread of the channel.

    Args:
        receiver: Takes the messages.
        call_back: Calls a function on the thread of the program's event loop.
    """

    def __init__(self, receiver: Receiver, call_back: Callable[..., Any]) -> None:
        self._receiver = receiver
        self._call_back = call_back
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Message, int]] = deque()
        self._bytes = 0
        self._first: list[Callable[[], None]] = []  # what comes before those that wait
        self._is_scheduled = False

    def put(self, data: bytes) -> None:
        """Take what has arrived."""
        message = self._receiver.read(data)
        if message is None:
            return
        with self._lock:
            self._waiting.append((message, len(data)))
            self._bytes += len(data)
            if len(self._waiting) > MOST_MESSAGES or self._bytes > MOST_BYTES:
                self._clear()
                if self._receiver.overflow not in self._first:
                    self._first.append(self._receiver.overflow)
            self._schedule()

    def restart(self) -> None:
        """Take note that the channel listens; what waits does not matter any more."""
        with self._lock:
            self._clear()
            self._first = [self._receiver.restart]
            self._schedule()

    def _clear(self) -> None:
        self._waiting.clear()
        self._bytes = 0

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            self._call_back(self._deliver)

    def _deliver(self) -> None:
        """Pass on some of what waits; on the thread of the program's event loop."""
        with self._lock:
            first, self._first = self._first, []
            messages = self._take()
            self._is_scheduled = False
            if self._waiting:
                self._schedule()
        for call in first:
            call()
        for message in messages:
            self._receiver.receive(message)

    def _take(self) -> list[Message]:
        taken: list[Message] = []
        taken_bytes = 0
        while self._waiting and len(taken) < _AT_A_TIME and taken_bytes < _BYTES_AT_A_TIME:
            message, length = self._waiting.popleft()
            taken.append(message)
            taken_bytes += length
        self._bytes -= taken_bytes
        return taken
