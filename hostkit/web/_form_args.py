"""What ``request.args`` has of a form: its fields, or `UnreadForm` in the place of a long one."""

from __future__ import annotations

from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn, final

from twisted.web.http import parse_qs

from hostkit.web._content_type import (
    MULTIPART,
    bad_form,
    boundary_of,
    read_content_type,
    read_parameters,
)
from hostkit.web._json_resource import HttpError

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_FORM_BYTES: Final = 256 * 1024
"""How long a body may be that is read as a form into ``request.args``, which nothing else can run
meanwhile. What is longer, such as a file that is uploaded, `form_body` reads."""
MOST_ARGS: Final = 10_000
"""How many fields such a form may have."""


def read_args(content_type: bytes, content: IO[bytes]) -> dict[bytes, list[bytes]]:
    """Read a form as Twisted does, in a time that grows with its length only.

    Twisted has the parser for mail read it, which takes seconds for some bodies of 200 KB, and
    raises what it likes.

    Args:
        content_type: The request's content type.
        content: Its body, of which nothing was read.

    Returns:
        The values of each field; none if the body is not a form.

    Raises:
        HttpError: 400, it cannot be read; 413, it has too many fields.
    """
    kind, parameters = read_content_type(content_type)
    body = content.read()
    if kind == MULTIPART:
        return _read_multipart(boundary_of(parameters), body)
    # Twisted takes both for what stands between fields.
    if body.count(b"&") + body.count(b";") >= MOST_ARGS:
        raise _too_many()
    args: dict[bytes, list[bytes]] = parse_qs(body, keep_blank_values=1)
    return args


def _read_multipart(boundary: bytes, body: bytes) -> dict[bytes, list[bytes]]:
    delimiter = b"\r\n--" + boundary
    # What stands before the first one is not a part.
    _, *parts = (b"\r\n" + body).split(delimiter, MOST_ARGS + 2)
    if len(parts) > MOST_ARGS + 1:
        raise _too_many()
    args: dict[bytes, list[bytes]] = {}
    for part in parts:
        if part.startswith(b"--"):
            return args
        rest, end, lines = part.partition(b"\r\n")
        if rest.strip(b" \t") or not end:
            raise bad_form("a part does not begin with its boundary alone")
        head, end, value = (end + lines).partition(b"\r\n\r\n")
        if not end:
            raise bad_form("a part has no end of its headers")
        name = _name_of(head)
        if name:
            args.setdefault(name, []).append(value)
    raise bad_form("its end is missing")


def _name_of(head: bytes) -> bytes | None:
    """Return the name of the field that a part's headers give."""
    for line in head.split(b"\r\n"):
        header, _, written = line.partition(b":")
        if header.strip().lower() == b"content-disposition":
            kind, semicolon, rest = written.partition(b";")
            parameters = read_parameters(semicolon + rest)
            if kind.strip().lower() != b"form-data" or parameters is None:
                raise bad_form("the content disposition of a part is malformed")
            return parameters.get(b"name")
    return None


def _too_many() -> HttpError:
    error = f"the form is too large: it has more than {MOST_ARGS} fields"
    return HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "form_too_large", error)


@final
class UnreadForm(dict[bytes, list[bytes]]):
    """The ``request.args`` of a form that is too long to be read at once: the query's fields.

    Looking for others raises `HttpError` (413), since they may be in the form.
    """

    def __missing__(self, key: bytes) -> NoReturn:
        self._refuse()

    def get(self, key: bytes, _default: Any = None) -> Any:
        """Return the values of a field of the query."""
        return self[key]  # a default would say that there is no such field

    def pop(self, key: bytes, *_default: Any) -> Any:
        """Take a field of the query out."""
        values = self[key]
        del self[key]
        return values

    setdefault: Any = get

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or self._refuse()

    def __iter__(self) -> Iterator[bytes]:
        self._refuse()

    def __len__(self) -> int:  # noqa: PLE0303 -- it only raises
        self._refuse()

    def keys(self) -> NoReturn:
        """Refuse to list the fields."""
        self._refuse()

    values = items = keys

    def _refuse(self) -> NoReturn:
        error = f"the form is longer than the {LONGEST_FORM_BYTES} bytes that are read at this path"
        raise HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "form_too_large", error)
