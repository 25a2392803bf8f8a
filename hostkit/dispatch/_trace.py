"""Run a chain so that every step of it is known afterwards."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit.dispatch._draft import Draft
from hostkit.dispatch._receipt import Outcome, Receipt

if TYPE_CHECKING:
    from hostkit.dispatch._chain import Chain
    from hostkit.dispatch._receipts import Receipts
    from hostkit.specs import Category

_NOTEWORTHY: Final = (Outcome.DENY, Outcome.FAILED, Outcome.TIMEOUT, Outcome.INVALID)


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
        keep: Whether a denial or a failure is kept among the receipts, as that of any call.

    Raises:
        TypeError: The arguments are not the hook's.
    """
    chain.spec.signature.bind(*args, **kwargs)
    draft = Draft(chain.spec, chain.callbacks)
    result: Any = None
    error: Exception | None = None
    try:
        result = chain.timed(caller, *args, **kwargs, _t=draft)
        if inspect.isawaitable(result):
            result = await result
    except Exception as raised:
        if not draft.finished:  # cancelled, or raised by the fallback: no module's doing
            raise
        error = raised
    if keep and any(outcome in _NOTEWORTHY for outcome, _ in draft.steps.values()):
        receipts.log(draft)
    return Trace(receipts.write(draft), result, error)
