"""`Trouble`: what happens in a chain when a callback fails, and what a shadow module did."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Any, NoReturn, cast, final

from twisted.internet.defer import CancelledError

from hostkit.dispatch._draft import Draft, describe
from hostkit.dispatch._receipt import Outcome
from hostkit.errors import HookTimeoutError, InvalidValueError, ModuleFailedError
from hostkit.loops import advise, current_task
from hostkit.rules import CONTINUE, FirstDenial, Replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.dispatch._receipts import Receipts
    from hostkit.rules import Notify, OnError
    from hostkit.specs import Hookspec


@final
class Trouble:
    """Applies the policies for errors of one chain.

    In its methods, ``index`` is a callback's place in the chain, ``draft`` the draft of the call's
    receipt, if there is one yet, and ``times`` what the clock said if the call is measured: when
    it began, and when the callback began and ended.

    Args:
        spec: The hook.
        callbacks: Its callbacks, in config order.
        receipts: Where decisions are recorded.
        ended: For each callback, how many measured calls ended with it; counted up here for those
            that end with an exception.
    """

    def __init__(
        self, spec: Hookspec, callbacks: Sequence[Callback], receipts: Receipts, ended: list[int]
    ) -> None:
        self._spec = spec
        self._callbacks = callbacks
        self._receipts = receipts
        self._ended = ended

    def open(self) -> Draft:
        """Open a draft among the receipts."""
        draft = Draft(self._spec, self._callbacks, time.time())
        self._receipts.log(draft)
        return draft

    def failed(
        self, index: int, error: Exception | SystemExit, draft: Draft | None, *times: float
    ) -> tuple[Draft, Any]:
        """Apply the policy to a callback that raised: a denial, `CONTINUE`, or an exception."""
        try:
            self._pass_cancellation(index, error, draft, times)
            draft = draft or self.open()
            if isinstance(error, Exception) and self._is_veto(error):
                self._veto(index, error, draft, times)
            draft.noted(index, self._kind(index, error), self._say(error), *times)
            return draft, self._apply(self._spec.rule.on_error, index, error, draft, times)
        except BaseException as raised:
            if draft is not None and not draft.finished:  # the rule's own `veto` or `denial` raised
                draft.noted(index, self._kind(index, error), self._say(error), *times)
                draft.abandoned(raised, index + 1)
                self._end(index, times)
            raise
        finally:
            del error  # whose traceback holds this frame: they would keep each other alive

    def refused(
        self,
        index: int,
        value: Any,
        error: Exception | SystemExit | None,
        draft: Draft | None,
        *times: float,
    ) -> tuple[Draft, Any]:
        """Apply the policy to an answer that means nothing."""
        expected = self._spec.rule.expects or self._spec.show().rpartition(" -> ")[2]
        text = _text(error) if error is not None else ""
        why = f" ({text})" if text else ""
        reason = self._receipts.redact(f"expected {expected}, got {describe(value)}{why}")
        invalid = InvalidValueError(self._callbacks[index].module, self._spec.full_name, reason)
        invalid.__cause__ = error
        draft = draft or self.open()
        draft.noted(index, Outcome.INVALID, reason, *times)
        policy = self._spec.rule.on_invalid or self._spec.rule.on_error
        try:
            return draft, self._apply(policy, index, invalid, draft, times)
        finally:
            del error, invalid

    def _apply(
        self,
        policy: OnError,
        index: int,
        error: Exception | SystemExit,
        draft: Draft,
        times: tuple[float, ...],
    ) -> Any:
        rule = self._spec.rule
        callback = self._callbacks[index]
        if callback.on_error is not None and rule.takes(callback.on_error):
            policy = callback.on_error
        if policy in ("raise", "fail"):
            draft.broke(index, *times)
            self._end(index, times)
            try:
                self._give_up(callback, error, as_it_is=policy == "raise")
            finally:
                del error
        meaning = "it counts as a denial" if policy == "deny" else "the next module is asked"
        _logger(callback).warning(
            "failed in %s, %s: %s", self._spec.full_name, meaning, self._say(error), exc_info=error
        )
        if policy == "continue":
            return CONTINUE
        if isinstance(rule, FirstDenial):
            return rule.denial
        try:
            self._veto(index, self._denial(error), draft, times)
        finally:
            del error

    def _is_veto(self, error: Exception) -> bool:
        veto = self._spec.rule.veto
        return veto is not None and veto(error)

    def _denial(self, error: Exception | SystemExit) -> Exception:
        """Make the exception that stands for a denial where answers cannot deny."""
        rule = cast("Notify", self._spec.rule)
        assert rule.denial is not None  # noqa: S101 -- it would have no such policy
        denial = rule.denial()
        denial.__cause__ = error
        return denial

    def _veto(
        self, index: int, denial: Exception, draft: Draft, times: tuple[float, ...]
    ) -> NoReturn:
        """Raise what denies."""
        draft.vetoed(index, self._say(denial), *times)
        self._end(index, times)
        try:
            self._give_up(self._callbacks[index], denial, as_it_is=True)
        finally:
            del denial

    def _pass_cancellation(
        self,
        index: int,
        error: Exception | SystemExit,
        draft: Draft | None,
        times: tuple[float, ...],
    ) -> None:
        """Raise Twisted's cancellation again, which is an `Exception` like others."""
        if isinstance(error, CancelledError):
            self._end(index, times)
            if draft is not None:
                draft.cancelled(index)
            raise error

    def _say(self, error: Exception | SystemExit) -> str:
        if isinstance(error, InvalidValueError):
            return error.reason
        text = _text(error)
        name = type(error).__name__
        return self._receipts.redact(advise(error, f"{name}: {text}" if text else name))

    def _end(self, index: int, times: tuple[float, ...]) -> None:
        """Count a measured call that ends with an exception."""
        if times:
            self._ended[index] += 1

    def _give_up(
        self, callback: Callback, error: Exception | SystemExit, *, as_it_is: bool
    ) -> NoReturn:
        if not as_it_is:
            reason = self._say(error)
            failed = ModuleFailedError(callback.module, self._spec.full_name, reason)
            failed.__cause__ = error
            try:
                raise failed
            finally:
                del error, failed
        place = callback.locate()
        note = f"in module {callback.module!r}, hook {self._spec.full_name}"
        note += f" (listed at {place})" if place is not None else ""
        note = advise(error, note)
        with contextlib.suppress(Exception):  # some exceptions cannot be added to
            if note not in getattr(error, "__notes__", ()):  # it may be raised many times
                error.add_note(note)
        try:
            raise error
        finally:
            del error

    def _kind(self, index: int, error: Exception | SystemExit) -> Outcome:
        late = (
            isinstance(error, HookTimeoutError)
            and error.hook == self._spec.full_name
            and error.module == self._callbacks[index].module
        )
        return Outcome.TIMEOUT if late else Outcome.FAILED

    def shadow_failed(
        self, index: int, error: Exception | SystemExit, draft: Draft | None, *times: float
    ) -> Draft:
        """Record that a shadow module raised; nothing comes of it."""
        self._pass_cancellation(index, error, draft, times)
        draft = draft or self.open()
        text = self._say(error)
        with contextlib.suppress(Exception):  # a `veto` that raises must not fail the call here
            if isinstance(error, Exception) and self._is_veto(error):
                draft.noted(index, Outcome.DENY, text, *times)
                return draft
        draft.noted(index, self._kind(index, error), text, *times)
        _logger(self._callbacks[index]).warning(
            "failed in %s, in shadow mode: %s", self._spec.full_name, text, exc_info=error
        )
        return draft

    def shadow_stopped(self, index: int, error: BaseException, draft: Draft | None) -> Draft:
        """Tell a shadow module that ends itself from a call that is cancelled, which goes on."""
        task = current_task()
        own = task is not None and task.cancelling() == 0
        if not (own and isinstance(error, asyncio.CancelledError)):
            if draft is not None:
                draft.cancelled(index)
            raise error
        draft = draft or self.open()
        draft.noted(index, Outcome.FAILED, type(error).__name__)
        return draft

    def shadow_answered(
        self, index: int, value: Any, draft: Draft | None, *times: float
    ) -> Draft | None:
        """Record what a shadow module would have decided; nothing comes of it."""
        try:
            result = self._spec.rule.judge(value)
        except Exception as error:  # noqa: BLE001 -- recorded; a shadow never counts
            draft = draft or self.open()
            detail = self._receipts.redact(f"{describe(value)} ({_text(error)})")
            draft.noted(index, Outcome.INVALID, detail, *times)
            return draft
        if result is CONTINUE or not self._spec.rule.decides:
            return draft
        draft = draft or self.open()
        replaces = isinstance(result, Replace)
        outcome = Outcome.DENY if self._spec.rule.denies and not replaces else Outcome.RESULT
        draft.noted(index, outcome, describe(result.result if replaces else result), *times)
        return draft


def _text(error: Exception | SystemExit) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 -- a module wrote it; it must not get around the policy
        return "(its message cannot be shown)"


def _logger(callback: Callback) -> logging.Logger:
    return logging.getLogger(f"hostkit.modules.{callback.module}")
