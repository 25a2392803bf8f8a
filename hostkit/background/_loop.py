"""`BackgroundLoop`: a module's function that is called again and again."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any, Final, cast, final

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from hostkit.codes import Code
from hostkit.dispatch import call_for
from hostkit.errors import RegistrationError
from hostkit.logs import About, logger_of
from hostkit.loops import Entrance, advise, is_callers
from hostkit.presenting import exception_line, presentable
from hostkit.specs import callable_name, check_callable, signature_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from hostkit.loops import Cancellable, Clock

LONGEST_PAUSE_SECONDS: Final = 60.0
"""How long a loop whose runs keep failing is put off at most, unless its interval is longer."""

TOLERATED_FAILURES: Final = 8
"""How often runs may fail one after the other before the next ones are put off."""

_MOST_DOUBLINGS: Final = 64


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
        self._began_at = 0.0
        self._number = 0  # of the interval at whose end the last run was due
        self._call: Cancellable | None = None
        self._failures = 0  # in a row
        self._is_running = False
        self._is_stopped = False
        self._current_run: Deferred[None] | None = None
        self._waiting: list[Deferred[None]] = []

    @property
    def failures(self) -> int:
        """How many runs have failed since the last one that did not."""
        return self._failures

    @property
    def is_over(self) -> bool:
        """Whether it was stopped by its module, and no run is in flight."""
        return self._is_stopped and not self._is_running

    def stop(self) -> None:
        """Start no more runs, ever. A run that is in flight finishes."""
        self._is_stopped = True
        self._unschedule()

    def begin(self, clock: Clock) -> None:
        """Schedule the first run, one interval from now.

        Args:
            clock: The clock to schedule runs with.
        """
        if self._is_stopped:
            return
        self._clock = clock
        self._began_at = clock.seconds()
        self._number = 0
        if not self._is_running:  # otherwise the run's end does
            self._schedule()

    def interrupt(self) -> Deferred[None] | None:
        """Start no more runs until `begin`, and cancel the one that is in flight.

        Returns:
            Fires when that run has ended; `None` if there is nothing to wait for, or if the run
            itself calls this, which could not end before it does.
        """
        self._clock = None
        self._unschedule()
        if self._current_run is None or _is_inside(self):
            return None
        ended: Deferred[None] = Deferred()
        self._waiting.append(ended)
        self._current_run.cancel()
        return ended

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
        self._is_running = True
        entrance = Entrance()
        self._current_run = entrance.start(self._run(entrance))
        # Not in the run itself, whose context variables the next one would inherit.
        self._current_run.addBoth(self._end, self._clock)

    async def _run(self, entrance: Entrance) -> None:
        try:
            await call_for(self.module, self._function)
        except BaseException as error:
            if is_callers(error, entrance):
                raise
            self._failures += 1
            self._log_failure(error)
        else:
            self._failures = 0

    def _log_failure(self, error: BaseException) -> None:
        said = f"module {self.module!r}: the background loop {self.description!r} failed"
        if self._pause > self.interval_seconds:
            said += f" {self._failures} times in a row, and runs again in {self._pause:g} s"
        extra = About(loop=self.description).extra
        why, shown = advise(error, exception_line(error)), presentable(error)
        logger_of(self.module).error("%s: %s", said, why, exc_info=shown, extra=extra)

    @property
    def _pause(self) -> float:
        """How long the next run is put off: longer with each failure in a row."""
        doublings = min(self._failures - TOLERATED_FAILURES, _MOST_DOUBLINGS)
        if doublings <= 0 or self.interval_seconds >= LONGEST_PAUSE_SECONDS:
            return self.interval_seconds
        most = int(LONGEST_PAUSE_SECONDS // self.interval_seconds)
        return self.interval_seconds * min(1 << doublings, most)

    def _end(self, result: object, clock: Clock) -> None:
        self._is_running = False
        self._current_run = None
        if self._clock is not None and not self._is_stopped:
            self._schedule()
        waiting, self._waiting = self._waiting, []
        for ended in waiting:
            ended.callback(None)
        if isinstance(result, Failure) and result.check(CancelledError) is None:
            # `KeyboardInterrupt` and the like: the event loop is the caller of a run.
            clock.call_later(0, result.raiseException)


def _is_inside(loop: BackgroundLoop) -> bool:
    """Whether the current run of a loop calls this."""
    # Found on the stack: a context variable would be inherited by whatever the run schedules.
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- the documented way to a caller
    while frame is not None:
        if frame.f_code is BackgroundLoop._run.__code__ and frame.f_locals["self"] is loop:  # noqa: SLF001
            return True
        frame = frame.f_back
    return False


def check_loop(
    function: Any, milliseconds: object, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Check the arguments of ``looping_background_call``.

    Args:
        function: The function.
        milliseconds: The interval.
        args: The function's positional arguments.
        kwargs: Its arguments by name.

    Raises:
        RegistrationError: The function cannot be called, or not with these arguments (HK203).
        ValueError: The interval is not a positive, finite number.
    """
    check_callable(function, "the function of a background loop")
    _check_arguments(function, args, kwargs)
    is_number = isinstance(milliseconds, int | float) and not isinstance(milliseconds, bool)
    if not (is_number and 0 < cast("float", milliseconds) < math.inf):
        raise ValueError(
            "the interval of a background loop is in milliseconds, a number greater than zero, "
            f"not {milliseconds!r}"
        )


def _check_arguments(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    try:
        signature = signature_of(function)
    except ValueError:  # some functions written in C have no signature
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise RegistrationError(
            Code.NOT_CALLABLE,
            f"the function of a background loop cannot be called with these arguments: {error}",
            expected=f"arguments for {function_name(function)}{signature}",
            hint="give them to looping_background_call after the interval",
        ) from None


def function_name(function: object) -> str:
    """Find the name of a function, or of another callable, for logs."""
    return callable_name(function).rpartition(".")[2]
