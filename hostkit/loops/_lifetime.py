"""`Lifetime`: what a module has in flight at its host's services, which ends with the module."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from collections.abc import Callable


@final
class Lifetime:
    """From the start of a module to the end of its ``stop``.

    Attributes:
        is_over: Whether the module was stopped, and not started again.
    """

    def __init__(self) -> None:
        self.is_over = False
        self._ends: list[Callable[[], None]] = []

    def add(self, end: Callable[[], None]) -> None:
        """Have something ended with the module.

        Args:
            end: Ends what is in flight; called each time the module is stopped.
        """
        self._ends.append(end)

    def begin(self) -> None:
        """Let services be used, also if the module was stopped before."""
        self.is_over = False

    def end(self) -> None:
        """Refuse services from now on, and end what is in flight."""
        self.is_over = True
        for end in self._ends:
            end()
