"""Config files with mistakes that nobody has thought of: good ones, mutated at random."""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BYTES: Final = (
    *(
        b"\x00",
        b"\t",
        b"\r",
        b"\x7f",
        b"\x1b",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
    ),
    *("\ufeff", "\x85", "\u2028", "\u2029", "\u202e", "\u200b", "ß", "🎈", "\U0010ffff"),
    *(
        b":",
        b": ",
        b"- ",
        b"#",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b"&a ",
        b"*a",
        b"!",
        b"|",
        b">",
        b"%",
    ),
    *(b"'", b'"', b"\\", b"?", b"<<: ", b"---\n", b"...\n", b"\n", b"  ", b"@", b"`", b"\\ud800"),
)
_VALUES: Final = (
    *("null", "~", "true", "no", "0", "-1", "1e999", ".nan", "0x", "1_000", "12:30", "2026-02-30"),
    *(
        "''",
        '"\\x00"',
        '"\\ud800"',
        "[]",
        "{}",
        "[[]]",
        "{a: {a: {a: 1}}}",
        "&a [*a]",
        "&a {b: *a}",
        "*nothing",
    ),
    *(
        "!env HOME",
        "!env",
        "!env {}",
        "!env [a]",
        "!env '${A'",
        "!file ./blog.py",
        "!file .",
        "!file {}",
    ),
    *(
        "!!binary '*'",
        "!!set {a}",
        "!!python/object:os.system x",
        "!!int x",
        "!!timestamp x",
        "! x",
    ),
    *(
        "|\n",
        ">-\n",
        "'",
        '"',
        "{",
        "[",
        "a: b",
        "- a",
        "2s",
        "-1s",
        "64K",
        "blog",
        "blog.",
        ".",
        "blog:words",
    ),
    *(
        "{<<: {}}",
        "{<<: 5}",
        "{<<: [5]}",
        "{? [a] : b}",
        "{1: 2, 1: 3}",
        "x" * 5000,
        "[" * 500,
        "- " * 300,
    ),
)


def mutate(random: Random, files: Sequence[bytes]) -> bytes:
    """Make a file out of good ones.

    Args:
        random: Decides what is changed.
        files: The good files.
    """
    data = random.choice(files)
    for _ in range(random.randint(1, 4)):
        data = random.choice(_MUTATIONS)(random, data, files)
    return data


def _insert(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    piece = random.choice(_BYTES)
    place = random.randint(0, len(data))
    return data[:place] + (piece.encode() if isinstance(piece, str) else piece) + data[place:]


def _remove(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    begin = random.randint(0, len(data))
    return data[:begin] + data[begin + random.choice((1, 1, 2, 5, 40)) :]


def _change(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    place = random.randrange(len(data) or 1)
    return data[:place] + bytes([random.randrange(256)]) + data[place + 1 :]


def _repeat(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    begin = random.randint(0, len(data))
    piece = data[begin : begin + random.choice((1, 5, 50))]
    return data[:begin] + piece * random.choice((2, 2, 3, 50)) + data[begin + len(piece) :]


def _cut(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data[: random.randint(0, len(data))]


def _replace_value(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Write something else in place of a value, or of an item of a list."""
    places = [found.span(1) for found in re.finditer(rb"(?:: |- |[\[,] ?)([^\n,\]}]+)", data)]
    if not places:
        return data
    begin, end = random.choice(places)
    return data[:begin] + random.choice(_VALUES).encode() + data[end:]


def _replace_key(random: Random, data: bytes, files: Sequence[bytes]) -> bytes:
    """Write another key, such as one that stands there already."""
    places = [found.span(1) for found in re.finditer(rb"([\w-]+):", data)]
    if not places:
        return data
    begin, end = random.choice(places)
    keys = [*re.findall(rb"([\w-]+):", random.choice(files)), *(each.encode() for each in _VALUES)]
    key: bytes = random.choice(keys)
    return data[:begin] + key + data[end:]


def _move_lines(random: Random, data: bytes, files: Sequence[bytes]) -> bytes:
    """Leave out, repeat, move or indent lines, or take some of another file."""
    lines = data.splitlines(keepends=True)
    begin = random.randint(0, len(lines))
    end = begin + random.choice((1, 1, 2, 5))
    taken = lines[begin:end]
    kind = random.choice(("remove", "repeat", "move", "indent", "other"))
    if kind == "remove":
        lines[begin:end] = []
    elif kind == "repeat":
        lines[begin:begin] = taken
    elif kind == "move":
        lines[begin:end] = []
        place = random.randint(0, len(lines))
        lines[place:place] = taken
    elif kind == "indent":
        margin = b" " * random.choice((1, 2, 3, 60))
        lines[begin:end] = [margin + line for line in taken]
    else:
        lines[begin:begin] = random.choice(files).splitlines(keepends=True)[begin:end]
    return b"".join(lines)


_MUTATIONS: Final[Sequence[Callable[[Random, bytes, Sequence[bytes]], bytes]]] = (
    *(_insert, _remove, _change, _repeat, _cut),
    *(_replace_value, _replace_value, _replace_value, _replace_key, _move_lines, _move_lines),
)
