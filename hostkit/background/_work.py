"""`BackgroundWork`: all that one module does in the background."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, final

import attrs

from hostkit.background._duty import interrupt
from hostkit.background._loop import BackgroundLoop
from hostkit.background._run import Ledger
from hostkit.codes import Code
from hostkit.errors import BackgroundError
from hostkit.logs import logger_of
from hostkit.loops import Home, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.background._duty import Duty, Work
    from hostkit.background._threads import Threads
    from hostkit.background._worker import Worker
    from hostkit.loops import Clock


@final
@attrs.frozen
class BackgroundCounts:
    """How much a module does in the background.

    Attributes:
        loops: How many loops there are.
        calls: How many calls run, or wait for their time.
        runs: How many runs of both there have been.
        failures: How many of them have failed.
    """

    loops: int
    calls: int
    runs: int
    failures: int


@final
class BackgroundWork:
    """Begins the background work of a module when it starts, and ends it when it stops."""

    def __init__(self) -> None:
        self._clock: Clock | None = None
        self._home: Home | None = None
        self._is_stopped = False
        self._declared: list[tuple[Work, Worker | None]] = []
        self._ledger = Ledger()
        self._threads: set[Threads] = set()
        self._reported: set[str] = set()
        self._on_duty: list[tuple[Work, Duty]] = []

    @property
    def is_declared(self) -> bool:
        """Whether there is any that begins with the module."""
        return bool(self._declared)

    @property
    def is_open(self) -> bool:
        """Whether the module is starting, or has started."""
        return self._clock is not None

    @property
    def loops(self) -> tuple[BackgroundLoop, ...]:
        """The loops that were begun here and are not over."""
        return tuple(each for each in self._ledger.current if isinstance(each, BackgroundLoop))

    @property
    def counts(self) -> BackgroundCounts:
        """How much there is, and has been."""
        loops, ledger = len(self.loops), self._ledger
        return BackgroundCounts(loops, len(ledger.current) - loops, ledger.runs, ledger.failures)

    def check(self, what: str, module: str) -> None:
        """Make sure that work can begin now.

        Args:
            what: What would begin, as the subject of the message.
            module: The name of the module.

        Raises:
            BackgroundError: The module was stopped (HK530).
            HostkitError: This is another thread than that of the event loop.
        """
        if self._is_stopped:
            raise BackgroundError(
                Code.WORK_AFTER_STOP,
                f"{what} cannot begin: module {module!r} was stopped",
                hint="end what begins it in the module's stop()",
            )
        if self._home is not None:
            self._home.check("background work begins")

    def add(self, work: Work, refused: Worker | None = None) -> None:
        """Add work; it begins at once if the module is starting or has started.

        Args:
            work: The work.
            refused: This process, if it does not begin here, or may move to another one.

        Raises:
            BackgroundError: As `check`.
        """
        self.check(str(work), work.module)
        if self._clock is None:
            self._declared.append((work, refused))
        else:
            self._begin(work, refused, self._clock)

    def in_thread(
        self, threads: Threads, module: str, description: str, function: Callable[[], Any]
    ) -> Any:
        """Call a function of the module in a thread; see `Threads.call`."""
        self._threads.add(threads)
        return threads.call(self, module, description, function)

    def open(self, clock: Clock) -> None:
        """From now on, begin work as soon as it is added.

        Args:
            clock: The clock to schedule it with.
        """
        self._clock = clock
        self._home = Home.here()
        self._is_stopped = False

    def begin(self) -> None:
        """Begin the work that was added before `open`."""
        assert self._clock is not None  # noqa: S101
        for work, refused in self._declared:
            self._begin(work, refused, self._clock)

    async def stop(self) -> None:
        """Stop all work, cancel what is in flight, and wait until it has ended."""
        self._clock = None
        self._is_stopped = True
        for work, duty in self._on_duty:
            duty.leave(work)
        self._on_duty.clear()
        try:
            for ended in [interrupt(work) for work in tuple(self._ledger.current)]:
                if ended is not None:
                    await settle(ended)
        except BaseException:
            for work in self._ledger.current:
                logger_of(work.module).warning(
                    "module %r: %s is left behind, still running", work.module, work
                )
            raise
        finally:
            for threads in self._threads:
                threads.leave(self)

    def _begin(self, work: Work, refused: Worker | None, clock: Clock) -> None:
        if refused is None:
            work.begin(clock, self._ledger)
        elif refused.duty is not None:
            self._on_duty.append((work, refused.duty))
            refused.duty.join(work, functools.partial(work.begin, clock, self._ledger))
        elif work.description not in self._reported:
            self._reported.add(work.description)
            logger_of(work.module).warning(
                "module %r: %s does not run here, in %s, but in %s",
                work.module,
                work,
                refused,
                refused.chosen_process,
            )
