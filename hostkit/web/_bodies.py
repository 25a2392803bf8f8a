"""Where the body of a request is kept while it arrives: in memory, or in a temporary file."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from tempfile import SpooledTemporaryFile, TemporaryFile, gettempdir
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from twisted.web.http import Request


def open_body(length: int | None, memory_bytes: int) -> IO[bytes]:
    """Open something to keep a body in.

    Args:
        length: How long it will be, in bytes; `None` if that is not known.
        memory_bytes: The longest body that is kept in memory.

    Returns:
        A file, open for writing and reading. Writing to it raises `OSError` if it has outgrown the
        memory and there is no room in the temporary folder.

    Raises:
        OSError: It is too long for the memory, and there is no temporary folder.
    """
    if length is None:
        # Not a context manager: the request closes it.
        return cast("IO[bytes]", SpooledTemporaryFile(max_size=memory_bytes))
    if length <= memory_bytes:
        return BytesIO()
    return TemporaryFile()


def discard(request: Request) -> None:
    """Forget the body of a request that will not be handled.

    Args:
        request: The request; it has no body yet if there was no room for one.
    """
    if request.content is not None:
        # What is left in its buffer cannot be written any more.
        with suppress(OSError):
            request.content.close()
    request.content = BytesIO()


def missing_folder() -> str | None:
    """Return why there is no folder for temporary files, or `None` if there is one."""
    try:
        gettempdir()
    except OSError as error:
        return error.strerror or str(error)
    return None
