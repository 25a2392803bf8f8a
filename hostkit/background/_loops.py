"""`Loops`: all background loops of a module."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, final

from hostkit.errors import HostkitError
from hostkit.loops import settle

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from hostkit.background._loop import BackgroundLoop
    from hostkit.background._worker import Worker
    from hostkit.loops import Clock

_log: Final = logging.getLogger("hostkit.background")


@final
class Loops:
    """Begins the background loops of a module when it is started, and stops them with it."""

    def __init__(self) -> None:
        self._clock: Clock | None = None
        self._is_stopped = False
        self._declared: list[tuple[BackgroundLoop, Worker | None]] = []
        self._begun: list[BackgroundLoop] = []
        self._told: set[str] = set()

    def add(self, loop: BackgroundLoop, worker: Worker, *, everywhere: bool = False) -> None:
        """Take a loop; it begins at once if the module is being started or was started.

        Args:
            loop: The loop.
            worker: This process.
            everywhere: Whether it runs in every process.

        Raises:
            HostkitError: The module was stopped.
        """
        if self._is_stopped:
            raise HostkitError(
                f"the background loop {loop.description!r} cannot begin: module {loop.module!r} "
                "was stopped"
            )
        refused = None if everywhere or worker.is_chosen else worker
        if self._clock is None:
            self._declared.append((loop, refused))
        else:
            self._begin(loop, refused, self._clock)

    def open(self, clock: Clock) -> None:
        """Have loops that come from now on begin at once.

        Args:
            clock: What time it is.
        """
        self._clock = clock
        self._is_stopped = False

    def begin(self) -> None:
        """Begin the loops that came before `open`."""
        assert self._clock is not None  # noqa: S101
        for loop, refused in self._declared:
            self._begin(loop, refused, self._clock)

    async def stop(self) -> None:
        """Stop all loops, cancel the runs that are going on, and wait until they have ended."""
        self._clock = None
        self._is_stopped = True
        begun, self._begun = self._begun, []
        for ended in [_interrupt(loop) for loop in begun]:
            if ended is not None:
                await settle(ended)

    def _begin(self, loop: BackgroundLoop, refused: Worker | None, clock: Clock) -> None:
        if refused is None:
            self._begun = [*(known for known in self._begun if not known.is_over), loop]
            loop.begin(clock)
        elif loop.description not in self._told:
            self._told.add(loop.description)
            _log.warning(
                "module %r: the background loop %r does not run here, in %s, but in %s",
                loop.module,
                loop.description,
                refused,
                refused.who,
            )


def _interrupt(loop: BackgroundLoop) -> Deferred[None] | None:
    """Interrupt a loop; if that fails, which is its job's doing, the others are stopped yet."""
    try:
        return loop.interrupt()
    except Exception:  # noqa: BLE001 -- what a job awaits may raise anything then
        _log.exception(
            "module %r: a run of the background loop %r cannot be cancelled",
            loop.module,
            loop.description,
        )
        return None
