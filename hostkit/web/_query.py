"""`query_value`: what the query of a request says, read strictly."""

from __future__ import annotations

import math
import re
from http import HTTPStatus
from reprlib import repr as shorten
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload
from urllib.parse import parse_qsl

from hostkit.web._json_resource import HttpError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.web.server import Request

T = TypeVar("T")
D = TypeVar("D")

MOST_FIELDS: Final = 1000
"""How many fields a query may have."""
_REQUIRED: Final[Any] = object()


@overload
def query_value(request: Request, name: str, read: Callable[[str], T] = ...) -> T: ...
@overload
def query_value(request: Request, name: str, read: Callable[[str], T], default: D) -> T | D: ...
def query_value(
    request: Request, name: str, read: Callable[[str], Any] = str, default: Any = _REQUIRED
) -> Any:
    """Read a field of the query string.

    Args:
        request: The request.
        name: The field's name.
        read: The type it has: `str`, `int`, `float`, `bool` (``true`` or ``false``), an
            enumeration, or any function that takes its text and raises `ValueError`.
        default: What it is if it is missing. Without one it is required.

    Raises:
        HttpError: 400, and which field is wrong: it is missing, stands there twice, is not of the
            type, or the query is not UTF-8.
    """
    values = query_values(request, name, read)
    if len(values) > 1:
        raise _bad(f"{name}: it stands there {len(values)} times")
    if not values and default is _REQUIRED:
        raise _bad(f"{name}: it is missing")
    return values[0] if values else default


def query_values(request: Request, name: str, read: Callable[[str], T]) -> list[T]:
    """Read a field of the query string that may stand there any number of times.

    Args:
        request: The request.
        name: The field's name.
        read: The type of each value, as for `query_value`.

    Raises:
        HttpError: 400, and what is wrong: a value is not of the type, or the query is not UTF-8.
    """
    parse: Callable[[str], Any] = _STRICT.get(read, read)
    values = []
    for text in (value for key, value in _fields(request) if key == name):
        try:
            values.append(parse(text))
        except ValueError:
            kind = getattr(read, "__name__", "value")
            raise _bad(f"{name}: {shorten(text)} is no {kind}") from None
    return values


def _fields(request: Request) -> list[tuple[str, str]]:
    # Not `request.args`, where Twisted puts the fields of a form in the body as well.
    query = request.uri.partition(b"?")[2]
    try:
        return parse_qsl(
            query.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except UnicodeDecodeError:
        raise _bad("the query is not UTF-8") from None
    except ValueError:
        raise _bad(f"the query has more than {MOST_FIELDS} fields") from None


def _bad(error: str) -> HttpError:
    return HttpError(HTTPStatus.BAD_REQUEST, "bad_query", error)


def _int(text: str) -> int:
    # Python would read " 1_000" and other digits than these, too.
    if re.fullmatch(r"[+-]?[0-9]+", text) is None:
        raise ValueError
    return int(text)


def _float(text: str) -> float:
    number = float(text) if re.fullmatch(r"[-+.eE0-9]+", text) else math.nan
    if not math.isfinite(number):
        raise ValueError
    return number


def _bool(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


_STRICT: Final[dict[Any, Callable[[str], Any]]] = {int: _int, float: _float, bool: _bool}
