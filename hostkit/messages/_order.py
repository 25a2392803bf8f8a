"""`Senders`: which messages of the other processes are missing, by their numbers."""

from __future__ import annotations

import enum
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.messages._message import Message

MOST_SENDERS: Final = 4096
"""How many processes are known; the one that was silent longest is forgotten for another."""

_TOLERANCE_SECONDS: Final = 0.1  # of clocks that run at different rates


@final
class Order(enum.Enum):
    """What a message is among those of its sender."""

    NEXT = enum.auto()
    REPEATED = enum.auto()
    """It, or a later one, has arrived before."""
    AFTER_GAP = enum.auto()
    """Others before it were sent since this process listens, and have not arrived."""


@final
class Senders:
    """The number that each sender has reached.

    Args:
        clock: Reads monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._round = 0
        # The number, and in which round of listening it arrived; the longest silent one first.
        self._reached: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def restart(self) -> None:
        """Begin to listen anew: what was sent before does not matter any more."""
        self._since = self._clock()
        self._round += 1

    def judge(self, message: Message) -> Order:
        """Find out what a message is among those of its sender, and take its number as reached."""
        number, seen_in = self._reached.pop(message.sender, (0, -1))
        is_repeated = message.number <= number
        self._reached[message.sender] = (
            (number, seen_in) if is_repeated else (message.number, self._round)
        )
        if len(self._reached) > MOST_SENDERS:
            self._reached.popitem(last=False)
        if is_repeated:
            return Order.REPEATED
        if message.number == number + 1:
            return Order.NEXT
        if seen_in == self._round or message.quiet_seconds <= self._listened():
            return Order.AFTER_GAP
        # Even the last of the missing ones was sent before this process began to listen.
        return Order.NEXT

    def _listened(self) -> float:
        return self._clock() - self._since + _TOLERANCE_SECONDS
