"""`Draft`: a receipt while its call is running; and what a denial leaves behind."""

from __future__ import annotations

import asyncio
import reprlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, final

import attrs
from twisted.internet.defer import CancelledError

from hostkit.dispatch._receipt import Outcome, Receipt, Step
from hostkit.rules import Deny, FirstDenial

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.specs import Hookspec


@final
@attrs.define(eq=False)
class Draft:
    """What is known about a call that needs a receipt.

    Attributes:
        spec: The hook that was called.
        is_full: Whether answers are noted that neither decide nor fail.
        callbacks: Its chain.
        steps: What is known about single callbacks, by their place in the chain.
        asked: How many callbacks were asked so far.
        seconds: How long callbacks took, by their place, as far as it was measured.
        began: When the call began, by the performance counter, if it was measured.
        ended: When its last callback ended.
    """

    spec: Hookspec
    callbacks: Sequence[Callback]
    since: float | None = None
    is_full: bool = False
    steps: dict[int, tuple[Outcome, str | None]] = attrs.field(factory=dict)
    asked: int = 0
    outcome: Outcome = Outcome.RUNNING
    decider: int | None = None
    reason: str | None = None
    seconds: dict[int, float] = attrs.field(factory=dict)
    began: float | None = None
    ended: float | None = None
    number: int | None = None
    finished: bool = False

    def noted(self, index: int, outcome: Outcome, detail: str | None, *times: float) -> None:
        """A callback did something worth telling, which may not have ended the call."""
        self.steps[index] = (outcome, detail)
        self.asked = index + 1
        if times:
            _, before, after = times
            self.seconds[index] = after - before

    def decided(self, index: int | None, result: Any, *times: float) -> None:
        """The call is over: with the answer of a callback, or with none of them (`None`)."""
        self.asked = len(self.callbacks) if index is None else index + 1
        self._end(times)
        rule = self.spec.rule
        if not isinstance(rule, FirstDenial):
            self.outcome = Outcome.RESULT
        elif index is None and result is rule.allow:
            self.outcome = Outcome.ALLOW
        else:
            self.outcome = Outcome.DENY
        if self.outcome is not Outcome.ALLOW:
            self.reason = describe(result)
        if index is not None:
            self.decider = index
            self.steps.setdefault(index, (self.outcome, self.reason))

    def allowed(self, index: int | None, result: Any, *times: float) -> None:
        """The call is over and nothing was denied, although the allow value may be special."""
        self.asked = len(self.callbacks) if index is None else index + 1
        self._end(times)
        self.outcome = Outcome.ALLOW
        if index is not None:
            self.decider = index
            self.reason = describe(result)
            self.steps.setdefault(index, (Outcome.ALLOW, self.reason))

    def vetoed(self, index: int, reason: str, *times: float) -> None:
        """The call is over: a callback has denied by raising."""
        self.asked = index + 1
        self._end(times)
        self.outcome = Outcome.DENY
        self.decider = index
        self.reason = reason
        self.steps.setdefault(index, (Outcome.DENY, reason))

    def broke(self, index: int, *times: float) -> None:
        """The call is over: a callback's failure goes to the caller."""
        self._end(times)
        self.outcome = Outcome.FAILED
        self.decider = index
        self.reason = self.steps[index][1]

    def answered(self, index: int, value: Any) -> None:
        """A callback's answer has become a part of the result."""
        if self.is_full:
            self.steps[index] = (Outcome.RESULT, describe(value))

    def cancelled(self, index: int) -> None:
        """The call is over: whoever made it gave up while a callback was running."""
        self.finished = True
        self.steps[index] = (Outcome.CANCELLED, None)
        self.asked = index + 1
        self.outcome = Outcome.CANCELLED

    def abandoned(self, error: BaseException, asked: int | None = None) -> None:
        """The call is over: the host's own code raised, mostly after all callbacks were asked."""
        self.finished = True
        self.asked = len(self.callbacks) if asked is None else asked
        if isinstance(error, CancelledError | asyncio.CancelledError):
            self.outcome = Outcome.CANCELLED
        else:
            self.outcome = Outcome.FAILED
            self.reason = f"{type(error).__name__}, raised by the host itself"

    def _end(self, times: tuple[float, ...]) -> None:
        """Note when the call began, and when its last callback began and ended."""
        self.finished = True
        if times:
            self.began, before, self.ended = times
            self.seconds[self.asked - 1] = self.ended - before

    def receipt(self, token: str = "", redact: Callable[[str], str] = str) -> Receipt:
        """Write the receipt.

        Args:
            token: What goes before its number, if it has one.
            redact: Takes secrets out of denials and errors.
        """
        steps = tuple(self._step(index, redact) for index in range(len(self.callbacks)))
        return Receipt(
            id=f"{token}-{self.number}" if self.number is not None else "",
            hook=self.spec.full_name,
            outcome=self.outcome,
            steps=steps,
            decider=self.callbacks[self.decider].module if self.decider is not None else None,
            reason=redact(self.reason) if self.reason is not None else None,
            at=self._at(),
            key=self.callbacks[0].key if self.callbacks else None,
            seconds=self.ended - self.began
            if self.ended is not None and self.began is not None
            else None,
        )

    def _at(self) -> datetime | None:
        since = self.since
        if self.ended is not None:
            since = time.time() - (time.perf_counter() - self.ended)
        return datetime.fromtimestamp(since, UTC) if since is not None else None

    def _step(self, index: int, redact: Callable[[str], str]) -> Step:
        callback = self.callbacks[index]
        if index in self.steps:
            outcome, detail = self.steps[index]
        elif index < self.asked:
            outcome, detail = Outcome.CONTINUE, None
        elif index == self.asked and self.outcome is Outcome.RUNNING:
            outcome, detail = Outcome.RUNNING, None
        else:
            outcome, detail = Outcome.NOT_ASKED, self._why_not_asked()
        return Step(
            module=callback.module,
            outcome=outcome,
            shadow=callback.shadow,
            seconds=self.seconds.get(index),
            detail=redact(detail) if detail is not None else None,
        )

    def _why_not_asked(self) -> str:
        if self.outcome is Outcome.RUNNING:
            return "yet"
        if self.decider is None:
            cancelled = self.outcome is Outcome.CANCELLED
            return "because the call was cancelled" if cancelled else "because the host failed"
        verb = {Outcome.DENY: "denied", Outcome.FAILED: "failed"}.get(self.outcome, "answered")
        return f"because {self.callbacks[self.decider].module} {verb}"


def describe(value: Any) -> str:
    """Write a result in a few words."""
    try:
        return str(value) if isinstance(value, Deny) else reprlib.repr(value)
    except Exception:  # noqa: BLE001 -- it is a module's value, and showing it must change nothing
        return f"<{type(value).__name__} that cannot be shown>"
