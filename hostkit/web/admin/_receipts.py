"""The receipts of a serving process, as clients ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import attrs

from hostkit.dispatch import Outcome
from hostkit.web.gateway import redacted, to_json
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.dispatch import Receipt, Receipts
    from hostkit.host import Host


@final
@attrs.frozen
class Wanted:
    """Which receipts a client asks for.

    Attributes:
        hook: Those of this hook, by its name or its full name.
        module: Those in which this module was asked.
        outcomes: Those of calls that came to one of these; empty: to anything.
        limit: How many of those that are there are sent, the last ones.
        follow: Whether those that are made from then on are sent, too.
    """

    hook: str | None = None
    module: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    limit: int = 20
    follow: bool = False

    def fits(self, receipt: Receipt) -> bool:
        """Whether a receipt is one of them."""
        asked = {each.module for each in receipt.steps if each.outcome is not Outcome.NOT_ASKED}
        return (
            self.hook in (None, receipt.hook, receipt.hook.rpartition(".")[2])
            and (self.module is None or self.module in asked)
            and (not self.outcomes or receipt.outcome in self.outcomes)
        )


def explain_hook(host: Host, name: str | None) -> str | None:
    """Say what is wrong with the name of a hook, if something is.

    Args:
        host: The host.
        name: The name, or the full name; `None` means all hooks.
    """
    names = [each for full in host.chains for each in (full, full.rpartition(".")[2])]
    if name is None or name in names:
        return None
    near = did_you_mean(name, names) or "`hostkit list` shows all"
    return f"there is no hook {name!r}: {near}"


def explain_unknown(host: Host, wanted: Wanted) -> str | None:
    """Say what is wrong with the names that a client asks for, if something is.

    Args:
        host: The host.
        wanted: What the client asks for. Its module may be gone, if it is in a receipt.
    """
    before = [step.module for receipt in host.receipts for step in receipt.steps]
    known = dict.fromkeys([*(entry.name for entry in host.file.modules), *before])
    if wanted.module is None or wanted.module in known:
        return explain_hook(host, wanted.hook)
    near = did_you_mean(wanted.module, known) or f"there are: {', '.join(known) or 'none'}"
    return explain_hook(host, wanted.hook) or f"there is no module {wanted.module!r}: {near}"


def find_receipt(receipts: Receipts, receipt_id: str) -> dict[str, Any] | None:
    """Find a receipt that is still kept, as `describe` writes it.

    Args:
        receipts: The receipts of a host.
        receipt_id: Its id.
    """
    found = receipts.get(receipt_id)
    return None if found is None else describe(found, receipts.redact)


def none_left(receipts: Receipts, receipt_id: str) -> str:
    """Say that there is no receipt with an id."""
    return f"there is no receipt {receipt_id} any more, or here: {len(receipts)} are kept"


def page_of(receipts: Receipts, wanted: Wanted, after: str | None) -> dict[str, Any]:
    """Describe the receipts that a client asks for, who may ask for later ones then.

    Args:
        receipts: The receipts of a host.
        wanted: Which ones.
        after: What ``next`` of the last page was; `None`: this is the first one.

    Returns:
        ``items``; ``next``, up to which all calls are over; ``seen``, the ids of those behind it
        that have been sent already, if they fitted; ``skipped``: whether some may have been lost in
        between.
    """
    there = [*receipts]
    ids = [each.id for each in there]
    is_known = not after or after in ids
    later = there[ids.index(after) + 1 :] if after in ids else there
    over = [each for each in later if each.outcome is not Outcome.RUNNING]
    chosen = [each for each in over if wanted.fits(each)]
    if after is None:
        chosen = chosen[max(len(chosen) - wanted.limit, 0) :]
    settled = 0
    while settled < len(later) and later[settled].outcome is not Outcome.RUNNING:
        settled += 1
    return {
        "items": [describe(each, receipts.redact) for each in chosen],
        "next": later[settled - 1].id if settled else (after if is_known else None) or "",
        "seen": [each.id for each in later[settled:] if each.outcome is not Outcome.RUNNING],
        "skipped": not is_known,
    }


def describe(receipt: Receipt, redact: Callable[[str], str]) -> dict[str, Any]:
    """Make what is written of a receipt, as data and as a text.

    Args:
        receipt: The receipt.
        redact: Takes secrets out of a text: those that are known by now.
    """
    described: dict[str, Any] = redacted(
        {"receipt": to_json(receipt), "text": str(receipt)}, redact
    )
    return described
