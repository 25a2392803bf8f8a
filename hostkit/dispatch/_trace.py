"""Run a chain so that every step of it is known afterwards."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, final

import attrs

from hostkit.dispatch._draft import Draft
from hostkit.dispatch._receipt import Outcome, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.dispatch._chain import Chain
    from hostkit.dispatch._receipts import Receipts
    from hostkit.specs import Category


@final
@attrs.frozen(slots=False)
class Trace:
    """One call, its result and its receipt.

    Attributes:
        outcome: What came of the call.
        result: What the hook returned.
        error: What it raised instead.
    """

    outcome: Outcome
    _kept: Receipt | None
    _draft: Draft
    _redact: Callable[[str], str]
    result: Any = None
    error: Exception | None = None

    @cached_property
    def receipt(self) -> Receipt:
        """The record of the call, whatever came of it; one that is not kept is written only now."""
        return self._kept or self._draft.receipt("", self._redact)


async def trace(
    chain: Chain,
    caller: Category,
    receipts: Receipts,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    keep: bool,
) -> Trace:
    """Call a hook and tell every step.

    Args:
        chain: The hook's chain.
        caller: The object the hook belongs to.
        receipts: Gives the receipt its id.
        args: Positional arguments of the call.
        kwargs: Arguments by name.
        keep: Whether a denial or a failure is kept among the receipts, as that of any call; what
            is not kept has no id.

    Raises:
        TypeError: The arguments are not the hook's.
    """
    draft = Draft(chain.spec, chain.callbacks, is_full=True)
    result: Any = None
    error: Exception | None = None
    try:
        answer = _begin(chain, caller, draft, args, kwargs)
        result = await answer if chain.spec.is_async else answer
    except Exception as raised:
        if draft.decider is None:  # cancelled, or raised by the fallback: no module's doing
            raise
        error = raised
    finally:
        kept = keep and _is_noteworthy(draft)
        receipt = receipts.write(draft) if kept else None
        if receipt is not None:
            receipts.log(receipt)
    return Trace(draft.outcome, receipt, draft, receipts.redact, result, error)


def _begin(
    chain: Chain, caller: Category, draft: Draft, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    try:
        return chain.timed(caller, *args, **kwargs, _t=draft)
    except TypeError:
        chain.spec.signature.bind(*args, **kwargs)  # says it in the hook's own words
        raise


def _is_noteworthy(draft: Draft) -> bool:
    """Whether somebody may ask about it: anything but plain results and allows."""
    return draft.outcome is Outcome.DENY or any(
        outcome not in (Outcome.RESULT, Outcome.ALLOW) or draft.callbacks[index].shadow
        for index, (outcome, _) in draft.steps.items()
    )
