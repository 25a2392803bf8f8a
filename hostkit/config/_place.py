"""From an offset in a text to the `Place` people are shown."""

from __future__ import annotations

from typing import Final

from hostkit.errors import Place

_SHOWN_BEFORE_CUT: Final = 160
_SHOWN_AFTER_CARET: Final = 40


def place_at(name: str, text: str, offset: int) -> Place:
    """Find line and column of an offset; the place always lies on a character, if there is one.

    Lines are counted as editors do, by newlines; YAML knows more line breaks than that.

    Args:
        name: The file's name.
        text: All of its text.
        offset: Index of the character meant. Behind the end of a line means its last character.
    """
    offset = min(offset, len(text.removesuffix("\n")))
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : None if end < 0 else end].removesuffix("\r")
    column = max(min(offset - start + 1, len(line)), 1)
    shown = line[: max(column + _SHOWN_AFTER_CARET, _SHOWN_BEFORE_CUT)]
    return Place(name, text.count("\n", 0, offset) + 1, column, _printable(shown))


def _printable(line: str) -> str:
    """Replace what would move the caret or talk to the terminal, one character by one."""
    return "".join(
        char if char.isprintable() else " " if char == "\t" else "\N{REPLACEMENT CHARACTER}"
        for char in line
    )
