"""`BackgroundLoop`: a module's function that is called again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

from hostkit.background._run import Ended, Ledger, Run
from hostkit.loops import Backoff, evenly

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from hostkit.background._run import RunOutcome
    from hostkit.loops import Cancellable, Clock

LONGEST_PAUSE_SECONDS: Final = 60.0
"""How long a loop whose runs keep failing is put off at most, unless its interval is longer."""

TOLERATED_FAILURES: Final = 8
"""How often runs may fail one after the other before the next ones are put off."""


@final
class BackgroundLoop:
    """A module's function that is called again and again, never twice at a time.

    Its runs start at multiples of the interval, counted from `begin`, the first one after one
    interval. A run that takes longer delays the next one to the multiple after its end. After more
    than `TOLERATED_FAILURES` in a row, each failure doubles the pause before the next run, up to
    `LONGEST_PAUSE_SECONDS`.

    Args:
        module: The module's name.
        description: The loop's name in logs.
        interval_seconds: The time between starts, greater than zero.
        function: The function. Its result is awaited if it is awaitable.
    """

    # Twisted's `LoopingCall` has the same times, and tests compare both. But creating one installs
    # a reactor, also in programs that run on asyncio alone, and it runs twice if its clock calls a
    # little early, as uvloop's does.

    def __init__(
        self,
        module: str,
        description: str,
        interval_seconds: float,
        function: Callable[[], Any],
    ) -> None:
        self.module: Final = module
        self.description: Final = description
        self.interval_seconds: Final = interval_seconds
        self._function = function
        self._clock: Clock | None = None
        self._ledger = Ledger()
        self._began_at = 0.0
        self._number = 0  # of the interval at whose end the last run was due
        self._call: Cancellable | None = None
        self._failures = 0  # in a row
        # Whole intervals only, as runs start at multiples.
        most = max(1, LONGEST_PAUSE_SECONDS // interval_seconds)
        self._backoff = Backoff(interval_seconds, interval_seconds * most, evenly)
        self._pause = interval_seconds
        self._run: Run | None = None
        self._is_stopped = False

    @property
    def failures(self) -> int:
        """How many runs have failed since the last one that did not."""
        return self._failures

    @property
    def is_over(self) -> bool:
        """Whether it was stopped by its module, and no run is in flight."""
        return self._is_stopped and self._run is None

    def __str__(self) -> str:
        return f"the background loop {self.description!r}"

    def stop(self) -> Ended:
        """Start no more runs, ever. A run that is in flight finishes.

        Returns:
            Can be awaited, to wait until that run has finished; it does not wait if the run itself
            stops its loop.
        """
        self._is_stopped = True
        self._unschedule()
        if self._run is None:
            self._ledger.current.pop(self, None)
            return Ended(None)
        return Ended(self._run.wait())

    def begin(self, clock: Clock, ledger: Ledger | None = None) -> None:
        """Schedule the first run, one interval from now.

        Args:
            clock: The clock to schedule runs with.
            ledger: What its module does in the background.
        """
        if self._is_stopped:
            return
        self._clock = clock
        self._ledger = self._ledger if ledger is None else ledger
        self._ledger.current[self] = None
        self._began_at = clock.seconds()
        self._number = 0
        if self._run is None:  # otherwise the run's end does
            self._schedule()

    def interrupt(self) -> Deferred[None] | None:
        """Start no more runs until `begin`, and cancel the one that is in flight.

        Returns:
            Fires when that run has ended; `None` if there is nothing to wait for, or if the run
            itself calls this, which could not end before it does.
        """
        self._clock = None
        self._unschedule()
        if self._run is None:
            self._ledger.current.pop(self, None)
            return None
        return self._run.interrupt()

    def _schedule(self) -> None:
        assert self._clock is not None  # noqa: S101
        passed = self._clock.seconds() - self._began_at
        number = int(passed // self.interval_seconds) + 1
        if number == self._number:  # the clock has called a little early, or was rounded
            number += 1
        # Still at a multiple of the interval, but later after failures.
        number += round(self._pause / self.interval_seconds) - 1
        self._number = number
        delay = number * self.interval_seconds - passed
        self._call = self._clock.call_later(delay, self._start)

    def _unschedule(self) -> None:
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _start(self) -> None:
        assert self._clock is not None  # noqa: S101
        self._call = None
        self._run = Run(self.module, self._function, self._ledger)
        self._run.start(self._clock, self._end)

    def _end(self, outcome: RunOutcome | None) -> None:
        self._run = None
        if outcome is not None and outcome.error is not None:
            self._put_off(outcome)
        elif outcome is not None:
            self._failures, self._pause = 0, self.interval_seconds
            self._backoff.reset()
        if self._clock is not None and not self._is_stopped:
            self._schedule()
        else:
            self._ledger.current.pop(self, None)

    def _put_off(self, outcome: RunOutcome) -> None:
        """Log that a run has failed, and choose the pause before the next one."""
        self._failures += 1
        if self._failures >= TOLERATED_FAILURES:
            self._pause = self._backoff.next()
        said = f"{self} failed"
        if self._pause > self.interval_seconds:
            said += f" {self._failures} times in a row, and runs again in {self._pause:g} s"
        outcome.log_failure(self.module, self.description, said)
