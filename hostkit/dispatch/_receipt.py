"""`Receipt`: the record of one decision, without the values that were passed."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import TYPE_CHECKING, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime


@final
@unique
class Outcome(StrEnum):
    """What came of asking one module, or of the whole call."""

    CONTINUE = "continue"
    """The module was asked, and so was the next one."""
    ALLOW = "allow"
    """The call's result: nobody denied."""
    DENY = "deny"
    """A denial."""
    RESULT = "result"
    """A value, for hooks that ask for one."""
    FAILED = "failed"
    """The module raised; as the call's outcome: neither allow nor deny."""
    TIMEOUT = "timeout"
    """The module took longer than it may."""
    INVALID = "invalid"
    """The module's answer means nothing for this hook."""
    CANCELLED = "cancelled"
    """Whoever made the call gave up waiting, while this module, or the host itself, was asked."""
    RUNNING = "running"
    """The call is not over yet."""
    NOT_ASKED = "not asked"
    """Somebody had decided before it was this module's turn."""


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
        detail = f", {self.detail}" if self.detail is not None else ""
        return f"{self.module}{' [shadow]' if self.shadow else ''}: {self.outcome}{detail}{took}"


@final
@attrs.frozen(kw_only=True)
class Receipt:
    """The record of one decision.

    Attributes:
        id: What the decision is referred to by, unique in this host; empty if it is not kept.
        hook: The hook's full name, ``category.hook``.
        outcome: What came of the call.
        steps: One for each module in the chain, in its order.
        decider: The module that decided, if one did.
        reason: The denial, the error, or the value's short form.
        at: When; accurate to the sampling interval, `None` in a host that was not started.
        seconds: How long the whole chain took, if that was measured.
        key: Whose callbacks were asked, if the hook is keyed.
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

    def __str__(self) -> str:
        key = f" for {self.key}" if self.key is not None else ""
        by = f" by {self.decider}" if self.decider is not None else ""
        reason = f" ({self.reason})" if self.reason is not None else ""
        name = f"receipt {self.id}: " if self.id else ""
        head = f"{name}{self.hook}{key}: {self.outcome}{by}{reason}"
        return "\n".join(
            [head, *(f"  {number}. {step}" for number, step in enumerate(self.steps, 1))]
        )
