"""Characters that look like indentation, but are the first letter of a word to YAML."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from hostkit.codes import Code
from hostkit.errors import Problem

if TYPE_CHECKING:
    from hostkit.config._document import Lines

# All that is blank or has no width. The parser itself refuses a tab.
_ODD: Final = "\u00a0\u1680\u180e\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff"
_ANYWHERE: Final = re.compile(f"[{_ODD}]")
_BEFORE_A_WORD: Final = re.compile(f"(?:^|\n)[ \t]*([{_ODD}])")


def hidden_space(lines: Lines, start: int, end: int) -> Problem | None:
    """Find a space in front of a plain scalar or of one of its lines that YAML does not skip.

    Args:
        lines: The text.
        start: Where the scalar starts, as an offset.
        end: Where it ends.
    """
    found = _BEFORE_A_WORD.search(lines.text[start:end])
    if found is None:
        return None
    return Problem(
        Code.HIDDEN_SPACE,
        f"this begins with the character {_name(found[1])}, which is not indentation in YAML",
        place=lines.place(start + found.start(1)),
        hint="replace it by plain spaces; or put all of it in quotes, if it is meant",
    )


def hint_at_space(text: str, start: int, end: int) -> str | None:
    """Say what may have confused the parser.

    Args:
        text: All of the text.
        start: Where to look from, as an offset; from the start of its line.
        end: Where to look to; to the end of its line.
    """
    line_end = text.find("\n", end)
    first = text.rfind("\n", 0, start) + 1
    found = _ANYWHERE.search(text, first, line_end if line_end >= 0 else len(text))
    if found is None:
        return None
    number = text.count("\n", 0, found.start()) + 1
    return f"line {number} contains the character {_name(found[0])}; YAML knows plain spaces only"


def _name(char: str) -> str:
    return f"{unicodedata.name(char)} (U+{ord(char):04X})"
