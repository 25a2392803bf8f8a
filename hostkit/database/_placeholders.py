"""`percent_style`: statements with ``?`` as the driver of PostgreSQL wants them, with ``%s``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# What a `?` may stand in without being a placeholder. An end that is missing is for the server to
# report, so that the rest counts as inside.
_OPAQUE: Final = r"""
    (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)   # a string with backslashes
    | '(?:[^']|'')*(?:'|\Z)                     # a string
    | "(?:[^"]|"")*(?:"|\Z)                     # an identifier
    | --[^\n]*                                  # a comment to the end of the line
    | (?<![\w$])(?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?:(?P=tag)|\Z)  # a string between tags
"""
_FLAGS: Final = re.VERBOSE | re.DOTALL
_TOKEN: Final = re.compile(rf"{_OPAQUE} | (?P<comment>/\*) | (?P<placeholder>\?)", _FLAGS)
_COMMENT_EDGE: Final = re.compile(r"/\*|\*/")


@lru_cache(maxsize=512)
def percent_style(sql: str) -> str:
    """Write ``%s`` for each placeholder ``?`` of a statement, and ``%%`` for each ``%``.

    A ``?`` in a string, an identifier or a comment is left alone.

    Args:
        sql: The statement.
    """
    parts: list[str] = []
    at = 0
    while (found := _TOKEN.search(sql, at)) is not None:
        end = _comment_end(sql, found.end()) if found["comment"] else found.end()
        inside = "%s" if found["placeholder"] else _doubled(sql[found.start() : end])
        parts += (_doubled(sql[at : found.start()]), inside)
        at = end
    return "".join((*parts, _doubled(sql[at:])))


def _doubled(text: str) -> str:
    return text.replace("%", "%%")


def _comment_end(sql: str, at: int) -> int:
    """Find the end of a comment; PostgreSQL allows comments in comments."""
    depth = 1
    while depth:
        found = _COMMENT_EDGE.search(sql, at)
        if found is None:
            return len(sql)
        depth += 1 if found[0] == "/*" else -1
        at = found.end()
    return at
