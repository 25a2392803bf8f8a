"""`Backoff`: how long to wait before something that has failed is tried again."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_DOUBLINGS: Final = 64
_chance: Final[Callable[[], float]] = (
    secrets.SystemRandom().random
)  # differs in forked processes, too


def evenly() -> float:
    """No chance: nothing is left out of any pause, for what concerns this process alone."""
    return 1.0


@final
class Backoff:
    """Pauses between attempts: each is twice as long as the one before, up to a limit.

    A random part of each, up to a half, is left out. So processes that have lost the same server at
    the same time do not come back to it at the same time.

    Args:
        first_seconds: The longest that the first pause may be.
        longest_seconds: The longest that any may be.
        chance: Returns random numbers from 0 to 1; `evenly` for pauses that are always the same.
    """

    def __init__(
        self,
        first_seconds: float,
        longest_seconds: float,
        chance: Callable[[], float] = _chance,
    ) -> None:
        self._first_seconds = first_seconds
        self._longest_seconds = longest_seconds
        self._chance = chance
        self._doublings = 0

    def next(self) -> float:
        """Choose the next pause, in seconds."""
        whole = min(self._first_seconds * 2**self._doublings, self._longest_seconds)
        self._doublings = min(self._doublings + 1, _MOST_DOUBLINGS)
        pause: float = whole * (1 + self._chance()) / 2
        return pause

    def reset(self) -> None:
        """Begin with the first pause again, since an attempt has succeeded."""
        self._doublings = 0
