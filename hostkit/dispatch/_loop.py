"""`Loop`: asks the callbacks of a hook one after the other. The only loop over callbacks there is.

It runs whatever is not the happy path: a lane (`hostkit.dispatch._lane`) leaves for it at the
callback where something else than "continue" or a plain denial happens.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any, Final, NoReturn, final

from twisted.internet.defer import CancelledError

from hostkit.dispatch._call import Agreement, Call
from hostkit.dispatch._callback import Passing, runs_module_code
from hostkit.dispatch._guarded import LateAnswer
from hostkit.dispatch._kept import describe
from hostkit.dispatch._policy import FailurePolicy
from hostkit.dispatch._receipts import Outcome
from hostkit.loops import (
    PERHAPS_CALLERS,
    DetachedTasks,
    ShieldedCall,
    is_awaitable,
    is_callers,
    settle,
)
from hostkit.rules import CONTINUE, Replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.specs import Category, Hookspec

_log: Final = logging.getLogger("hostkit.hooks")
_now: Final = time.perf_counter
_UNUSUAL: Final = (LateAnswer, *PERHAPS_CALLERS)


@final
class Loop:
    """Asks the callbacks of one hook.

    Two things are to come, and have their place: neighbours asked at the same time would be begun
    together in `_ask_in_turn`, and heard in config order as now; a callback that wants the
    arguments as they came would get a copy that `Call` keeps from before the first replacement.

    Args:
        spec: The hook.
        callbacks: Its callbacks, in config order.
        functions: What to call for each of them.
        redact: Takes secrets out of a text.
        detached: Where a notification goes on whose caller was cancelled.

    Attributes:
        caller: The object the hook belongs to, once there is one.
        seconds: How long each callback took, over all measured calls.
        ended: For each callback, how many measured calls ended with it.
    """

    def __init__(
        self,
        spec: Hookspec,
        callbacks: Sequence[Callback],
        functions: Sequence[Callable[..., Any]],
        redact: Callable[[str], str],
        detached: DetachedTasks,
    ) -> None:
        self.caller: Category | None = None
        self.seconds = [0.0] * len(callbacks)
        self.ended = [0] * len(callbacks)
        self._spec = spec
        self._rule = spec.rule
        self._callbacks = callbacks
        self._detached = detached
        self._policy = FailurePolicy(spec, callbacks, redact)
        self._passing = Passing(spec, callbacks, functions)
        self._is_special = spec.shield or bool(spec.copy)
        self._passes = spec.rule.passes
        self._undecided = spec.rule.finish([]) if not spec.rule.gathers else None
        self._undecided_outcome = Outcome.ALLOW if spec.rule.denies else Outcome.RESULT
        self._undecided_reason = None if spec.rule.denies else describe(self._undecided)
        self._are_coroutines = [spec.is_async and each.is_coroutine for each in callbacks]
        self._gathers_all = spec.rule.gathers and spec.rule.reader is None

    async def run(self, call: Call, place: int = 0) -> None:
        """Ask the callbacks from one on, and find out what comes of the call.

        A synchronous hook awaits nothing, and is driven by a single `send`.
        """
        try:
            if place < len(self._callbacks):
                await self._ask_in_turn(call, range(place, len(self._callbacks)))
            if call.agreement is not None and self._rule.reviews_replacement and not call.is_over:
                call.agreement.is_reviewed = True
                await self._ask_in_turn(call, call.agreement.deciders(self._callbacks))
            if not call.is_over and not self.finish(call):
                await self._fall_back(call)
        finally:
            self.count(call)

    @runs_module_code
    async def _ask_in_turn(self, call: Call, indexes: Iterable[int]) -> None:
        is_timed = call.began is not None
        for index in indexes:
            callback, answer, error = self._callbacks[index], None, None
            values = self._prepare(call, index) if self._is_special else call.values
            if is_timed:
                call.before = _now()
            try:
                answer = self._passing.call(index, values)
                if self._are_coroutines[index]:
                    answer = await answer
                elif self._spec.is_async and is_awaitable(answer):
                    answer = await settle(answer)
            except BaseException as raised:  # noqa: BLE001 -- whose it is, `hear` finds out
                error = raised
            if is_timed:
                call.after = _now()
            elif error is None and answer is self._passes and not callback.shadow:
                continue
            try:
                if self.hear(call, index, answer, error):
                    return
            finally:
                del error, answer

    def hear(self, call: Call, index: int, answer: Any, error: BaseException | None) -> bool:
        """Find out what came of asking a callback, and whether that is enough."""
        if error is not None and issubclass(type(error), _UNUSUAL):
            try:
                answer, error = self._sort_out(call, index, error)
            except BaseException:
                del error  # whose traceback holds this frame
                raise
        if call.began is not None:
            self._measure(call, call.began, index)
        if error is not None:
            meaning = self._policy.failed(call, index, error)
        elif self._callbacks[index].shadow:
            self._policy.shadow_answered(call, index, answer)
            return False
        else:
            meaning = self._policy.read(call, index, answer)
        if type(meaning) is Replace and self._rule.replaced is not None:
            meaning = self._replace(call, index, answer, meaning)
        if call.is_over or (call.agreement is not None and call.agreement.is_enough):
            return True
        if meaning is CONTINUE and not (self._gathers_all and answer is CONTINUE):
            return False
        if self._rule.gathers and not self._gather(call, index, meaning):
            return False
        self._decide(call, index, meaning)
        return True

    def _sort_out(
        self, call: Call, index: int, error: BaseException
    ) -> tuple[Any, BaseException | None]:
        """Raise what is the caller's; return what counts as the answer, and as the failure."""
        if type(error) is LateAnswer:
            return self._policy.late(call, index, error)
        try:
            if is_callers(error, call.owner):
                self._stop(call, index, error)
            return None, error
        finally:
            del error  # whose traceback holds this frame

    def _gather(self, call: Call, index: int, meaning: Any) -> bool:
        """Keep what an answer means for the result, and see whether it ends the call."""
        call.answers[index] = meaning
        if call.record is not None:
            call.record.answer(index, meaning)
        return self._rule.ends(meaning)

    def _decide(self, call: Call, index: int | None, result: Any) -> None:
        call.decider = index
        if call.record is not None:
            call.record.decide(index, result)
        elif self._rule.is_denial(result):
            call.open(index).decide(index, result)
        call.is_over, call.result = True, result

    def _replace(self, call: Call, index: int, answer: Any, meaning: Replace) -> Any:
        """Put another value in an argument's place."""
        place = self._spec.arguments.index(self._rule.replaced or "")
        current = call.values[place]
        agreement = call.agreement
        try:
            changed = meaning.change(current)
            if agreement is not None and agreement.is_reviewed:
                if changed == current:
                    return CONTINUE
                raise ValueError("it changes again what was finally agreed")  # noqa: TRY301
        except Exception as error:  # noqa: BLE001 -- the answer cannot replace this argument
            return self._policy.refused(call, index, answer, error)
        if call.record is not None:
            call.record.answer(index, meaning.result)
        call.values[place] = changed
        before = agreement.replacers if agreement is not None else ()
        is_last = self._rule.ends_with_replacement
        call.agreement = Agreement((*before, index), meaning.result, is_last=is_last)
        return CONTINUE

    def finish(self, call: Call) -> bool:
        """Find the result of a call that no callback has ended, unless that takes more calls."""
        if call.agreement is not None:
            if self._rule.reviews_replacement and not call.agreement.is_reviewed:
                return False
            if call.record is not None:
                call.agreement.write(call.record)
            call.is_over, call.result = True, call.agreement.result
            return True
        if self._spec.has_fallback:
            return False
        if not self._rule.gathers:
            if call.record is not None:
                call.record.end(self._undecided_outcome, None, self._undecided_reason)
            call.is_over, call.result = True, self._undecided
            return True
        try:
            result = self._policy.combine(call)
        except BaseException as error:
            call.abandon(error)
            raise
        if not call.is_over:
            self._decide(call, None, result)
        return True

    async def _fall_back(self, call: Call) -> None:
        """Run the hook's own code."""
        try:
            if isinstance(call.owner, ShieldedCall):
                call.owner.step(reaches_end=self._rule.reaches_all)
            result = self._spec.function(self.caller, *call.values)
            if self._spec.is_async:
                result = await result
        except BaseException as error:
            call.abandon(error)
            raise
        self._decide(call, None, result)

    # Callers that are cancelled.

    def _stop(self, call: Call, index: int, error: BaseException) -> NoReturn:
        """Pass an exception on that is the caller's."""
        if call.record is not None:
            call.record.cancel(index)
        is_last = index + 1 == len(self._callbacks)
        is_cancellation = isinstance(error, asyncio.CancelledError | CancelledError)
        if self._rule.reaches_all and not is_last and is_cancellation and not call.is_detached:
            # Not in this task: it may belong to a scope that cancels whatever it awaits.
            self.count(call)
            call.is_detached, call.began = True, None  # what goes on is not measured
            self._detached.start(self._deliver(call, index), self._spec.full_name)
        try:
            raise error
        finally:
            del error

    async def _deliver(self, call: Call, index: int) -> None:
        """Notify the modules after that at which the caller of a call was cancelled."""
        try:
            await self._ask_in_turn(call, range(index + 1, len(self._callbacks)))
        finally:
            if call.record is not None:
                call.record.leave(index)
        if call.error is not None:
            _log.warning("%s, after its caller was cancelled: %s", self._spec.full_name, call.error)

    # What a call needs on its way.

    def _measure(self, call: Call, began: float, index: int) -> None:
        is_reviewed = call.agreement is not None and call.agreement.is_reviewed
        if call.measured > index and not is_reviewed:
            return  # a lane may have done it
        self.seconds[index] += call.after - call.before
        call.measured = max(call.measured, index + 1)
        if call.record is not None:
            call.record.measure(began, call.before, call.after, index)

    def count(self, call: Call) -> None:
        """Count a call that is over among the measured ones, if it was measured."""
        if call.began is not None and call.measured:
            self.ended[call.measured - 1] += 1

    def _prepare(self, call: Call, index: int) -> Sequence[Any]:
        """Do what the host itself does before a callback is asked, and return its arguments."""
        try:
            if isinstance(call.owner, ShieldedCall):
                call.owner.step(reaches_end=self._rule.reaches_all)
            return self._passing.copy(index, call.values)
        except BaseException as error:
            call.abandon(error, index)
            raise
