"""Headers that ask for a part of an answer, or for one only if it is new, and may be malformed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from twisted.web.http import stringToDatetime

if TYPE_CHECKING:
    from twisted.web.http_headers import Headers

MOST_RANGES: Final = 16
"""How many parts of an answer a client may ask for; each may be as long as all of it."""

_RANGES: Final = re.compile(
    rb"bytes=[ \t]*+(?:(?:\d{1,18}-(?:\d{1,18})?|-\d{1,18})[ \t]*+(?:,[ \t]*+(?=[\d-])|\Z)){1,%d}+"
    % MOST_RANGES
)


def drop_bad_ranges(headers: Headers) -> None:
    """Remove the header ``Range`` if it is malformed, as HTTP says, or asks for too much.

    Twisted's own pages for files would raise.

    Args:
        headers: The headers of a request.
    """
    written = headers.getRawHeaders(b"range")
    if written is not None and not (len(written) == 1 and _RANGES.fullmatch(written[0])):
        headers.removeHeader(b"range")


def drop_bad_date(headers: Headers) -> None:
    """Remove the header ``If-Modified-Since`` if it is not a date, as HTTP says.

    Args:
        headers: The headers of a request.
    """
    for written in headers.getRawHeaders(b"if-modified-since") or ():
        try:
            stringToDatetime(written.split(b";", 1)[0])
        except Exception:  # noqa: BLE001 -- not only those that Twisted expects itself
            headers.removeHeader(b"if-modified-since")
            return
