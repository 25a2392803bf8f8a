"""What a text says in quotes: with backslashes, as in a URL, or in base64; and where it does."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Final, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HEX: Final = "[0-9a-fA-F]"
# As `repr`, and JSON, which writes what is beyond 16 bits as two surrogates.
_BACKSLASH: Final = re.compile(
    rf"\\(?:u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}}|u{_HEX}{{4}}|x{_HEX}{{2}}"
    rf"|U00(?:0{_HEX}|10){_HEX}{{4}}|[\\'\"/nrtbf])"
)
_PERCENT: Final = re.compile(rf"%{_HEX}{{2}}")
_PERCENT_OR_PLUS: Final = re.compile(rf"%{_HEX}{{2}}|\+")
_NAMED: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_MOST_LEVELS: Final = 3
_HEX_BASE: Final = 16

_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]+")
_URLSAFE: Final = str.maketrans("-_", "+/")
_BITS: Final = 6
_QUANTUM: Final = 4


@final
@attrs.frozen
class View:
    """What a text says without its quotes.

    Attributes:
        text: That.
        starts: Where each character of it stands in the text itself; and where the last one ends.
    """

    text: str
    starts: list[int]


def unquoted(text: str, *, plus_is_space: bool = False) -> Iterator[View]:
    """Read a text in each way that is possible, if it has quotes of that kind.

    Args:
        text: The text.
        plus_is_space: Whether there is also one with spaces for plus signs, as in forms.
    """
    if "\\" in text:
        yield from _levels(text, _BACKSLASH, _read_backslash)
    if "%" in text:
        yield from _levels(text, _PERCENT, _read_percent)
    if plus_is_space and "+" in text:
        yield from _levels(text, _PERCENT_OR_PLUS, _read_percent)


def _levels(text: str, pattern: re.Pattern[str], read: Callable[[str], str]) -> Iterator[View]:
    """Read a text, and what comes of that again: a `repr` may quote JSON."""
    above: list[int] | None = None
    for _ in range(_MOST_LEVELS):
        if pattern.search(text) is None:
            return
        view = _read(text, pattern, read)
        text, above = view.text, view.starts if above is None else [above[at] for at in view.starts]
        yield View(text, above)


def _read(text: str, pattern: re.Pattern[str], read: Callable[[str], str]) -> View:
    parts: list[str] = []
    starts: list[int] = []
    at = 0
    for found in pattern.finditer(text):
        parts += (text[at : found.start()], read(found[0]))
        starts += range(at, found.start() + 1)  # what is quoted is always one character
        at = found.end()
    starts += range(at, len(text) + 1)
    return View("".join((*parts, text[at:])), starts)


def _read_backslash(quoted: str) -> str:
    kind, digits = quoted[1], quoted[2:]
    if kind not in "uUx":
        return _NAMED.get(kind, kind)
    if "\\" not in digits:
        return chr(int(digits, _HEX_BASE))
    high, low = (int(each, _HEX_BASE) for each in digits.split("\\u"))
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _read_percent(quoted: str) -> str:
    return " " if quoted == "+" else chr(int(quoted[1:], _HEX_BASE))


@final
@attrs.frozen
class Base64:
    """What a part of a text says, if it is base64.

    Attributes:
        text: The bytes, each as one character.
        offset: Where it begins in the text itself.
    """

    text: str
    offset: int

    def start(self, first: int) -> int:
        """Find where the byte stands in the text."""
        return self.offset + first * 8 // _BITS

    def end(self, last: int) -> int:
        """Find where the byte before this one ends in the text."""
        return self.offset - (-last * 8 // _BITS)


def read_base64(text: str, shortest: int) -> Iterator[Base64]:
    """Read everything in a text that may be base64, which a longer one may begin anywhere in.

    Args:
        text: The text.
        shortest: How many bytes it must at least have.
    """
    for found in _BASE64.finditer(text):
        if (found.end() - found.start()) * _BITS < shortest * 8:
            continue
        run = found[0].translate(_URLSAFE)
        for skipped in range(_QUANTUM):
            part = run[skipped:]
            count = len(part) * _BITS // 8
            if count >= shortest:
                data = binascii.a2b_base64(part + "A" * (-len(part) % _QUANTUM))
                yield Base64(data[:count].decode("latin-1"), found.start() + skipped)
