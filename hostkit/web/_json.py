"""JSON bodies of requests: read strictly, and structured as a handler expects."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from http import HTTPStatus
from itertools import chain
from reprlib import repr as shorten
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, overload

from hostkit.codes import Code
from hostkit.config import StructureErrors, structure
from hostkit.errors import show_path
from hostkit.web._json_resource import HttpError

if TYPE_CHECKING:
    from twisted.web.server import Request

    from hostkit.config import Fault

MAX_DEPTH: Final = 100
"""How deep lists and objects may be nested."""


def read_json(body: bytes) -> Any:
    """Read a request's body as JSON.

    Stricter than `json.loads`: duplicate keys are refused, and so are NaN and infinity (also
    numbers as large as ``1e999``), lone surrogates, which no answer could contain, and more than
    `MAX_DEPTH` levels.

    Args:
        body: The whole body, in UTF-8.

    Raises:
        ValueError: It is not such JSON; the message says what is wrong, and where.
    """
    try:
        text = body.decode("utf-8")
        if text.startswith("\ufeff"):
            raise _RefusedError("it begins with a byte order mark")
        value = _DECODER.decode(text)
        if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
            check_depth(value)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except (RecursionError, ValueError) as error:
        raise ValueError(f"the body is not JSON: {_explain(error)}") from None
    return value


class _RefusedError(ValueError):
    """Valid JSON of a kind that is refused."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise _RefusedError(f"the key {shorten(twice)} stands twice in one object")
    return members


def _no_number(word: str) -> NoReturn:
    raise _RefusedError(f"{word} is not a number in JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _RefusedError(f"the number {shorten(digits)[1:-1]} is too large")
    return number


# Made once: `json.loads` would make one for each body.
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_number, parse_float=_finite
)


def check_depth(value: Any) -> None:
    """Make sure that lists and objects are not nested too deep.

    Args:
        value: The value, of dicts and lists.

    Raises:
        RecursionError: They have more than `MAX_DEPTH` levels.
    """
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
        return "it has half a surrogate pair, which is not a character"
    return "a number has too many digits"


# The body of a request.

T = TypeVar("T")

LONGEST_BODY: Final = 1024 * 1024
"""The longest body that `json_body` accepts by default, in bytes."""
_MOST_SHOWN: Final = 10
_LONGEST_SHOWN: Final = 100
# A form on a foreign page cannot send this type without a preflight request.
_IS_JSON: Final = re.compile(
    rb'application/(?:[\w.-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?', re.IGNORECASE
)


@overload
def json_body(request: Request, *, max_bytes: int = ...) -> dict[str, Any]: ...
@overload
def json_body(request: Request, cls: type[T], *, max_bytes: int = ...) -> T: ...
def json_body(request: Request, cls: Any = dict, *, max_bytes: int = LONGEST_BODY) -> Any:
    """Read the body of a request as JSON.

    Args:
        request: The request.
        cls: The type to return: an attrs class, a dataclass, or any type that their fields may
            have. It is structured strictly, as the config of a module is. By default a dict.
        max_bytes: The longest body that is accepted.

    Raises:
        HttpError: 415, its content type is not JSON; 413, it is too long; 400, it is not valid
            JSON, or does not fit the class: then the message names the fields.
        StructureErrors: The class is of a kind that cannot be structured.
    """
    check_json_type(request)
    value = _parse(request, max_bytes)
    if cls is dict:
        if not isinstance(value, dict):
            raise HttpError(HTTPStatus.BAD_REQUEST, "bad_body", "the body must be a JSON object")
        return value
    try:
        return structure(value, cls)
    except StructureErrors as errors:
        if any(fault.code == Code.UNSUPPORTED_TYPE for fault in errors.faults):
            raise
        shown = "; ".join(_show(fault) for fault in errors.faults[:_MOST_SHOWN])
        raise HttpError(HTTPStatus.BAD_REQUEST, "bad_body", shown) from errors


def _show(fault: Fault) -> str:
    field = show_path(fault.path) or "the body"
    expected = f", expected {fault.expected}" if fault.expected is not None else ""
    return f"{field}: {fault.message}{expected}"


def check_json_type(request: Request, default: bytes = b"") -> None:
    """Refuse a body whose content type is not JSON in UTF-8.

    Args:
        request: The request.
        default: What a missing type counts as.

    Raises:
        HttpError: It is another type (415).
    """
    kind = request.getHeader(b"content-type")
    if kind is None:
        kind = default
    if kind != b"application/json" and not _IS_JSON.fullmatch(kind):
        shown = kind[:_LONGEST_SHOWN].decode("utf-8", "replace")
        error = (
            "the body must be JSON in UTF-8, sent with the header 'content-type: "
            f"application/json', and not with {shown!r}"
        )
        raise HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json", error)


def _parse(request: Request, max_bytes: int) -> Any:
    assert request.content is not None  # noqa: S101 -- there is one while a request is rendered
    request.content.seek(0)
    body = request.content.read(max_bytes + 1)
    if len(body) > max_bytes:
        error = f"the body has more than {max_bytes} bytes"
        raise HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", error)
    try:
        return read_json(body)
    except ValueError as error:
        raise HttpError(HTTPStatus.BAD_REQUEST, "bad_json", str(error)) from error
