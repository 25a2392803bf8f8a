"""`Receipts`: the last decisions that somebody may ask about."""

from __future__ import annotations

import secrets
from collections import deque
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.dispatch._draft import Draft
from hostkit.dispatch._receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@final
class Receipts:
    """The receipts of a host, oldest first, as many as its limit says.

    A denial costs one append here and nothing more: what is appended then is just who denied and
    with what. The `Receipt` is written, and gets its id, when somebody looks.

    Args:
        limit: How many receipts are kept.
        redact: Takes secrets out of what is written in them.
    """

    def __init__(self, limit: int = 1000, redact: Callable[[str], str] = str) -> None:
        self._redacts: tuple[Callable[[str], str], ...] = (redact,)
        self._expected: Callable[[str], str] = str
        self._ring: deque[Any] = deque(maxlen=limit)
        self._token: Final = secrets.token_hex(3)
        self._count = 0
        self.log: Final[Callable[[Any], None]] = self._ring.append
        """Take a `Draft`, or ``(seat, result)`` of a denial, or ``(seat, result, began, before,
        after)`` if it was measured; the seat is ``(chain, place in it, time)``."""

    def redact(self, text: str) -> str:
        """Take secrets out of a text."""
        for redact in (self._expected, *self._redacts):
            text = redact(text)
        return text

    def expect(self, redact: Callable[[str], str]) -> None:
        """Learn the secrets of a config file that is being tried.

        They are known until the next one is tried, also if it is not taken over.

        Args:
            redact: Takes the new secrets out of a text.
        """
        self._expected = redact

    def follow(self) -> None:
        """Go on with the config file that was tried.

        The secrets of the file before it are known until the next one: calls may yet be going on
        that know them.
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
        return draft.receipt(self._token, self.redact)

    def _written(self) -> list[Receipt]:
        receipts: list[Receipt] = []
        entries: list[Any] = []
        for entry in self._ring:
            if isinstance(entry, Receipt):
                receipts.append(entry)
                entries.append(entry)
                continue
            draft = entry if isinstance(entry, Draft) else _draft_of(*entry)
            receipts.append(self.write(draft))
            # The call of an unfinished draft is still running, and may yet add to it.
            entries.append(receipts[-1] if draft.finished else draft)
        self._ring.clear()
        self._ring.extend(entries)
        return receipts


def _draft_of(seat: tuple[Any, int, float | None], result: Any, *times: float) -> Draft:
    chain, index, since = seat
    draft = Draft(chain.spec, chain.callbacks, since)
    draft.decided(index, result, *times)
    return draft
