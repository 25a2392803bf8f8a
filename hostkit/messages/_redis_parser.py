"""`BoundedParser`: reads what a Redis server says, within bounds."""

from __future__ import annotations

from typing import Any, Final, final

from redis._parsers import _AsyncRESP2Parser  # the one for Python's own streams, without hiredis
from redis.exceptions import ConnectionError as ConnectionLostError
from redis.exceptions import InvalidResponse

from hostkit.messages._message import LONGEST_BYTES

_MOST_LINES: Final = 20  # of one answer; a message has six, each string of it being two
_PIECE: Final = 64 * 1024

TOO_LONG: Final = bytes(LONGEST_BYTES + 1)
"""Stands for a string that was longer than any message, and was not kept."""


@final
class BoundedParser(_AsyncRESP2Parser):
    """The client's parser, which would keep a string of 512 MB, or a list without an end.

    Anyone who may publish can send such a string. It is skipped, and not an error, since the
    connection would be lost otherwise, and with it all that is cached.
    """

    async def read_response(self, disable_decoding: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Read the next answer, as the client's parser does."""
        self._lines = 0
        return await super().read_response(disable_decoding)

    async def _read(self, length: int) -> bytes:
        if length <= LONGEST_BYTES:
            data: bytes = await super()._read(length)
            return data
        stream, left = self._stream, length + 2
        while left and stream is not None:  # it is there, as a line of it was read
            piece = await stream.read(min(left, _PIECE))
            if not piece:
                raise ConnectionLostError("the server closed the connection")
            left -= len(piece)
        return TOO_LONG

    async def _readline(self) -> bytes:
        self._lines += 1
        if self._lines > _MOST_LINES:
            raise InvalidResponse("an answer has no end")
        line: bytes = await super()._readline()
        return line
