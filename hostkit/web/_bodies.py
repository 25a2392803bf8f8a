"""Bodies of requests: where each is kept, how fast it comes, and how much is kept of all."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from tempfile import TemporaryFile, gettempdir
from typing import IO, TYPE_CHECKING, Any, final

import attrs

from hostkit.web._refusals import body_too_long, too_many_bodies

if TYPE_CHECKING:
    from twisted.web.http import Request

    from hostkit.config import Limits


def open_body(length: int | None, memory_bytes: int) -> IO[bytes]:
    """Open something to keep a body in.

    Args:
        length: How long it will be, in bytes; `None` if that is not known.
        memory_bytes: The longest body that is kept in memory.

    Returns:
        A file, open for writing and reading; `Body` replaces one that outgrows the memory.

    Raises:
        OSError: It is too long for the memory, and there is no temporary folder.
    """
    if length is None or length <= memory_bytes:
        return BytesIO()
    return TemporaryFile()


@final
@attrs.define
class Bodies:
    """How much a listener keeps of the bodies of all its requests.

    Attributes:
        kept: How many bytes.
        in_memory: How many of them are in memory.
    """

    kept: int = 0
    in_memory: int = 0


@final
class Body:
    """The body of one request, from its first byte until the request is answered.

    Args:
        bodies: What its listener keeps.
        limits: What it is held to.
        longest: How long it may be, in bytes.
        memory_bytes: How much of it may be in memory.
        now: The time at which it begins.

    Attributes:
        deadline: When to call `extend`.
    """

    __slots__ = (
        "_bodies",
        "_in_memory",
        "_last_deadline",
        "_limits",
        "_longest",
        "_memory_bytes",
        "_size",
        "_size_before",
        "deadline",
    )

    def __init__(
        self, bodies: Bodies, limits: Limits, longest: int, memory_bytes: int, now: float
    ) -> None:
        self._last_deadline = now + limits.body_deadline
        self.deadline = now + limits.body_time
        self.deadline = min(self.deadline, self._last_deadline)
        self._bodies = bodies
        self._limits = limits
        self._longest = longest
        self._memory_bytes = memory_bytes
        self._size = self._size_before = self._in_memory = 0

    def take(self, request: Request, data: bytes) -> bytes | None:
        """Keep a part of it.

        Args:
            request: Its request.
            data: The part.

        Returns:
            What refuses the request, as it or all bodies together are too long.

        Raises:
            OSError: There is no room on the disk, or no folder for temporary files.
        """
        limits, bodies, length = self._limits, self._bodies, len(data)
        if self._size + length > self._longest:
            return body_too_long(self._longest)
        if bodies.kept + length > limits.bodies:
            return too_many_bodies()
        self._size += length
        bodies.kept += length
        if type(request.content) is BytesIO:
            self._in_memory += length
            bodies.in_memory += length
            is_long = self._in_memory > self._memory_bytes
            if is_long or bodies.in_memory > limits.bodies_in_memory:
                self._leave_memory(request, request.content)
        # Without an annotation in Twisted.
        handle: Any = request.handleContentChunk
        handle(data)
        return None

    def extend(self) -> float:
        """Give it more time if it came fast enough since this was called last.

        Returns:
            The deadline; it has not changed if it was too slow.
        """
        limits = self._limits
        if self._size - self._size_before >= limits.body_speed * limits.body_time:
            self._size_before = self._size
            self.deadline = min(self.deadline + limits.body_time, self._last_deadline)
        return self.deadline

    def forget(self) -> None:
        """Make room for others."""
        self._bodies.kept -= self._size
        self._bodies.in_memory -= self._in_memory
        self._size = self._in_memory = 0

    def _leave_memory(self, request: Request, content: BytesIO) -> None:
        # Not a context manager: the request closes it, also if it cannot be written to.
        request.content = TemporaryFile()  # noqa: SIM115
        request.content.write(content.getvalue())
        self._bodies.in_memory -= self._in_memory
        self._in_memory = 0


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
