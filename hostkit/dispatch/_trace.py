"""Run a chain so that every step of it is known afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import attrs

from hostkit.dispatch._draft import Draft
from hostkit.dispatch._receipt import Outcome, Receipt

if TYPE_CHECKING:
    from hostkit.dispatch._chain import Chain
    from hostkit.dispatch._receipts import Receipts
    from hostkit.specs import Category


@final
@attrs.frozen
class Trace:
    """One call, its result and its receipt.

    Attributes:
        receipt: The record of the call, whatever came of it.
        result: What the hook returned.
        error: What it raised instead.
    """

    receipt: Receipt
    result: Any = None
    error: Exception | None = None


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
    chain.spec.signature.bind(*args, **kwargs)
    draft = Draft(chain.spec, chain.callbacks, is_full=True)
    result: Any = None
    error: Exception | None = None
    try:
        answer = chain.timed(caller, *args, **kwargs, _t=draft)
        result = await answer if chain.spec.is_async else answer
    except Exception as raised:
        if draft.decider is None:  # cancelled, or raised by the fallback: no module's doing
            raise
        error = raised
    finally:
        kept = keep and _is_noteworthy(draft)
        receipt = receipts.write(draft) if kept else draft.receipt("", receipts.redact)
        if kept:
            receipts.log(receipt)
    return Trace(receipt, result, error)


def _is_noteworthy(draft: Draft) -> bool:
    """Whether somebody may ask about it: anything but plain results and allows."""
    return draft.outcome is Outcome.DENY or any(
        outcome not in (Outcome.RESULT, Outcome.ALLOW) or draft.callbacks[index].shadow
        for index, (outcome, _) in draft.steps.items()
    )
