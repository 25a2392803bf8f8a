"""How the kit's client sends a request and reads its answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, final
from urllib.parse import urlencode
from uuid import uuid4

import attrs
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss

from hostkit.http import NOTHING
from hostkit.loops import enter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from twisted.python.failure import Failure


Files: TypeAlias = "Mapping[str, tuple[str, bytes] | tuple[str, bytes, str]]"
"""The files of a form: for each field a name, the content, and perhaps the content type."""


@final
@attrs.frozen
class Answer:
    """The answer to a request.

    Attributes:
        status: Its status.
        headers: Its headers, by their names in lower case; of several with one name, all in one
            string, with commas.
        body: Its body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as a string."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """What the body says.

        Raises:
            AssertionError: It is not JSON.
        """
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise AssertionError(
                f"the body of this answer with the status {self.status} is not JSON: {error}\n"
                f"{self.body[:1000]!r}"
            ) from None


def write_request(
    body: bytes, value: Any, form: Mapping[str, str] | None, files: Files | None
) -> tuple[dict[str, str], bytes]:
    """Write the body of a request.

    Args:
        body: What is sent as it is, if there is nothing else.
        value: The value that is sent as JSON; `NOTHING` if there is none.
        form: The fields of a form.
        files: Its files.

    Returns:
        The headers that it needs, and the body.
    """
    if value is not NOTHING:
        return {"content-type": "application/json"}, json.dumps(value).encode()
    if files is not None:
        return _write_parts(form or {}, files)
    if form is not None:
        return {"content-type": "application/x-www-form-urlencoded"}, urlencode(form).encode()
    return {}, body


def _write_parts(form: Mapping[str, str], files: Files) -> tuple[dict[str, str], bytes]:
    boundary = uuid4().hex
    parts = [(f'form-data; name="{name}"', "", value.encode()) for name, value in form.items()]
    for name, (file, content, *kind) in files.items():
        header = f"\r\nContent-Type: {kind[0] if kind else 'application/octet-stream'}"
        parts.append((f'form-data; name="{name}"; filename="{file}"', header, content))
    written = [
        f"--{boundary}\r\nContent-Disposition: {what}{more}\r\n\r\n".encode() + content + b"\r\n"
        for what, more, content in parts
    ]
    body = b"".join([*written, f"--{boundary}--\r\n".encode()])
    return {"content-type": f"multipart/form-data; boundary={boundary}"}, body


@final
class Reading(Protocol):
    """Reads the body of an answer; it pauses after each piece until that is taken."""

    transport: Any

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._error: BaseException | None = None
        self._is_over = False
        self._waiting: Deferred[None] | None = None

    def dataReceived(self, data: bytes) -> None:
        """Take a piece."""
        self._pieces.append(data)
        self.transport.pauseProducing()
        self._wake()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Note the end, which may have come too early."""
        self._is_over = True
        if not reason.check(ResponseDone, PotentialDataLoss):
            self._error = ConnectionResetError(
                f"the connection was cut while the body was read: {reason.getErrorMessage()}"
            )
        self._wake()

    async def next(self) -> bytes:
        """Wait for the next piece; nothing at the end.

        Raises:
            ConnectionResetError: The connection was cut.
        """
        if not self._pieces and not self._is_over:
            self.transport.resumeProducing()
            self._waiting = Deferred()
            await enter(self._waiting)
        if self._pieces:
            return self._pieces.pop(0)
        if self._error is not None:
            raise self._error
        return b""

    async def all(self) -> bytes:
        """Wait for everything that is left."""
        pieces: list[bytes] = []
        while piece := await self.next():
            pieces.append(piece)
        return b"".join(pieces)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.callback(None)
