"""`Respawning`: when a worker gets another process after its own has ended."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, final

from hostkit.loops import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_ENDS: Final = 6
"""A worker has failed when so many of its processes have ended in a row before they were ready, or
within `ENDS_SECONDS`."""
ENDS_SECONDS: Final = 20.0

_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 10.0
_STEADY_SECONDS: Final = 30.0


@final
class Respawning:
    """Counts the ends of a worker's processes.

    The first pause is short; each is twice as long as the one before, and a random part of it is
    left out, so that workers that end together do not begin together.

    Args:
        seconds: Reads monotonic seconds.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._ends: deque[float] = deque(maxlen=MOST_ENDS)
        self._never_ready = 0
        self._backoff = Backoff(_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)

    def pause(self, began: float, *, was_ready: bool) -> float | None:
        """Take note that a process has ended.

        Args:
            began: When it was begun.
            was_ready: Whether it has served.

        Returns:
            After how many seconds another one is to begin; `None` if the worker has failed.
        """
        now = self._seconds()
        if now - began >= _STEADY_SECONDS:
            self._backoff.reset()
        self._never_ready = 0 if was_ready else self._never_ready + 1
        self._ends.append(now)
        is_often = len(self._ends) == MOST_ENDS and now - self._ends[0] <= ENDS_SECONDS
        return None if is_often or self._never_ready == MOST_ENDS else self._backoff.next()

    def forget(self) -> None:
        """Begin anew: there is other code, or another file."""
        self._ends.clear()
        self._never_ready = 0
        self._backoff.reset()
