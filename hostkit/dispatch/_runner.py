"""`Runner`: the ways into a hook's loop: from the start, or from where a lane has left off."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, final

from hostkit.dispatch._call import Call
from hostkit.dispatch._policy import LEFT_OUT
from hostkit.dispatch._record import CallRecord
from hostkit.loops import NEVER

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.dispatch._loop import Loop
    from hostkit.dispatch._receipts import Receipts
    from hostkit.specs import Hookspec


@final
class Runner:
    """Makes calls of one hook, and has its loop do them.

    Args:
        spec: The hook.
        callbacks: Its callbacks, in config order.
        receipts: Where decisions are recorded.
        loop: The loop over the callbacks.
    """

    def __init__(
        self, spec: Hookspec, callbacks: Sequence[Callback], receipts: Receipts, loop: Loop
    ) -> None:
        self._spec = spec
        self._callbacks = callbacks
        self._receipts = receipts
        self._loop = loop

    def begin(self, values: Iterable[Any], *, is_timed: bool = False) -> Call:
        """Make a call of which no callback is asked yet.

        Args:
            values: The hook's arguments, in order.
            is_timed: Whether it is measured.
        """
        call = Call(list(values), self._open_record, None if self._spec.is_async else NEVER)
        if self._spec.rule.gathers:
            call.answers = [LEFT_OUT] * len(self._callbacks)
        if is_timed:
            call.began = time.perf_counter()
        return call

    async def ask(self, values: Iterable[Any], *, is_timed: bool = False) -> Any:
        """Do a whole call."""
        call = self.begin(values, is_timed=is_timed)
        await self._loop.perform(call)
        return call.outcome()

    def ask_now(self, values: Iterable[Any], *, is_timed: bool = False) -> Any:
        """Do a whole call of a synchronous hook."""
        call = self.begin(values, is_timed=is_timed)
        _drive(self._loop.run(call))
        return call.outcome()

    async def go_on(self, *begun: Any) -> Any:
        """Do the rest of a call that a lane has begun; see `_take_over`."""
        call, place = self._take_over(*begun)
        del begun  # an exception's traceback keeps this frame
        if not call.is_over:
            await self._loop.run(call, place)
        return call.outcome()

    def go_on_now(self, *begun: Any) -> Any:
        """The same for a synchronous hook."""
        call, place = self._take_over(*begun)
        del begun
        if not call.is_over:
            _drive(self._loop.run(call, place))
        return call.outcome()

    def _take_over(
        self,
        values: Iterable[Any],
        index: int,
        answer: Any,
        error: BaseException | None,
        answers: Sequence[Any],
        times: tuple[float, float, float] | None,
    ) -> tuple[Call, int]:
        """Take a call over from a lane.

        Args:
            values: The hook's arguments, in order.
            index: The callback that was asked last; as many as there are, if all have answered.
            answer: What it answered.
            error: What it raised instead.
            answers: What those before it answered, if the rule gathers that.
            times: When the call began, when the callback was called, and when it had answered, if
                the call is measured.

        Returns:
            The call, and the place of the callback to ask next.
        """
        call = self.begin(values)
        call.answers[: len(answers)] = answers
        if times is not None:
            call.began, call.before, call.after = times
            call.measured = min(index + (error is None), len(self._callbacks))
        is_enough = False
        try:
            if index < len(self._callbacks):
                is_enough = self._loop.hear(call, index, answer, error)
        except BaseException:
            self._loop.count(call)
            raise
        finally:
            del error
        if call.is_over:
            self._loop.count(call)
        return call, len(self._callbacks) if is_enough else index + 1

    def _open_record(self) -> CallRecord:
        record = CallRecord(self._spec, self._callbacks, time.time())
        self._receipts.log(record)
        return record


def _drive(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that awaits nothing."""
    with contextlib.suppress(StopIteration):
        coroutine.send(None)
