"""`refuse`: answer a client as a spam checker wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hookspecs import NOT_SPAM, Codes, HomeserverError

if TYPE_CHECKING:
    from hookspecs.spam_checker import Verdict


def refuse(verdict: Verdict | str, message: str) -> None:
    """Go on if nothing was found, and refuse the request otherwise.

    Args:
        verdict: What a hook of `SpamChecker` gave.
        message: What to tell the user, unless the verdict is a text for them.

    Raises:
        HomeserverError: Status 403, with the code and the fields of the verdict.
    """
    if isinstance(verdict, tuple):
        code, fields = verdict
        raise HomeserverError(403, message, code, fields)
    if verdict != NOT_SPAM:
        raise HomeserverError(403, verdict, Codes.FORBIDDEN)
