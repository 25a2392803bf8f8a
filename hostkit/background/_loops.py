"""`Loops`: the background loops of a module, and in which process they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import attrs

from hostkit.errors import HostkitError
from hostkit.logs import logger_of
from hostkit.loops import is_callers, settle
from hostkit.presenting import presentable

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from hostkit.background._loop import BackgroundLoop
    from hostkit.loops import Clock


def _check_name(_worker: Worker, _field: object, name: Any) -> None:
    # The same rule as for names in a config file.
    if name is not None and not (isinstance(name, str) and name and name.isprintable()):
        raise ValueError(f"a worker cannot have the name {name!r}: it must be a string on one line")


@final
@attrs.frozen
class Worker:
    """This process among those of its config file, and which of them does background work.

    Attributes:
        name: The name of this process; `None` if it has none.
        chosen: The name of the process that does background work; `None`: the one without a name.
    """

    name: str | None = attrs.field(default=None, validator=_check_name)
    chosen: str | None = None

    @property
    def is_chosen(self) -> bool:
        """Whether this is the process that does background work."""
        return self.name == self.chosen

    def __str__(self) -> str:
        return _name_of(self.name)

    @property
    def chosen_process(self) -> str:
        """The process that does background work, in words."""
        return _name_of(self.chosen)


def _name_of(name: str | None) -> str:
    return "the process without a name" if name is None else f"worker {name!r}"


@final
class Loops:
    """Begins the background loops of a module when it starts, and stops them when it stops."""

    def __init__(self) -> None:
        self._clock: Clock | None = None
        self._is_stopped = False
        self._declared: list[tuple[BackgroundLoop, Worker | None]] = []
        self._begun: list[BackgroundLoop] = []
        self._reported: set[str] = set()

    @property
    def are_declared(self) -> bool:
        """Whether there is any."""
        return bool(self._declared)

    def add(self, loop: BackgroundLoop, worker: Worker, *, everywhere: bool = False) -> None:
        """Add a loop; it begins at once if the module is starting or has started.

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

    @property
    def running(self) -> tuple[BackgroundLoop, ...]:
        """The loops that were begun here and are not over."""
        return tuple(loop for loop in self._begun if not loop.is_over)

    def open(self, clock: Clock) -> None:
        """From now on, begin loops as soon as they are added.

        Args:
            clock: The clock to schedule runs with.
        """
        self._clock = clock
        self._is_stopped = False

    def begin(self) -> None:
        """Begin the loops that were added before `open`."""
        assert self._clock is not None  # noqa: S101
        for loop, refused in self._declared:
            self._begin(loop, refused, self._clock)

    async def stop(self) -> None:
        """Stop all loops, cancel their runs that are in flight, and wait until they have ended."""
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
        elif loop.description not in self._reported:
            self._reported.add(loop.description)
            logger_of(loop.module).warning(
                "module %r: the background loop %r does not run here, in %s, but in %s",
                loop.module,
                loop.description,
                refused,
                refused.chosen_process,
            )


def _interrupt(loop: BackgroundLoop) -> Deferred[None] | None:
    """Interrupt a loop; if that fails, log it, so that the others are stopped."""
    try:
        return loop.interrupt()
    except BaseException as error:
        # Raised by the canceller of a Deferred of the module's own.
        if is_callers(error):
            raise
        logger_of(loop.module).error(
            "module %r: a run of the background loop %r cannot be cancelled",
            loop.module,
            loop.description,
            exc_info=presentable(error),
        )
        return None
