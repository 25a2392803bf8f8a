"""`Runner`: the ways into a hook's loop: from the start, or from where a lane has left off."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, final

from hostkit.dispatch._call import Call
from hostkit.dispatch._policy import LEFT_OUT
from hostkit.loops import NEVER, ShieldedCall, shield

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.dispatch._loop import Loop
    from hostkit.dispatch._receipts import Receipts
    from hostkit.loops import DetachedTasks
    from hostkit.specs import Hookspec


@final
class Runner:
    """Makes calls of one hook, and has its loop do them.

    Args:
        spec: The hook.
        callbacks: Its callbacks, in config order.
        receipts: Where decisions are recorded.
        loop: The loop over the callbacks.
        detached: Where a shielded call goes on without its caller.
        is_apart: Whether calls run apart from their callers, who may be cancelled.
    """

    def __init__(
        self,
        spec: Hookspec,
        callbacks: Sequence[Callback],
        receipts: Receipts,
        loop: Loop,
        detached: DetachedTasks,
        *,
        is_apart: bool,
    ) -> None:
        self._spec = spec
        self._is_apart = is_apart
        self._chain = (spec, callbacks, receipts)
        self._count = len(callbacks)
        self._loop = loop
        self._detached = detached
        self._owner = None if spec.is_async else NEVER

    def begin(self, values: Iterable[Any], *, is_timed: bool = False) -> Call:
        """Make a call of which no callback is asked yet.

        Args:
            values: The hook's arguments, in order.
            is_timed: Whether it is measured.
        """
        answers = [LEFT_OUT] * self._count if self._spec.rule.gathers else []
        call = Call(list(values), self._chain, self._owner, answers)
        if is_timed:
            call.began = time.perf_counter()
        return call

    async def ask(self, values: Iterable[Any], *, is_timed: bool = False) -> Any:
        """Do a whole call."""
        call = self.begin(values, is_timed=is_timed)
        await self.perform(call)
        return call.outcome()

    def ask_now(self, values: Iterable[Any], *, is_timed: bool = False) -> Any:
        """Do a whole call of a synchronous hook."""
        call = self.begin(values, is_timed=is_timed)
        _drive(self._loop.run(call))
        return call.outcome()

    async def perform(self, call: Call) -> None:
        """Ask all callbacks."""
        if not self._is_apart:
            await self._loop.run(call)
            return

        def run(shielded: ShieldedCall) -> Coroutine[Any, Any, None]:
            call.owner = shielded
            return self._loop.run(call)

        await shield(run, self._detached, self._spec.full_name)

    async def go_on(self, call: Call) -> Any:
        """Do the rest of a call that was taken over."""
        await self._loop.run(call, call.place)
        return call.outcome()

    def go_on_now(self, call: Call) -> Any:
        """The same for a synchronous hook."""
        _drive(self._loop.run(call, call.place))
        return call.outcome()

    def take_over(
        self,
        values: Iterable[Any],
        index: int,
        answer: Any,
        error: BaseException | None,
        answers: Sequence[Any],
        times: tuple[float, float, float] | None,
    ) -> Call:
        """Take a call over from a lane, and find out what came of asking the last callback.

        Args:
            values: The hook's arguments, in order.
            index: The callback that was asked last; as many as there are, if all have answered.
            answer: What it answered.
            error: What it raised instead.
            answers: What those before it answered, if the rule gathers that.
            times: When the call began, when the callback was called, and when it had answered, if
                the call is measured.

        Returns:
            The call, which is over or to go on with.
        """
        gathered: list[Any] = []
        if self._spec.rule.gathers:
            gathered = [*answers, *[LEFT_OUT] * (self._count - len(answers))]
        call = Call(list(values), self._chain, self._owner, gathered)
        if times is not None:
            call.began, call.before, call.after = times
            call.measured = min(index + (error is None), self._count)
        call.place = index + 1
        try:
            if index < self._count and self._loop.hear(call, index, answer, error):
                call.place = self._count
            if not call.is_over and call.place >= self._count:
                self._loop.finish(call)
        except BaseException:
            self._loop.count(call)
            raise
        finally:
            del error
        if call.is_over and times is not None:
            self._loop.count(call)
        return call


def _drive(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that awaits nothing."""
    with contextlib.suppress(StopIteration):
        coroutine.send(None)
