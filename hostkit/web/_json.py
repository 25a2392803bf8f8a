"""Read JSON strictly: what could be understood in two ways is refused."""

from __future__ import annotations

import json
import math
from collections import Counter
from itertools import chain
from reprlib import repr as shorten
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 100
"""How many lists and objects may stand within one another."""


def read_json(body: bytes) -> Any:
    """Read a request's body as JSON.

    More strictly than `json.loads` does: keys that stand twice in one object are refused, and so
    are NaN and infinity (also numbers as large as ``1e999``), half surrogate pairs, which no
    answer could be written with, and more than `MAX_DEPTH` levels.

    Args:
        body: The whole body, in UTF-8.

    Raises:
        ValueError: It is not JSON; the text says what is wrong with it, and where.
    """
    try:
        text = body.decode("utf-8")
        if text.startswith("\ufeff"):
            raise _RefusedError("it begins with a byte order mark")
        value = _DECODER.decode(text)
        if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
            _check_depth(value)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except (RecursionError, ValueError) as error:
        raise ValueError(f"the body is not JSON: {_explain(error)}") from None
    return value


class _RefusedError(ValueError):
    """It is JSON of a kind that is not read."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise _RefusedError(f"the key {shorten(twice)} stands twice in one object")
    return members


def _no_number(word: str) -> NoReturn:
    raise _RefusedError(f"{word} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _RefusedError(f"the number {shorten(digits)[1:-1]} is too large")
    return number


# `json.loads` would make one for each body.
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_number, parse_float=_finite
)


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = list(chain.from_iterable(_items(container) for container in level))
        if not level:
            return
    raise RecursionError


def _items(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _explain(error: RecursionError | ValueError) -> str:
    if isinstance(error, RecursionError):
        return f"it is nested deeper than {MAX_DEPTH} levels"
    if isinstance(error, _RefusedError):
        return str(error)
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (line {error.lineno}, column {error.colno})"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8"
    if isinstance(error, UnicodeEncodeError):
        return "it has half a surrogate pair, which is no character"
    return "a number has too many digits"
