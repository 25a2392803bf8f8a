"""`Run`: one call of a module's function in the background, and `Ledger`, which counts them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, final

import attrs
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from hostkit.dispatch import call_for
from hostkit.logs import About, logger_of
from hostkit.loops import Entrance, advise, is_callers, settle
from hostkit.presenting import exception_line, presentable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType, TracebackType

    from hostkit.loops import Clock


@final
@attrs.define
class Ledger:
    """The background work of one module that goes on, and how much there has been.

    Attributes:
        current: What was begun and is not over, in the order in which it began.
        runs: How many runs have started.
        failures: How many of them have failed.
    """

    current: dict[Any, None] = attrs.field(factory=dict)
    runs: int = 0
    failures: int = 0


@final
@attrs.frozen(eq=False)
class RunOutcome:
    """What came of a run that was not cancelled.

    Attributes:
        value: What the function returned.
        error: What it raised instead.
        traceback: The traceback of that when it was caught.
        reason: The error in one line, with advice if there is any.
    """

    value: Any = None
    error: BaseException | None = None
    traceback: TracebackType | None = None
    reason: str = ""

    def log_failure(self, module: str, description: str, said: str) -> None:
        """Log the error.

        Args:
            module: The module whose function it was.
            description: The name of the work.
            said: What has failed, without the module.
        """
        assert self.error is not None  # noqa: S101
        logger_of(module).error(
            "module %r: %s: %s",
            module,
            said,
            self.reason,
            exc_info=presentable(self.error),
            extra=About(loop=description).extra,
        )


@final
class Run:
    """One call of a module's function, which can be cancelled and waited for.

    Args:
        module: The module's name.
        function: The function. Its result is awaited if it is awaitable.
        ledger: Counts it.
    """

    def __init__(self, module: str, function: Callable[[], Any], ledger: Ledger) -> None:
        self._module = module
        self._function = function
        self._ledger = ledger
        self._running: Deferred[RunOutcome] | None = None
        self._waiting: list[Deferred[None]] = []

    def start(self, clock: Clock, ended: Callable[[RunOutcome | None], None]) -> None:
        """Call the function; its first step is taken at once.

        Args:
            clock: Raises `KeyboardInterrupt` and the like in the event loop.
            ended: Is called at the end with what came of it; with `None` if it was cancelled.
        """
        self._ledger.runs += 1
        entrance = Entrance()
        self._running = entrance.start(self._run(entrance))
        # Not in the run itself, whose context variables the next one would inherit.
        self._running.addBoth(self._end, clock, ended)

    def interrupt(self) -> Deferred[None] | None:
        """Cancel it.

        Returns:
            Fires when it has ended; `None` if the run itself calls this, which could not end before
            it does.
        """
        ended = self.wait()
        if ended is not None and self._running is not None:
            self._running.cancel()
        return ended

    def wait(self) -> Deferred[None] | None:
        """Wait for its end; see `interrupt`."""
        if self._running is None or self.is_inside:
            return None
        ended: Deferred[None] = Deferred()
        self._waiting.append(ended)
        return ended

    @property
    def is_inside(self) -> bool:
        """Whether the function, or what it has called, asks this."""
        # Found on the stack: a context variable would be inherited by whatever the run schedules.
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- the documented way
        while frame is not None:
            if frame.f_code is Run._run.__code__ and frame.f_locals["self"] is self:
                return True
            frame = frame.f_back
        return False

    async def _run(self, entrance: Entrance) -> RunOutcome:
        try:
            return RunOutcome(await call_for(self._module, self._function))
        except BaseException as error:
            if is_callers(error, entrance):
                raise
            self._ledger.failures += 1
            # Here, as what helps depends on what drives the function.
            reason = advise(error, exception_line(error))
            return RunOutcome(error=error, traceback=error.__traceback__, reason=reason)

    def _end(
        self, result: object, clock: Clock, ended: Callable[[RunOutcome | None], None]
    ) -> None:
        self._running = None
        ended(result if isinstance(result, RunOutcome) else None)
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.callback(None)
        if isinstance(result, Failure) and result.check(CancelledError) is None:
            # `KeyboardInterrupt` and the like: the event loop is the caller of a run.
            clock.call_later(0, result.raiseException)


@final
class Ended:
    """What `stop` returns: awaited, it waits until the work has ended.

    Args:
        waiting: Fires then; `None` if there is nothing to wait for.
    """

    def __init__(self, waiting: Deferred[None] | None) -> None:
        self._waiting = waiting

    def __await__(self) -> Generator[Any, Any, None]:
        """Wait, in an asyncio task or in a coroutine that Twisted drives."""
        return self._wait().__await__()

    async def _wait(self) -> None:
        if self._waiting is not None:
            await settle(self._waiting)
