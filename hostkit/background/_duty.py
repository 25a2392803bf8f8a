"""`Duty`: the work that only one process of a host does, and which may move to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, final

from hostkit.logs import logger_of
from hostkit.loops import is_callers, settle
from hostkit.presenting import presentable

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from hostkit.background._run import Ledger
    from hostkit.loops import Clock


class Work(Protocol):
    """A loop, or a call."""

    @property
    def module(self) -> str:
        """The name of the module whose work it is."""

    @property
    def description(self) -> str:
        """Its name in logs."""

    def begin(self, clock: Clock, ledger: Ledger | None = None, /) -> None:
        """Begin it, again if it was interrupted."""

    def interrupt(self) -> Deferred[None] | None:
        """End it; see `BackgroundLoop.interrupt`."""


@final
class Duty:
    """Begins and ends the work that only one process does, as a supervisor of several says.

    Until it says something, that is another process.
    """

    def __init__(self) -> None:
        self._is_here = False
        self._works: dict[Work, Callable[[], None]] = {}

    @property
    def is_here(self) -> bool:
        """Whether this process does it now."""
        return self._is_here

    def join(self, work: Work, begin: Callable[[], None]) -> None:
        """Add work, which begins if it is done here, or as soon as it is.

        Args:
            work: The work.
            begin: Begins it.
        """
        self._works[work] = begin
        if self._is_here:
            begin()

    def leave(self, work: Work) -> None:
        """Forget work: its module stops.

        Args:
            work: The work.
        """
        self._works.pop(work, None)

    def begin(self) -> None:
        """Begin all of it: it is done here from now on."""
        if not self._is_here:
            self._is_here = True
            for begin in tuple(self._works.values()):
                begin()

    async def end(self) -> None:
        """End all of it, and wait for what is in flight: another process is to do it."""
        self._is_here = False
        for ended in [interrupt(work) for work in tuple(self._works)]:
            if ended is not None:
                await settle(ended)


def interrupt(work: Work) -> Deferred[None] | None:
    """Interrupt work; if that fails, log it, so that the rest is stopped.

    Args:
        work: The work.
    """
    try:
        return work.interrupt()
    except BaseException as error:
        # Raised by the canceller of a Deferred of the module's own.
        if is_callers(error):
            raise
        logger_of(work.module).error(
            "module %r: a run of %s cannot be cancelled",
            work.module,
            work,
            exc_info=presentable(error),
        )
        return None
