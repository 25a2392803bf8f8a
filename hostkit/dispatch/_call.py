"""`Call`: one call of a hook, as far as it has come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, final

from hostkit.dispatch._receipts import Outcome
from hostkit.dispatch._record import CallRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.dispatch._receipts import Receipts
    from hostkit.loops import Owner
    from hostkit.specs import Hookspec


@final
class Call:
    """One call of a hook, as far as it has come.

    Args:
        values: The hook's arguments, in order.
        chain: What is called, and where its record is logged, once there is something worth one.
        owner: The outermost caller, if it is known; see `hostkit.loops.is_callers`.
        answers: What the answers mean, by the callbacks' places, for a rule that gathers them.

    Attributes:
        values: The arguments; a replacement puts another value in its place.
        record: What is known for a receipt.
        is_over: Whether there is a result, or an error.
        result: What the hook returns.
        error: What it raises instead.
        agreement: What answers have replaced, if they may.
        is_detached: Whether its caller is gone.
        place: Which callback to ask next.
        decider: Which callback has decided, once the call is over.
        began: When the call began, by the performance counter, if it is measured.
        before: When the callback asked last was called.
        after: When it had answered.
        measured: How many callbacks were measured.
    """

    # Most calls that come here have failed, and need few of these: the others cost nothing.
    record: CallRecord | None = None
    agreement: Agreement | None = None
    is_over = False
    is_detached = False
    result: Any = None
    error: BaseException | None = None
    place = 0
    decider: int | None = None
    began: float | None = None
    before = after = 0.0
    measured = 0

    def __init__(
        self,
        values: list[Any],
        chain: tuple[Hookspec, Sequence[Callback], Receipts],
        owner: Owner | None,
        answers: list[Any],
    ) -> None:
        self._chain = chain
        self.values = values
        self.owner = owner
        self.answers = answers

    def open(self, index: int | None = None) -> CallRecord:
        """Have a record, if there is none yet.

        Args:
            index: The callback that was asked last, which is what may have been measured.
        """
        if self.record is None:
            spec, callbacks, receipts = self._chain
            self.record = CallRecord(spec, callbacks, time.time(), receipts.redact)
            receipts.log(self.record)
            if self.agreement is not None and self.agreement.is_reviewed:
                self.record.asked = self.agreement.index + 1
                if not self.agreement.is_last:
                    self.record.asked = len(callbacks)
            if index is not None and self.began is not None:
                self.record.measure(self.began, self.before, self.after, index)
        return self.record

    def fail(self, error: BaseException) -> None:
        """The call is over: this is what the hook raises."""
        self.is_over = True
        self.error = error

    def abandon(self, error: BaseException, asked: int | None = None) -> None:
        """Note that the host's own code raised, after so many callbacks; after all by default."""
        if self.record is not None:
            self.record.abandon(error, len(self._chain[1]) if asked is None else asked)

    def outcome(self) -> Any:
        """Return the result, or raise the error."""
        if self.error is None:
            return self.result
        error, self.error = self.error, None
        try:
            raise error
        finally:
            del error  # whose traceback holds this frame: they would keep each other alive


@final
class Agreement:
    """What the answers to a call have replaced so far.

    Attributes:
        replacers: The places of the callbacks that have replaced an argument.
        result: What the call gives if no module denies.
        is_last: Whether that ends the asking.
        is_reviewed: Whether those asked before it are asked about it now.
    """

    __slots__ = ("is_last", "is_reviewed", "replacers", "result")

    def __init__(self, replacers: tuple[int, ...], result: Any, *, is_last: bool) -> None:
        self.replacers = replacers
        self.result = result
        self.is_last = is_last
        self.is_reviewed = False

    @property
    def index(self) -> int:
        """The place of the callback that replaced an argument last."""
        return self.replacers[-1]

    @property
    def is_enough(self) -> bool:
        """Whether no more callbacks are asked, unless it is reviewed."""
        return self.is_last and not self.is_reviewed

    def deciders(self, callbacks: Sequence[Callback]) -> list[int]:
        """List the callbacks that decided before the last replacement, and replaced nothing."""
        return [
            index
            for index in range(self.index)
            if index not in self.replacers and not callbacks[index].shadow
        ]

    def write(self, record: CallRecord) -> None:
        """Note that the call is over with it."""
        if self.is_last:
            record.end(Outcome.ALLOW, self.index, record.describe(self.result))
        else:
            record.end(Outcome.ALLOW, None)
