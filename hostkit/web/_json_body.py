"""Read a request's body as JSON, of the kind that a handler expects."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from hostkit.codes import Code
from hostkit.config import StructureErrors, structure
from hostkit.errors import show_path
from hostkit.web._http_error import HttpError
from hostkit.web._json import read_json

if TYPE_CHECKING:
    from twisted.web.server import Request

    from hostkit.config import Fault

T = TypeVar("T")

LONGEST_BODY: Final = 1024 * 1024
"""How many bytes `json_body` reads if it is not told otherwise."""
_MOST_TOLD: Final = 10


@overload
def json_body(request: Request, *, max_bytes: int = ...) -> dict[str, Any]: ...
@overload
def json_body(request: Request, cls: type[T], *, max_bytes: int = ...) -> T: ...
def json_body(request: Request, cls: Any = dict, *, max_bytes: int = LONGEST_BODY) -> Any:
    """Read the body of a request as JSON.

    Args:
        request: The request.
        cls: What it is to be: an attrs class, a dataclass, or any type one of their fields may
            have. It is filled strictly, as the config of a module is. By default an object, as it
            is.
        max_bytes: The longest body that is read.

    Raises:
        HttpError: 415, it does not say that it is JSON; 413, it is too long; 400, it is not JSON,
            or does not fit the class: then the fields are named.
        StructureErrors: The class is one that cannot be filled.
    """
    _check_type(request)
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
        told = "; ".join(_tell(fault) for fault in errors.faults[:_MOST_TOLD])
        raise HttpError(HTTPStatus.BAD_REQUEST, "bad_body", told) from errors


def _tell(fault: Fault) -> str:
    field = show_path(fault.path) or "the body"
    expected = f", expected {fault.expected}" if fault.expected is not None else ""
    return f"{field}: {fault.message}{expected}"


def _check_type(request: Request) -> None:
    header = request.getHeader(b"content-type")
    kind = (header or b"").partition(b";")[0].strip().lower()
    if kind != b"application/json" and not kind.endswith(b"+json"):
        error = "the body must be JSON, sent with the header 'content-type: application/json'"
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
