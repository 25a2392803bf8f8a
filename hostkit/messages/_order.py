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
        self._reached: OrderedDict[str, int] = OrderedDict()  # the longest silent one first

    def restart(self) -> None:
        """Begin to listen anew: what was sent before does not matter any more."""
        self._since = self._clock()

    def judge(self, message: Message) -> Order:
        """Find out what a message is among those of its sender, and take its number as reached."""
        reached = self._reached.pop(message.sender, 0)
        self._reached[message.sender] = max(reached, message.number)
        if len(self._reached) > MOST_SENDERS:
            self._reached.popitem(last=False)
        if message.number <= reached:
            return Order.REPEATED
        # If even the last of those between was sent before this process began to listen, nothing is
        # missing.
        listened = self._clock() - self._since + _TOLERANCE_SECONDS
        if message.number == reached + 1 or message.quiet_seconds > listened:
            return Order.NEXT
        return Order.AFTER_GAP
