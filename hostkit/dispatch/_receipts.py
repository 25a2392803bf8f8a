"""`Receipt`: the record of one decision, without the values that were passed; and the last ones."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Hashable  # noqa: TC003 -- annotations of a receipt are read at run time
from datetime import datetime  # noqa: TC003
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Any, Final, Protocol, final

import attrs

from hostkit.dispatch._kept import is_small
from hostkit.rules import NO_ANSWER
from hostkit.wording import indented, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_MARGIN: Final = " " * 6
"""What stands before the further lines of a message, so that none is taken for a step."""


@final
@unique
class Outcome(StrEnum):
    """What came of asking one module, or of the whole call."""

    CONTINUE = "continue"
    """The module was asked, and so was the next one."""
    ALLOW = "allow"
    """The call's result: no module denied."""
    DENY = "deny"
    """A denial."""
    RESULT = "result"
    """A value, for hooks that ask for one."""
    FAILED = "failed"
    """The module raised; as the call's outcome: neither allow nor deny."""
    UNAVAILABLE = "unavailable"
    """The module raised `hostkit.Unavailable`: something it needs cannot be reached."""
    TIMEOUT = "timeout"
    """The module took longer than it may."""
    INVALID = "invalid"
    """The module's answer means nothing for this hook."""
    CANCELLED = "cancelled"
    """The caller was cancelled while this module, or the host itself, was asked."""
    RUNNING = "running"
    """The call is in flight."""
    NOT_ASKED = "not asked"
    """The call ended before it was this module's turn, or the module is not there."""


@final
@attrs.frozen(kw_only=True)
class Step:
    """What one module did in a call.

    Attributes:
        module: The module's name.
        outcome: What came of asking it.
        shadow: Whether its answer is only recorded.
        seconds: How long it took, if that was measured (see ``timing:``).
        detail: The denial, the error, or why it was not asked.
    """

    module: str
    outcome: Outcome
    shadow: bool = False
    seconds: float | None = None
    detail: str | None = None

    def __str__(self) -> str:
        took = f" ({self.seconds * 1e3:.3f} ms)" if self.seconds is not None else ""
        detail = f", {indented(self.detail, _MARGIN)}" if self.detail is not None else ""
        return f"{self.module}{' [shadow]' if self.shadow else ''}: {self.outcome}{detail}{took}"


@final
@attrs.frozen(kw_only=True)
class Receipt:
    """The record of one decision.

    Attributes:
        id: What the decision is referred to by, unique in this host; empty if it is not kept.
        hook: The hook's full name, ``category.hook``.
        outcome: What came of the call.
        steps: One for each module in the chain, in its order; then one for each optional module
            that should be there and could not be loaded or started.
        decider: The module that decided, if one did.
        reason: The denial, the error, or the value's short form.
        at: When; accurate to the sampling interval, `None` in a host that was not started.
        seconds: How long the whole chain took, if that was measured.
        key: Whose callbacks were asked, if the hook is keyed.
        generation: Which config file the modules were asked by: 1 is the first one of the host, and
            each reload counts one more.
    """

    id: str
    hook: str
    outcome: Outcome
    steps: tuple[Step, ...]
    decider: str | None = None
    reason: str | None = None
    at: datetime | None = None
    seconds: float | None = None
    key: Hashable = None
    generation: int | None = None

    def __str__(self) -> str:
        key = f" for {visible(str(self.key))}" if self.key is not None else ""
        by = f" by {self.decider}" if self.decider is not None else ""
        reason = f" ({indented(self.reason, _MARGIN)})" if self.reason is not None else ""
        name = f"receipt {self.id}: " if self.id else ""
        head = f"{name}{self.hook}{key}: {self.outcome}{by}{reason}"
        return "\n".join(
            [head, *(f"  {number}. {step}" for number, step in enumerate(self.steps, 1))]
        )


class Draft(Protocol):
    """What a receipt is written from, once it is read.

    Attributes:
        number: The receipt's number, once it has one.
        is_finished: Whether the call is over; one in flight may yet add to its draft.
        written: The receipt, once it is written and the call is over.
    """

    number: int | None
    written: Receipt | None

    @property
    def is_finished(self) -> bool: ...

    def receipt(self, receipt_id: str, redact: Callable[[str], str]) -> Receipt:
        """Write the receipt."""


