"""How messages show values and exceptions, and name alternatives."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

LONGEST: Final = 1000
"""How many characters of a message or a value are shown."""
_ROOM: Final = 8
"""How many times as many are looked through for secrets."""

# What controls a terminal, is not seen, changes the order of what is seen, or may end a line; and
# halves of characters, which cannot be written at all. Tabs and newlines are left.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
# A number of more bits than this is a mistake, and Python may refuse to print it.
_LARGEST_BITS: Final = 256
_LONGEST_VALUE: Final = 10_000
_LONGEST_NAME: Final = 200
_KINDS: Final[dict[type, str]] = {Mapping: "a mapping", list: "a list", tuple: "a list"}


def show(value: Any) -> str:
    """Say what a value from a config file is: ``the string 'no'``.

    Strings are shown whole or not at all: a secret cut in half could not be recognised, and
    redacted.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the string {value!r}" if len(value) <= _LONGEST_VALUE else quote(value)
    if isinstance(value, int | float):
        return _show_number(value)
    kinds = (kind for cls, kind in _KINDS.items() if isinstance(value, cls))
    return next(kinds, f"a value of type {type(value).__name__}")


def quote(value: Any) -> str:
    """Write a string in quotes, or only its length: many messages may be about one long string."""
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return f"a string of {len(value)} characters"
    return repr(value)


def visible(text: str) -> str:
    r"""Write what would control a terminal, or could not be seen, as Python does: ``\x1b``."""
    return text if text.isprintable() else _UNSEEN.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode-escape").decode()


def indented(text: str, margin: str = "  ") -> str:
    """Write a text so that none of its lines but the first can be taken for another message.

    Args:
        text: What may be from anyone.
        margin: What stands before each further line.
    """
    return visible(text).replace("\n", f"\n{margin}")


def shortened(text: str, longest: int = LONGEST) -> str:
    """Cut a text that is too long, and say how much is missing."""
    more = len(text) - longest
    return text if more <= 0 else _cut(text, longest, more)


def _cut(text: str, longest: int, more: int) -> str:
    return f"{text[:longest]}… ({counted(more, 'more character')})"


def clean(text: str, redact: Callable[[str], str], longest: int = LONGEST) -> str:
    """Make a text from anywhere fit to be shown: without secrets, visible, and not endless.

    In this order: of a secret that is cut in half or escaped, something would be left.

    Args:
        text: The text, whole.
        redact: Takes the secrets out of it.
        longest: How many characters of it are shown.
    """
    more = len(text) - _ROOM * longest
    if more > 0:  # secrets are recognised in pieces, and to look through megabytes takes long
        text = text[:-more]
    shown = visible(redact(text))
    more = max(more, 0) + max(len(shown) - longest, 0)
    return shown if not more else _cut(shown, longest, more)


_read_name: Final = type.__dict__["__name__"].__get__


def type_name(value: object) -> str:
    """Name the class of a value, also if its metaclass has another idea of names."""
    name: str = _read_name(type(value))
    return name


def either(options: Collection[str]) -> str:
    """Join alternatives: ``a, b or c``."""
    *most, last = options
    return f"{', '.join(most)} or {last}" if most else last


def counted(number: int, noun: str) -> str:
    """Write how many there are of something: ``1 module``, ``2 modules``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def nearest(name: str, options: Collection[str]) -> str | None:
    """Find the option that was probably meant, if one is close."""
    if len(name) > _LONGEST_NAME:  # comparing takes longer the longer it is
        return None
    from difflib import get_close_matches  # noqa: PLC0415 -- only for what is wrong

    return next(iter(get_close_matches(name, options, n=1)), None)


def did_you_mean(name: str, options: Collection[str]) -> str | None:
    """Write the hint that names the nearest option, if one is close."""
    near = nearest(name, options)
    return None if near is None else f"did you mean {near!r}?"


def _show_number(value: float) -> str:
    if isinstance(value, int) and value.bit_length() > _LARGEST_BITS:
        return "a very large number"
    return f"the number {value}"
