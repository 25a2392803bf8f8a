"""`FailurePolicy`: what it means in a chain when a callback fails, and what a shadow module did."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, Any, Final, cast, final

from hostkit.dispatch._receipts import Outcome
from hostkit.dispatch._record import describe
from hostkit.errors import HookTimeoutError, InvalidValueError, ModuleFailedError
from hostkit.loops import ADVISABLE, NEVER, advise, attempt, is_callers
from hostkit.rules import CONTINUE, Replace
from hostkit.wording import type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.dispatch._call import Call
    from hostkit.dispatch._callback import Callback
    from hostkit.rules import OnError
    from hostkit.specs import Hookspec


_read_context: Final = vars(BaseException)["__context__"].__get__
_read_traceback: Final = vars(BaseException)["__traceback__"].__get__
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
        self._on_error: list[OnError] = [
            self._policy_of(each, spec.rule.on_error) for each in callbacks
        ]
        on_invalid = spec.rule.on_invalid or spec.rule.on_error
        self._on_invalid: list[OnError] = [self._policy_of(each, on_invalid) for each in callbacks]
        self._loggers = [logging.getLogger(f"hostkit.modules.{each.module}") for each in callbacks]

    def failed(self, call: Call, index: int, error: BaseException) -> Any:
        """Apply the policy to a callback that raised.

        Returns:
            `CONTINUE` or a denial, unless the call is over by then.
        """
        if self._callbacks[index].shadow:
            return self._shadow_failed(call, index, error)
        text = self._say(error)
        if self._rule.veto is not None and issubclass(type(error), Exception):
            is_veto = functools.partial(self._rule.veto, cast("Exception", error))
            if self._ask_host(call, index, error, is_veto):
                return self._veto(call, index, cast("Exception", error), text)
        # Failures of different kinds (an outage, a time-out, a bug) would get their policies here.
        kind = Outcome.FAILED if type(error) is not HookTimeoutError else self._kind(index, error)
        call.open(index).note(index, kind, text)
        return self._apply(self._on_error[index], call, index, error, text)

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
        text = _text(error) if error is not None else ""
        why = f" ({text})" if text else ""
        reason = self._redact(f"expected {expected}, got {describe(value)}{why}")
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
                            call.open().note(place, Outcome.RESULT, describe(answer))
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
            reason = self._redact(text)
            failed = ModuleFailedError(callback.module, self._spec.full_name, reason)
            failed.__cause__ = error
            return self._give_up(call, index, failed, Outcome.FAILED, text)
        if policy == "raise":
            self._add_note(callback, error)
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
        return self._veto(call, index, denial, self._say(denial))

    def _policy_of(self, callback: Callback, policy: OnError) -> OnError:
        own = callback.on_error
        return own if own is not None and self._rule.takes(own) else policy

    def _log(self, index: int, message: str, text: str, error: BaseException) -> None:
        logger = self._loggers[index]
        said = (message, self._spec.full_name, self._redact(text))

        def write(error: BaseException) -> bool:
            logger.warning(*said, exc_info=(type(error), error, _read_traceback(error)))
            return True

        if not attempt(write, error, otherwise=False):
            logger.warning(*said)

    def _veto(self, call: Call, index: int, denial: Exception, text: str) -> Any:
        self._add_note(self._callbacks[index], denial)
        return self._give_up(call, index, denial, Outcome.DENY, text)

    def _give_up(
        self, call: Call, index: int, error: BaseException, outcome: Outcome, text: str
    ) -> Any:
        call.open(index).end(outcome, index, text)
        call.fail(error)
        return CONTINUE

    def _add_note(self, callback: Callback, error: BaseException) -> None:
        """Add to an exception that is raised as it is which module it came from."""
        place = callback.locate()
        note = f"in module {callback.module!r}, hook {self._spec.full_name}"
        note += f" (listed at {place})" if place is not None else ""
        note = advise(error, note)

        def add(error: BaseException) -> None:
            if note not in getattr(error, "__notes__", ()):  # it may be raised many times
                error.add_note(note)

        attempt(add, error, otherwise=None)  # some exceptions cannot be added to

    @staticmethod
    def _say(error: BaseException) -> str:
        """Write what was raised; secrets in it are taken out where it is shown."""
        if type(error) is InvalidValueError:
            return error.reason
        try:
            text = str(error)
        except BaseException:  # noqa: BLE001 -- it may be anything; `_text` finds out
            text = _text(error)
        name = type_name(error)
        said = f"{name}: {text}" if text else name
        return advise(error, said) if issubclass(type(error), ADVISABLE) else said

    def _kind(self, index: int, error: BaseException) -> Outcome:
        if type(error) is not HookTimeoutError:
            return Outcome.FAILED
        is_own = (
            error.hook == self._spec.full_name and error.module == self._callbacks[index].module
        )
        return Outcome.TIMEOUT if is_own else Outcome.FAILED

    def _ask_host(
        self, call: Call, index: int, error: BaseException, function: Callable[[], Any]
    ) -> Any:
        """Call the host's own code about a failure, whose exception is not the module's."""
        try:
            return function()
        except BaseException as raised:
            record = call.open(index)
            record.note(index, self._kind(index, error), self._say(error))
            record.abandon(raised, index + 1)
            _set_context(raised, error)
            raise
        finally:
            del error, function  # an exception's traceback keeps this frame

    # A shadow module is asked like any other, and nothing comes of it.

    def _shadow_failed(self, call: Call, index: int, error: BaseException) -> Any:
        text = self._say(error)
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
            detail = self._redact(f"{describe(value)} ({_text(error)})")
            call.open(index).note(index, Outcome.INVALID, detail)
            return
        if meaning is CONTINUE or not self._rule.decides:
            return
        replaces = isinstance(meaning, Replace)
        outcome = Outcome.DENY if self._rule.denies and not replaces else Outcome.RESULT
        detail = describe(meaning.result if replaces else meaning)
        call.open(index).note(index, outcome, detail)


def _set_context(raised: BaseException, error: BaseException) -> None:
    """Note what was being handled, unless that leads back to what was raised."""
    if _read_context(raised) is not None:
        return
    passed: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in passed:
        if each is raised:
            return
        passed.add(id(each))
        each = _read_context(each)
    raised.__context__ = error


def _text(error: BaseException) -> str:
    return attempt(str, error, otherwise="(its message cannot be shown)")