@final
class Receipts:
    """The receipts of a host, oldest first, as many as its limit says.

    A denial costs little more than one append here: what is appended then is just where the chain
    ended, and with what. The `Receipt` is written, and gets its id, when it is read. A large denial
    is described at once instead, so that receipts are bounded in bytes, too.

    Args:
        limit: How many receipts are kept.
        redact: Takes secrets out of what is written in them.

    Attributes:
        missing: Makes the steps of modules that a hook's chain lacks, by the hook's full name.
    """

    def __init__(self, limit: int = 1000, redact: Callable[[str], str] = str) -> None:
        self._redacts: tuple[Callable[[str], str], ...] = (redact,)
        self._expected: Callable[[str], str] = str
        self._ring: deque[Any] = deque(maxlen=limit)
        self.missing: Callable[[str], Sequence[Step]] = lambda _hook: ()
        self._token: Final = secrets.token_hex(3)
        self._count = 0
        self.log: Final[Callable[[Any], None]] = self._ring.append
        """Take a `Draft`, or a denial that was kept before."""

    def keep(self, denial: tuple[Any, ...]) -> tuple[Any, ...]:
        """Take a denial.

        Args:
            denial: The tuple ``(seat, result)``, or ``(seat, result, began, before, after)`` if it
                was measured; ``seat[0].draft(*denial)`` makes a `Draft` of it.

        Returns:
            What can be logged again, if the same denial is given again.
        """
        if is_small(denial[1]):
            self.log(denial)
            return denial
        seat = denial[0]
        self.log(seat[0].draft(*denial))
        return seat, NO_ANSWER

    def redact(self, text: str) -> str:
        """Take secrets out of a text."""
        text = self._expected(text)
        for redact in self._redacts:
            text = redact(text)
        return text

    def expect(self, redact: Callable[[str], str]) -> None:
        """Take the secrets of a config file that is being tried out of texts as well.

        They are known until the next one is tried, also if it is not taken over.

        Args:
            redact: Takes the new secrets out of a text.
        """
        self._expected = redact

    def follow(self) -> None:
        """Go on with the config file that was tried.

        The secrets of the file before it are known until the next one: calls may be in flight that
        know them.
        """
        self._written()
        self._redacts = (self._expected, self._redacts[0])
        self._expected = str

    def __len__(self) -> int:
        return len(self._ring)

    def __iter__(self) -> Iterator[Receipt]:
        return iter(self._written())

    def get(self, receipt_id: str) -> Receipt | None:
        """Find a receipt that is still kept."""
        return next((receipt for receipt in self if receipt.id == receipt_id), None)

    def write(self, draft: Draft) -> Receipt:
        """Give a draft its number and write it."""
        if draft.number is None:
            self._count += 1
            draft.number = self._count
        receipt = draft.written or self.show(draft, f"{self._token}-{draft.number}")
        if draft.is_finished:
            draft.written = receipt
        return receipt

    def show(self, draft: Draft, receipt_id: str = "") -> Receipt:
        """Write a draft, with what its chain lacks.

        Args:
            draft: The draft.
            receipt_id: Its id, if it is kept.
        """
        receipt = draft.receipt(receipt_id, self.redact)
        missing = self.missing(receipt.hook)
        return attrs.evolve(receipt, steps=(*receipt.steps, *missing)) if missing else receipt

    def _written(self) -> list[Receipt]:
        receipts: list[Receipt] = []
        entries: list[Any] = []
        for entry in self._ring:
            if isinstance(entry, Receipt):
                receipts.append(entry)
                entries.append(entry)
                continue
            draft: Draft = entry[0][0].draft(*entry) if isinstance(entry, tuple) else entry
            receipts.append(self.write(draft))
            entries.append(receipts[-1] if draft.is_finished else draft)
        self._ring.clear()
        self._ring.extend(entries)
        return receipts
