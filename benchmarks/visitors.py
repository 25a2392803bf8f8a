"""Clients that know which of their requests were answered."""

from __future__ import annotations

import asyncio
import contextlib

import attrs
from load import HOST

QUESTION = b'{"guest": "ann", "door": "front"}'
REQUESTS = (
    b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /_hostkit/hooks/doors/may_enter HTTP/1.1\r\nHost: a\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(QUESTION), QUESTION),
)
LENGTH = b"content-length: "


@attrs.define
class Visitors:
    """Ask all the time, each on a connection of its own, until the port is closed.

    Attributes:
        port: Where they ask.
        answered: How many requests had a whole answer of 200.
        refused: How many had another one.
        unanswered: How many had none, or half of one.
    """

    port: int
    answered: int = 0
    refused: int = 0
    unanswered: int = 0

    async def ask(self, count: int) -> None:
        """Start a number of clients."""
        await asyncio.gather(*(self._visit(REQUESTS[index % 3]) for index in range(count)))

    async def _visit(self, request: bytes) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection(HOST, self.port)
            except OSError:
                return
            try:
                while await self._is_answered(request, reader, writer):
                    pass
            except (OSError, asyncio.IncompleteReadError):
                self.unanswered += 1
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    async def _is_answered(
        self, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Ask once.

        Returns:
            Whether the connection may be used again.

        Raises:
            OSError: It was cut off before the answer was there.
            IncompleteReadError: It was ended.
        """
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(LENGTH)[2].partition(b"\r")[0]))
        if head.startswith(b"http/1.1 200 "):
            self.answered += 1
        else:
            self.refused += 1
        return b"connection: close" not in head
