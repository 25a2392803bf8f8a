"""`Notice`: a line of the log that may come up too often."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, final

from hostkit.wording import shortened, visible

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

MINUTE: Final = 60.0
"""In seconds, how long a line that has come up too often is not written again."""

LONGEST: Final = 200
"""How many characters of a string from outside are written."""


@final
class Notice:
    """A line that is written a few times a minute at most; then it says how often it came up.

    Args:
        logger: Where it is written.
        clock: Reads monotonic seconds.
        most: How often it may be written in a minute.
    """

    def __init__(
        self,
        logger: logging.Logger,
        clock: Callable[[], float] = time.monotonic,
        most: int = 1,
    ) -> None:
        self._logger = logger
        self._clock = clock
        self._most = most
        self._ends = float("-inf")  # the minute
        self._written = 0
        self._left_out = 0

    @property
    def is_due(self) -> bool:
        """Whether it would be written now."""
        return self._written < self._most or self._clock() >= self._ends

    def write(self, level: int, text: str, *values: object) -> bool:
        """Write it, or count it.

        Args:
            level: As for `logging`.
            text: The line, with placeholders.
            values: What they stand for.

        Returns:
            Whether it was written.
        """
        if not self.is_due:
            self._left_out += 1
            return False
        now = self._clock()
        if now >= self._ends:
            self._ends, self._written = now + MINUTE, 0
        self._written += 1
        if self._left_out:
            text, values = f"{text} (%d more since the last such line)", (*values, self._left_out)
            self._left_out = 0
        self._logger.log(level, text, *values)
        return True


def shown(text: str) -> str:
    """Make a string from outside fit for a line of the log: short, one line, and all visible."""
    return visible(shortened(text, LONGEST)).replace("\n", "\\n")
