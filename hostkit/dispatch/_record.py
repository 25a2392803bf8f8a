"""`CallRecord`: what is known about a call, which its receipt is written from; and `Timing`."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.internet.defer import CancelledError

from hostkit.dispatch._kept import LONGEST_RECEIPT, cut, describe
from hostkit.dispatch._receipts import Outcome, Receipt, Step
from hostkit.wording import LONGEST, clean, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.specs import Hookspec

# What was cut when it was kept is not cut again, unless much of it has to be escaped.
_LONGEST_SHOWN: Final = 2 * LONGEST


@final
@attrs.frozen
class Timing:
    """How long one module took in one hook, over all calls that were measured.

    Attributes:
        hook: The hook's full name, ``category.hook``.
        module: The module's name.
        count: How many times its callback was measured.
        seconds: How long it took, all in all.
        key: Which calls its callback is for, if the hook is keyed.
        left_behind: How many calls, of all there were, went on without it, since it did not end
            when its ``timeout:`` cancelled it.
    """

    hook: str
    module: str
    count: int
    seconds: float
    key: Hashable = None
    left_behind: int = 0

    @property
    def mean_seconds(self) -> float | None:
        """How long it took on average; `None` if nothing was measured."""
        return self.seconds / self.count if self.count else None


@final
class CallRecord:
    """What is known about one call of a chain; it becomes a `Receipt` when it is read.

    Args:
        spec: The hook that was called.
        callbacks: Its chain.
        since: When, in seconds since the epoch, if that is known.
        redact: Takes secrets out of messages.
        is_full: Whether answers are noted that neither decide nor fail.

    Attributes:
        steps: Outcome and detail of single callbacks, by their place in the chain.
        asked: How many callbacks were asked so far.
        outcome: What came of the call so far.
        decider: The place of the callback that decided.
        reason: The denial, the error, or the result's short form.
        is_finished: Whether the call is over.
        number: The receipt's number, once it has one.
        written: The receipt, once it is written and the call is over.
        began: When the call began, by the performance counter, if it was measured.
        ended: When its last callback ended.
    """

    asked = 0
    outcome = Outcome.RUNNING
    decider: int | None = None
    reason: str | None = None
    is_finished = False
    number: int | None = None
    written: Receipt | None = None
    _seconds: dict[int, float] | None = None
    _remarks: dict[int, str] | None = None
    began: float | None = None
    ended: float | None = None
    _left = LONGEST_RECEIPT

    def __init__(
        self,
        spec: Hookspec,
        callbacks: Sequence[Callback],
        since: float | None = None,
        redact: Callable[[str], str] = str,
        *,
        is_full: bool = False,
    ) -> None:
        self._spec = spec
        self._callbacks = callbacks
        self._since = since
        self._redact = redact
        self._is_full = is_full
        self.steps: dict[int, tuple[Outcome, str | None]] = {}

    def note(self, index: int, outcome: Outcome, detail: str | None) -> None:
        """Note what a callback did, which may not have ended the call."""
        self.steps[index] = (outcome, self._keep(detail))
        if index >= self.asked:
            self.asked = index + 1

    def remark(self, index: int, text: str) -> None:
        """Note something else about a callback that was asked."""
        self._remarks = {**(self._remarks or {}), index: text}
        self.asked = max(self.asked, index + 1)

    def answer(self, index: int, value: Any) -> None:
        """Note an answer that has become a part of the result."""
        if self._is_full:
            self.steps[index] = (Outcome.RESULT, self._keep(self.describe(value)))

    def measure(self, began: float, before: float, after: float, index: int) -> None:
        """Note when the call began, and when a callback began and ended."""
        self.began = began
        self.ended = after
        if self._seconds is None:
            self._seconds = {}
        self._seconds[index] = after - before

    def end(self, outcome: Outcome, index: int | None, reason: str | None = None) -> None:
        """The call is over: by a callback, or after all of them were asked (`None`)."""
        self.is_finished = True
        self.outcome = outcome
        self.reason = reason = self._keep(reason)
        self.decider = index
        if index is None:
            self.asked = len(self._callbacks)
        else:
            if index >= self.asked:
                self.asked = index + 1
            self.steps.setdefault(index, (outcome, reason))

    def _keep(self, text: str | None) -> str | None:
        """Keep a message, as much of it as there is room for."""
        if text is None:
            return None
        if len(text) > LONGEST or len(text) > self._left:
            text = cut(text, self._left, self._redact)
        self._left -= len(text)
        return text

    def describe(self, value: Any) -> str:
        """Write an answer or a result in a few words."""
        return describe(value, self._redact)

    def decide(self, index: int | None, result: Any) -> None:
        """The call is over: with the answer of a callback, or that of the host itself."""
        rule = self._spec.rule
        if not rule.denies:
            self.end(Outcome.RESULT, index, self.describe(result))
        elif rule.is_denial(result):
            self.end(Outcome.DENY, index, self.describe(result))
        else:
            self.end(Outcome.ALLOW, index)

    def cancel(self, index: int) -> None:
        """The call is over: its caller was cancelled while a callback was running."""
        self.note(index, Outcome.CANCELLED, None)
        self.is_finished = True
        self.outcome = Outcome.CANCELLED

    def leave(self, index: int) -> None:
        """What went on without the caller, which was cancelled at a callback, is over as well."""
        self.steps[index] = (Outcome.CANCELLED, None)
        if not self.is_finished:
            self.is_finished = True
            self.outcome = Outcome.CANCELLED
            self.asked = len(self._callbacks)

    def abandon(self, error: BaseException, asked: int) -> None:
        """The call is over: the host's own code raised, after so many callbacks were asked."""
        self.is_finished = True
        self.asked = asked
        if isinstance(error, CancelledError | asyncio.CancelledError):
            self.outcome = Outcome.CANCELLED
        else:
            self.outcome = Outcome.FAILED
            self.reason = f"{type_name(error)}, raised by the host itself"

    @property
    def is_noteworthy(self) -> bool:
        """Whether it is worth a receipt: anything but plain results and allows."""
        if self._remarks or (self.outcome is Outcome.FAILED and self.steps):
            return True
        return self.outcome is Outcome.DENY or any(
            outcome not in (Outcome.RESULT, Outcome.ALLOW) or self._callbacks[index].shadow
            for index, (outcome, _) in self.steps.items()
        )

    def receipt(self, receipt_id: str = "", redact: Callable[[str], str] = str) -> Receipt:
        """Write the receipt.

        Args:
            receipt_id: Its id, if it is kept.
            redact: Takes secrets out of denials and errors.
        """
        known: dict[str, str] = {}  # a reason is often also that of a step

        def show(text: str | None) -> str | None:
            if text is None:
                return None
            if text not in known:
                known[text] = clean(text, redact, _LONGEST_SHOWN)
            return known[text]

        measured = self.ended is not None and self.began is not None
        return Receipt(
            id=receipt_id,
            hook=self._spec.full_name,
            outcome=self.outcome,
            steps=tuple(self._step(index, show) for index in range(len(self._callbacks))),
            decider=self._callbacks[self.decider].module if self.decider is not None else None,
            reason=show(self.reason),
            at=self._at(),
            key=self._callbacks[0].key if self._callbacks else None,
            generation=self._callbacks[0].generation if self._callbacks else None,
            seconds=self.ended - self.began if measured else None,  # type: ignore[operator]
        )

    def _at(self) -> datetime | None:
        since = self._since
        if self.ended is not None:
            since = time.time() - (time.perf_counter() - self.ended)
        return datetime.fromtimestamp(since, UTC) if since is not None else None

    def _step(self, index: int, show: Callable[[str | None], str | None]) -> Step:
        callback = self._callbacks[index]
        if index in self.steps:
            outcome, detail = self.steps[index]
        elif index < self.asked:
            outcome, detail = Outcome.CONTINUE, None
        elif index == self.asked and self.outcome is Outcome.RUNNING:
            outcome, detail = Outcome.RUNNING, None
        else:
            outcome, detail = Outcome.NOT_ASKED, self._why_not_asked()
        if self._remarks is not None and index in self._remarks:
            remark = self._remarks[index]
            detail = remark if detail is None else f"{detail}; {remark}"
        return Step(
            module=callback.module,
            outcome=outcome,
            shadow=callback.shadow,
            seconds=(self._seconds or {}).get(index),
            detail=show(detail),
        )

    def _why_not_asked(self) -> str:
        if self.outcome is Outcome.RUNNING:
            return "yet"
        if self.decider is None:
            cancelled = self.outcome is Outcome.CANCELLED
            return "because the call was cancelled" if cancelled else "because the host failed"
        verb = {Outcome.DENY: "denied", Outcome.FAILED: "failed"}.get(self.outcome, "answered")
        return f"because {self._callbacks[self.decider].module} {verb}"
