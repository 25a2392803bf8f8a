"""`BackgroundLoop`: a module's function that is called again and again."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import CancelledError, Deferred

from hostkit.dispatch import call_for
from hostkit.loops import advise, start_entry
from hostkit.wording import exception_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from hostkit.loops import Cancellable, Clock

_log: Final = logging.getLogger("hostkit.background")


@final
class BackgroundLoop:
    """A function of a module's that is called again and again, never twice at a time.

    Its runs start at multiples of the interval after its beginning, the first one after one
    interval. While a run goes on, no other one starts; the next one is at the next multiple.

    It is not Twisted's `LoopingCall`, which has the same times, for two reasons: making one of
    those installs a reactor, also in programs that run on asyncio alone, and a clock that calls a
    little early, as uvloop's does, would have it run twice.

    Args:
        module: The module's name.
        description: What logs call the loop.
        interval_seconds: How far apart runs are, more than zero.
        function: What to call. What it returns is awaited if it can be.
    """

    def __init__(
        self,
        module: str,
        description: str,
        interval_seconds: float,
        function: Callable[[], Any],
    ) -> None:
        self.module: Final = module
        self.description: Final = description
        self._interval_seconds = interval_seconds
        self._function = function
        self._clock: Clock | None = None
        self._began_at = 0.0
        self._number = 0  # of the interval at whose end the last run was due
        self._call: Cancellable | None = None
        self._is_running = False
        self._is_cancelled = False
        self._is_stopped = False
        self._run_under_way: Deferred[None] | None = None
        self._waiting: list[Deferred[None]] = []

    @property
    def is_over(self) -> bool:
        """Whether it was stopped by its module, and nothing of it is left."""
        return self._is_stopped and not self._is_running

    def stop(self) -> None:
        """Start no more runs, ever. One that is going on finishes."""
        self._is_stopped = True
        self._unschedule()

    def begin(self, clock: Clock) -> None:
        """Have the first run after one interval from now.

        Args:
            clock: What time it is.
        """
        if self._is_stopped:
            return
        self._clock = clock
        self._began_at = clock.seconds()
        self._number = 0
        if not self._is_running:  # otherwise its end does
            self._schedule()

    def interrupt(self) -> Deferred[None] | None:
        """Start no more runs until it begins again, and cancel the one that is going on.

        Returns:
            Fires when that has ended; `None` if there is nothing to wait for, which is also so if
            this is called by the run itself.
        """
        self._clock = None
        self._unschedule()
        if self._run_under_way is None or _is_inside(self):
            return None
        self._is_cancelled = True
        ended: Deferred[None] = Deferred()
        self._waiting.append(ended)
        self._run_under_way.cancel()
        return ended

    def _schedule(self) -> None:
        assert self._clock is not None  # noqa: S101
        passed = self._clock.seconds() - self._began_at
        number = int(passed // self._interval_seconds) + 1
        if number == self._number:  # the clock has called a little early, or was rounded
            number += 1
        self._number = number
        delay = number * self._interval_seconds - passed
        self._call = self._clock.call_later(delay, self._start)

    def _unschedule(self) -> None:
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _start(self) -> None:
        self._call = None
        self._is_running = True
        self._run_under_way = start_entry(self._run())
        # Not in the run itself, whose context variables the next one would inherit.
        self._run_under_way.addBoth(self._end)

    async def _run(self) -> None:
        try:
            await call_for(self.module, self._function)
        except GeneratorExit:  # the program has ended
            raise
        except BaseException as error:  # noqa: BLE001 -- nothing that a run raises ends the loop
            is_cancellation = isinstance(error, CancelledError | asyncio.CancelledError)
            if not (is_cancellation and self._is_cancelled):
                said = f"module {self.module!r}: the background loop {self.description!r} failed"
                _log.exception("%s: %s", said, advise(error, exception_line(error)))

    def _end(self, _: object) -> None:
        self._is_running = self._is_cancelled = False
        self._run_under_way = None
        if self._clock is not None and not self._is_stopped:
            self._schedule()
        waiting, self._waiting = self._waiting, []
        for ended in waiting:
            ended.callback(None)


def _is_inside(loop: BackgroundLoop) -> bool:
    """Whether this is called by the current run of a loop, as told by the Python stack."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- the documented way to a caller
    while frame is not None:
        if frame.f_code is BackgroundLoop._run.__code__ and frame.f_locals["self"] is loop:  # noqa: SLF001
            return True
        frame = frame.f_back
    return False
