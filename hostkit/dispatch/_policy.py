"""`FailurePolicy`: what it means in a chain when a callback fails, and what a shadow module did."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, Any, Final, cast, final

from hostkit.dispatch._failures import (
    TELLING,
    add_note,
    looks_away,
    outcome_of,
    policies_of,
    say,
    set_context,
)
from hostkit.dispatch._kept import describe, describe_invalid
from hostkit.dispatch._receipts import Outcome
from hostkit.errors import HookTimeoutError, InvalidValueError, ModuleFailedError
from hostkit.logs import About, logger_of
from hostkit.loops import NEVER, attempt, is_callers
from hostkit.presenting import message_of, presentable
from hostkit.rules import CONTINUE, Replace
from hostkit.wording import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.dispatch._call import Call
    from hostkit.dispatch._callback import Callback
    from hostkit.dispatch._guarded import LateAnswer
    from hostkit.rules import OnError
    from hostkit.specs import Hookspec


LEFT_OUT: Final = object()
"""Stands for the answer of a callback that gave none, among those that a rule gathers."""


@final
class FailurePolicy:
    """Applies the policies for failures of one chain.

    In its methods, ``index`` is a callback's place in the chain.

    Args:
        spec: The hook.
        callbacks: Its callbacks, in config order.
        redact: Takes secrets out of a text.
    """

    def __init__(
        self, spec: Hookspec, callbacks: Sequence[Callback], redact: Callable[[str], str]
    ) -> None:
        self._spec = spec
        self._rule = spec.rule
        self._callbacks = callbacks
        self._redact = redact
        self._on_failure, self._on_invalid = policies_of(spec, callbacks)
        self._on_error = self._on_failure[Outcome.FAILED]
        self._loggers = [logger_of(each.module) for each in callbacks]
        self._about = About(hook=spec.full_name).extra

    def failed(self, call: Call, index: int, error: BaseException) -> Any:
        """Apply the policy to a callback that raised.

        Returns:
            `CONTINUE` or a denial, unless the call is over by then.
        """
        if self._callbacks[index].shadow:
            return self._shadow_failed(call, index, error)
        text = say(error)
        if self._rule.veto is not None and self._is_veto(call, index, error):
            return self._veto(call, index, cast("Exception", error), text)
        if not issubclass(type(error), TELLING):  # most: no need to look a kind up
            call.open(index).note(index, Outcome.FAILED, text)
            return self._apply(self._on_error[index], call, index, error, text)
        kind = self._kind(index, error)
        call.open(index).note(index, kind, text)
        return self._apply(self._on_failure[kind][index], call, index, error, text)

    def _is_veto(self, call: Call, index: int, error: BaseException) -> bool:
        """Ask the rule, if it is an `Exception` that does not raise when its class is asked for."""
        if not issubclass(type(error), Exception) or attempt(looks_away, error, otherwise=True):
            return False
        veto: Callable[[Any], bool] = cast("Any", self._rule.veto)
        return bool(self._ask_host(call, index, error, functools.partial(veto, error)))

    def late(self, call: Call, index: int, late: LateAnswer) -> tuple[Any, HookTimeoutError | None]:
        """Record an answer that came after the callback's time-out.

        Returns:
            The answer, if it stands: one that could not be interrupted, or that denies, as a denial
            is not undone by the time it took. Otherwise what the callback has failed with.
        """
        callback = self._callbacks[index]
        limit = callback.timeout_seconds or 0.0
        how = "was cancelled, and went on" if late.was_cancelled else "blocked the event loop"
        said = f"it {how}, {late.seconds:.3g}s instead of {limit:g}s"
        call.open(index).remark(index, said)
        self._loggers[index].warning("passed its timeout in %s: %s", self._spec.full_name, said)
        if not late.was_cancelled or self._denies(late.answer):
            return late.answer, None
        return None, HookTimeoutError(callback.module, self._spec.full_name, limit)

    def _denies(self, answer: Any) -> bool:
        def is_denial(answer: Any) -> bool:
            meaning = self._rule.judge(answer)
            if meaning is CONTINUE or type(meaning) is Replace:
                return False
            return self._rule.is_denial(meaning)

        return attempt(is_denial, answer, otherwise=False)

    def read(self, call: Call, index: int, answer: Any) -> Any:
        """Find out what an answer means, which may raise whatever it likes when it is looked at.

        Returns:
            As the rule's `judge` does, or what it means that the answer could not be read.
        """
        try:
            return self._rule.judge(answer)
        except Exception as error:  # noqa: BLE001 -- the answer is not one the hook can have
            return self.refused(call, index, answer, error)
        except BaseException as error:
            if is_callers(error, call.owner):
                raise
            return self.failed(call, index, error)

    def refused(self, call: Call, index: int, value: Any, error: BaseException | None) -> Any:
        """Apply the policy to an answer that means nothing.

        Args:
            call: The call.
            index: The callback.
            value: Its answer.
            error: What says so.

        Returns:
            `CONTINUE` or a denial, unless the call is over by then.
        """
        expected = self._rule.expects or self._spec.show().rpartition(" -> ")[2]
        if self._rule.expects is not None:
            error = None  # it says no more
        text = message_of(error) if error is not None else ""
        why = f" ({text})" if text else ""
        got = describe_invalid(value, self._redact)
        reason = clean(f"expected {expected}, got {got}{why}", self._redact)
        invalid = InvalidValueError(self._callbacks[index].module, self._spec.full_name, reason)
        invalid.__cause__ = error
        call.open(index).note(index, Outcome.INVALID, reason)
        try:
            return self._apply(self._on_invalid[index], call, index, invalid, reason)
        finally:
            del error, invalid

    def combine(self, call: Call) -> Any:
        """Make the result of the answers that were gathered; one that does not fit is invalid.

        Raises:
            Exception: The host's own code fails, and no single answer is the reason.
        """
        while True:
            try:
                return self._rule.finish([each for each in call.answers if each is not LEFT_OUT])
            except BaseException as error:
                index = None if is_callers(error, NEVER) else self._find_misfit(call)
                if index is None:
                    for place, answer in enumerate(call.answers):
                        if answer is not LEFT_OUT:
                            call.open().note(place, Outcome.RESULT, describe(answer, self._redact))
                    raise
                call.open().asked = len(self._callbacks)
                self.refused(call, index, call.answers[index], error)
                if call.is_over:
                    return None
                call.answers[index] = LEFT_OUT

    def _find_misfit(self, call: Call) -> int | None:
        """Find the first answer that cannot be combined with those before it."""
        given: list[Any] = []
        for index, answer in enumerate(call.answers):
            if answer is LEFT_OUT:
                continue
            given.append(answer)
            try:
                self._rule.finish(list(given))
            except BaseException as error:
                if is_callers(error, NEVER):
                    raise
                return index  # this is what is looked for
        return None

    def _apply(
        self, policy: OnError, call: Call, index: int, error: BaseException, text: str
    ) -> Any:
        callback = self._callbacks[index]
        if policy == "fail":
            reason = clean(text, self._redact)
            failed = ModuleFailedError(callback.module, self._spec.full_name, reason)
            failed.__cause__ = error
            return self._give_up(call, index, failed, Outcome.FAILED, text)
        if policy == "raise":
            add_note(error, callback, self._spec)
            return self._give_up(call, index, error, Outcome.FAILED, text)
        meaning = "it counts as a denial" if policy == "deny" else "the next module is asked"
        if self._loggers[index].isEnabledFor(logging.WARNING):
            self._log(index, f"failed in %s, {meaning}: %s", text, error)
        if policy == "continue":
            return CONTINUE
        denial = self._ask_host(call, index, error, self._rule.deny_for_failure)
        if self._rule.denies:
            return denial
        denial.__cause__ = error  # where results cannot deny, it is raised
        return self._veto(call, index, denial, say(denial))

    def _log(self, index: int, message: str, text: str, error: BaseException) -> None:
        self._loggers[index].warning(
            message,
            self._spec.full_name,
            clean(text, self._redact),
            exc_info=presentable(error),
            extra=self._about,
        )

    def _veto(self, call: Call, index: int, denial: Exception, text: str) -> Any:
        add_note(denial, self._callbacks[index], self._spec)
        return self._give_up(call, index, denial, Outcome.DENY, text)

    def _give_up(
        self, call: Call, index: int, error: BaseException, outcome: Outcome, text: str
    ) -> Any:
        call.open(index).end(outcome, index, text)
        call.fail(error)
        return CONTINUE

    def _kind(self, index: int, error: BaseException) -> Outcome:
        return outcome_of(error, self._spec, self._callbacks[index])

    def _ask_host(
        self, call: Call, index: int, error: BaseException, function: Callable[[], Any]
    ) -> Any:
        """Call the host's own code about a failure, whose exception is not the module's."""
        try:
            return function()
        except BaseException as raised:
            record = call.open(index)
            record.note(index, self._kind(index, error), say(error))
            record.abandon(raised, index + 1)
            set_context(raised, error)
            raise
        finally:
            del error, function  # an exception's traceback keeps this frame

    # A shadow module is asked like any other, and nothing comes of it.

    def _shadow_failed(self, call: Call, index: int, error: BaseException) -> Any:
        text = say(error)
        is_veto = False
        if self._rule.veto is not None and issubclass(type(error), Exception):
            # A `veto` that raises must not fail the call here.
            is_veto = attempt(self._rule.veto, error, otherwise=False)
        if is_veto:
            call.open(index).note(index, Outcome.DENY, text)
            return CONTINUE
        call.open(index).note(index, self._kind(index, error), text)
        self._log(index, "failed in %s, in shadow mode: %s", text, error)
        return CONTINUE

    def shadow_answered(self, call: Call, index: int, value: Any) -> None:
        """Record what a shadow module would have decided."""
        try:
            meaning = self._rule.judge(value)
        except BaseException as error:  # it is recorded; a shadow never counts
            if is_callers(error, NEVER):
                raise
            detail = f"{describe(value, self._redact)} ({message_of(error)})"
            call.open(index).note(index, Outcome.INVALID, detail)
            return
        if meaning is CONTINUE or not self._rule.decides:
            return
        replaces = type(meaning) is Replace
        outcome = Outcome.DENY if self._rule.denies and not replaces else Outcome.RESULT
        detail = describe(meaning.result if replaces else meaning, self._redact)
        call.open(index).note(index, outcome, detail)
