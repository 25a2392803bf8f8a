"""Keys that look like known ones, but have letters of other scripts or invisible characters."""

from __future__ import annotations

import unicodedata
from typing import Final

# Of the letters in `modules` and `hostkit` and most of those in the keys below them. Forms such as
# fullwidth or bold letters are not needed here: they are normalised.
_ALIKE: Final = {
    "a": "\u0430\u03b1\u0251",
    "c": "\u0441\u03f2\u1d04\u217d\uabaf",
    "d": "\u0501\u0111\u0257\u1d05\u13a0\ua4d3",
    "e": "\u0435\u03b5\u04bd\u0259\u025b\u0454\u1d07\u13ac\ua4f0",
    "h": "\u04bb\u043d\u03b7\u0570\u0127\u029c\u13bb\ua4e7",
    "i": "\u0456\u03b9\u0131\u0269\u0268\u026a\u04cf\ua4f2\u13a5l1|",
    "k": "\u043a\u03ba\u0138\u1d0b\u13e6\ua4d7",
    "m": "\u043c\u03bc\u1d0d\u13b7\ua4df",
    "n": "\u043f\u0578\u057c\u0274\ua4e0",
    "o": "\u043e\u03bf\u0585\u03c3\u00f8\u0275\u1d0f\u09e6\u0966\u0e50\ua4f30",
    "p": "\u0440\u03c1\u1d18\ua4d1",
    "r": "\u0433\u1d26\u0280\ua4e3",
    "s": "\u0455\ua731\u0282\u13da\ua4e25",
    "t": "\u0442\u03c4\u0167\u1d1b\u13a2\ua4d4",
    "u": "\u03c5\u057d\u0446\u028b\u1d1c\ua4f4",
    "v": "\u0475\u03bd\u1d20\ua4e6",
    "x": "\u0445\u03c7\ua4eb",
    "y": "\u0443\u04af\u03b3\u028f\ua4ec",
}
_LETTERS: Final = {
    ord(form): letter
    for letter, forms in _ALIKE.items()
    for each in forms
    for form in (each, each.casefold())
}
# Blank, although they count as letters.
_BLANK: Final = "\u115f\u1160\u2800\u3164\uffa0"
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"})
_MOST_NAMED: Final = 3
_FEWEST_PLAIN: Final = 4
"""So many letters must be right where the others are of an unknown form."""


def looks_like(name: str, meant: str) -> bool:
    """Whether a name looks like another one, or differs from it in case only.

    Args:
        name: The name.
        meant: The other one, in lower-case ASCII letters.
    """
    if len(name) > 8 * len(meant):
        return False
    found, wanted = plain_form(name), plain_form(meant)
    if found == wanted:
        return True
    # A letter of any other script may stand for any one.
    if len(found) != len(wanted):
        return False
    other = [a for a, b in zip(found, wanted, strict=True) if a != b]
    return len(wanted) - len(other) >= _FEWEST_PLAIN and not any(map(str.isascii, other))


def plain_form(name: str) -> str:
    """Write a name in plain lower-case letters as far as it looks so, without what is invisible."""
    visible = "".join(
        char
        for char in unicodedata.normalize("NFKD", name)
        if unicodedata.category(char) not in _INVISIBLE and char not in _BLANK
    )
    return visible.casefold().translate(_LETTERS).replace("rn", "m")


def odd_characters(name: str) -> str | None:
    """Name the characters of a key that are not what they look like, if there are any."""
    odd = [char for char in dict.fromkeys(name) if not (char.isascii() and char.isprintable())]
    if not odd:
        return None
    named = [f"{unicodedata.name(char, 'a control character')} (U+{ord(char):04X})" for char in odd]
    more = [f"{len(odd) - _MOST_NAMED} more"] if len(odd) > _MOST_NAMED else []
    return ", ".join([*named[:_MOST_NAMED], *more])
