"""`form_body` reads forms, with uploaded files."""

from __future__ import annotations

import importlib
from contextlib import suppress
from http import HTTPStatus
from reprlib import repr as shorten
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final, cast, final
from urllib.parse import parse_qsl

import attrs
from twisted.internet.defer import Deferred

from hostkit.errors import HostkitError
from hostkit.loops import settle
from hostkit.web._content_type import (
    MULTIPART,
    URLENCODED,
    bad_form,
    boundary_of,
    read_content_type,
)
from hostkit.web._json_resource import HttpError, log_failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twisted.web.server import Request

LONGEST_FIELDS_BYTES: Final = 1024 * 1024
"""How long the fields of a form may be together, by default."""
MOST_FORM_FIELDS: Final = 1000
"""How many fields a form may have, by default."""
MOST_FORM_FILES: Final = 100
"""How many files may come with a form, by default."""

_STEP_BYTES: Final = 64 * 1024
"""How much is read before the event loop can do something else; shorter files stay in memory."""


@final
@attrs.frozen
class Upload:
    """A file that came with a form.

    Attributes:
        filename: Its name, as the client says: never a path to write to.
        content_type: What the client says it is.
        size: Its length in bytes.
        file: Its content, from the beginning. It is closed, and deleted, when the request was
            answered.
    """

    filename: str
    content_type: str
    size: int
    file: IO[bytes]


@final
@attrs.frozen
class Form:
    """What was sent with a form.

    Attributes:
        fields: The values of each field, in their order.
        files: The files of each field, in their order.
    """

    fields: Mapping[str, list[str]]
    files: Mapping[str, list[Upload]]


async def form_body(
    request: Request,
    *,
    max_bytes: int = LONGEST_FIELDS_BYTES,
    max_fields: int = MOST_FORM_FIELDS,
    max_files: int = MOST_FORM_FILES,
) -> Form:
    """Read the body of a request as a form, while other requests are served.

    Files may be as long as the body (the setting ``limits: body``). What does not fit into memory
    is on the disk.

    Args:
        request: The request.
        max_bytes: How long the names and values of all fields may be together, files excepted.
        max_fields: How many fields there may be.
        max_files: How many files there may be.

    Raises:
        HttpError: 415, it is not a form; 413, there is too much of something; 400, it cannot be
            read; 507, there is no room for a file.
        HostkitError: The package ``multipart``, which forms with files need, is not installed.
    """
    kind, parameters = read_content_type(request.getHeader(b"content-type") or b"")
    reader = _Reader(request, max_bytes, max_fields, max_files)
    if kind == URLENCODED:
        reader.read_urlencoded()
    elif kind == MULTIPART:
        await reader.read_multipart(boundary_of(parameters))
    else:
        error = f"the body must be a form, {URLENCODED.decode()} or {MULTIPART.decode()}"
        raise HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_form", error)
    return Form(reader.fields, reader.files)


@final
@attrs.define
class _Reader:
    """Reads one form; what is read of it so far."""

    request: Request
    bytes_left: int
    fields_left: int
    files_left: int
    fields: dict[str, list[str]] = attrs.field(factory=dict)
    files: dict[str, list[Upload]] = attrs.field(factory=dict)
    _text: bytearray = attrs.field(factory=bytearray)
    _file: IO[bytes] | None = None
    _opened: list[IO[bytes]] = attrs.field(factory=list)

    def read_urlencoded(self) -> None:
        body = self._content().read(self.bytes_left + 1)
        self._count(len(body))
        try:
            pairs = parse_qsl(
                body.decode(),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=self.fields_left,
            )
        except UnicodeDecodeError:
            raise bad_form("it is not UTF-8") from None
        except ValueError:
            raise _too_large("it has too many fields") from None
        for name, value in pairs:
            self.fields.setdefault(name, []).append(value)

    async def read_multipart(self, boundary: bytes) -> None:
        # Closed when the answer was sent, or the client has left.
        self.request.notifyFinish().addBoth(self._close)
        multipart = _import_multipart()
        parser = multipart.PushMultipartParser(boundary.decode("ascii"))
        content = self._content()
        segment: Any = None
        try:
            while chunk := content.read(_STEP_BYTES):
                for event in parser.parse(chunk):
                    segment = self._take(event, segment)
                await self._give_way()
            parser.close()
        except multipart.MultipartError as error:
            raise bad_form(str(error)) from None
        except OSError as error:
            log_failure(self.request, f"has no room for a file ({error.strerror}) of")
            message = "the server has no room for the files of this form"
            raise HttpError(HTTPStatus.INSUFFICIENT_STORAGE, "no_storage", message) from None

    def _take(self, event: Any, segment: Any) -> Any:
        """Take what the parser has read: the head of a part, some of its content, or its end."""
        if event is None:
            self._end(segment)
        elif not isinstance(event, bytes | bytearray):
            self._begin(event)
            return event
        elif self._file is not None:
            self._file.write(event)
        else:
            self._count(len(event))
            self._text += event
        return segment

    def _begin(self, segment: Any) -> None:
        self._count(len(segment.name or ""))
        if segment.filename is None:
            self.fields_left -= 1
            self._text.clear()
            self._file = None
        else:
            self.files_left -= 1
            file = cast("IO[bytes]", SpooledTemporaryFile(max_size=_STEP_BYTES))  # noqa: SIM115
            self._file = file
            self._opened.append(file)
        if min(self.fields_left, self.files_left) < 0:
            what = "fields" if self.fields_left < 0 else "files"
            raise _too_large(f"it has too many {what}")

    def _end(self, segment: Any) -> None:
        if self._file is None:
            try:
                value = self._text.decode()
            except UnicodeDecodeError:
                raise bad_form(f"the field {shorten(segment.name)} is not UTF-8") from None
            self.fields.setdefault(segment.name, []).append(value)
            return
        size = self._file.tell()
        self._file.seek(0)  # which also writes what is buffered
        kind = segment.content_type or "application/octet-stream"
        upload = Upload(segment.filename, kind, size, self._file)
        self.files.setdefault(segment.name, []).append(upload)

    def _count(self, length: int) -> None:
        self.bytes_left -= length
        if self.bytes_left < 0:
            raise _too_large("its fields are too long")

    def _content(self) -> IO[bytes]:
        assert self.request.content is not None  # noqa: S101 -- there is one until it is answered
        self.request.content.seek(0)
        return cast("IO[bytes]", self.request.content)

    async def _give_way(self) -> None:
        """Let other requests be served."""
        turn: Deferred[None] = Deferred()
        cast("Any", self.request).site.reactor.callLater(0, turn.callback, None)
        await settle(turn)

    def _close(self, _: object) -> None:
        for file in self._opened:
            with suppress(OSError):  # there was no room for what is in its buffer
                file.close()


def _import_multipart() -> Any:
    try:
        return importlib.import_module("multipart")
    except ModuleNotFoundError:
        raise HostkitError(
            "forms with files need the package multipart, which is not installed: "
            "pip install 'hostkit-framework[forms]'"
        ) from None


def _too_large(why: str) -> HttpError:
    error = f"the form is too large: {why}"
    return HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "form_too_large", error)
