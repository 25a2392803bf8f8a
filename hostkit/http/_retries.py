"""Which requests are sent again, and when."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from hostkit.http._response import BUSY, HttpUnreachableError

if TYPE_CHECKING:
    from hostkit.http._response import HttpResponse

IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""The methods that may be sent twice: nothing more comes of it than of once."""

RETRIES: Final = 2
"""How often those are sent again, unless the module says otherwise."""

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 10.0
"""How long the pauses between attempts are, at first and at most."""

LONGEST_RETRY_AFTER_SECONDS: Final = 30.0
"""If a server asks for a longer pause than this, the request is not sent again."""


def may_retry(outcome: HttpResponse | Exception) -> bool:
    """Whether another attempt may go better.

    Args:
        outcome: The answer, or the error.
    """
    if isinstance(outcome, Exception):
        return isinstance(outcome, HttpUnreachableError) and outcome.may_retry
    wanted = retry_after_seconds(outcome)
    is_soon = wanted is None or wanted <= LONGEST_RETRY_AFTER_SECONDS
    return outcome.status in BUSY and is_soon


def retry_after_seconds(response: HttpResponse) -> float | None:
    """Read how long a server asks to wait.

    Args:
        response: Its answer.

    Returns:
        The seconds; `None` if it does not say, or not in a way that can be understood.
    """
    value = response.headers.get("retry-after", "")
    if re.fullmatch(r"[0-9]{1,9}", value, re.ASCII):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max((until - datetime.now(UTC)).total_seconds(), 0.0)
