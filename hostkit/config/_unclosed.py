"""Find the quote or bracket that was left open: the parser notices far behind it."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from hostkit.config._document import Lines


def unclosed(lines: Lines, error: yaml.MarkedYAMLError, loader: Any) -> str | None:
    """Say where what was left open begins, if it is something like that.

    Args:
        lines: The text.
        error: What the parser raised.
        loader: The YAML parser.
    """
    context, start, end = error.context or "", error.context_mark, error.problem_mark
    if start is None or end is None:
        return None
    if "quoted scalar" in context:
        return f"the quote in {_where(lines, start)} is not closed"
    if "flow" in context and start.line < end.line:
        return f"the bracket in {_where(lines, start)} is not closed"
    quote = _quote_over_lines(lines.text, end, loader)
    if quote is None:
        return None
    return (
        f"the text in quotes that ends just before began in {_where(lines, quote)}: is its closing "
        "quote missing there?"
    )


def _quote_over_lines(text: str, end: Any, loader: Any) -> Any:
    """Find the start of a text in quotes over several lines that ends in the line of an error."""
    found = None
    try:
        before = takewhile(lambda each: each.start_mark.index < end.index, yaml.scan(text, loader))
        for token in before:
            is_quoted = isinstance(token, yaml.ScalarToken) and token.style in {"'", '"'}
            if is_quoted and token.start_mark.line < token.end_mark.line == end.line:
                found = token.start_mark
    except yaml.MarkedYAMLError:  # the one that is known already
        pass
    return found


def _where(lines: Lines, mark: Any) -> str:
    place = lines.place(mark.index)
    return f"line {place.line}, column {place.column}"
