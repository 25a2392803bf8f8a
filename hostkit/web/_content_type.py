"""The header ``Content-Type`` of a form, and headers of its form: ``kind; name=value``."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from hostkit.web._json_resource import HttpError

if TYPE_CHECKING:
    from collections.abc import Mapping

URLENCODED: Final = b"application/x-www-form-urlencoded"
MULTIPART: Final = b"multipart/form-data"
_FORMS: Final = (URLENCODED, MULTIPART)

# Possessive or exclusive everywhere, so that no header takes long.
_PARAMETER: Final = re.compile(
    rb"""[ \t]*+(?:;[ \t]*+)++  # some send one semicolon too many
    ([\w!#$%&'*+.^`|~-]++)=("(?:[^"\\]|\\.)*+"|[^\s;"]*+)""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_END: Final = re.compile(rb"[ \t;]*+")
_BOUNDARY: Final = re.compile(rb"[ -~]{1,70}")


def is_form(content_type: bytes) -> bool:
    """Whether a body is meant as a form, be its content type well-formed or not."""
    return content_type.lstrip().lower().startswith(_FORMS)


def read_content_type(content_type: bytes) -> tuple[bytes, Mapping[bytes, bytes]]:
    """Read a content type.

    Returns:
        Its kind, in lower case, and its parameters.

    Raises:
        HttpError: 400, it is meant as that of a form and malformed.
    """
    kind, semicolon, rest = content_type.partition(b";")
    kind = kind.strip().lower()
    if kind not in _FORMS:
        if is_form(kind):
            raise bad_form("its content type is malformed")
        return kind, {}
    parameters = read_parameters(semicolon + rest)
    if parameters is None:
        raise bad_form("its content type is malformed")
    return kind, parameters


def read_parameters(written: bytes) -> Mapping[bytes, bytes] | None:
    """Read the parameters of a header, such as ``; name="a"; filename=b``.

    Args:
        written: What stands behind the header's first word.

    Returns:
        The value of each parameter by its name in lower case; `None` if they are malformed or one
        stands there twice.
    """
    parameters: dict[bytes, bytes] = {}
    position = 0
    while found := _PARAMETER.match(written, position):
        position = found.end()
        name, value = found[1].lower(), found[2]
        if name in parameters:
            return None
        if value.startswith(b'"'):
            # Browsers write Windows' paths without doubling backslashes.
            value = value[1:-1].replace(b'\\"', b'"')
        parameters[name] = value
    return parameters if _END.fullmatch(written, position) else None


def boundary_of(parameters: Mapping[bytes, bytes]) -> bytes:
    """Return what stands between the parts of a form.

    Raises:
        HttpError: 400, the content type does not say.
    """
    boundary = parameters.get(b"boundary", b"")
    if _BOUNDARY.fullmatch(boundary) is None:
        raise bad_form("its content type names no boundary")
    return boundary


def bad_form(why: str) -> HttpError:
    """Make the answer to a form that cannot be read.

    Args:
        why: What is wrong with it.
    """
    return HttpError(HTTPStatus.BAD_REQUEST, "bad_form", f"the form cannot be read: {why}")
