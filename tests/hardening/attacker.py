"""What attacks are made of: bare sockets, and a bounded rate."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import attrs

from tests.hardening.served import HOST

ADDRESS = "127.0.0.2"
OTHERS = "127.0.2.{}"
"""Where attacks from many addresses come from."""


def foreign_address() -> str | None:
    """Find an address of this machine that others see, from which connections are counted."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.1", 9))  # it sends nothing
        except OSError:
            return None
        address: str = one.getsockname()[0]
    return None if address.startswith("127.") else address


@attrs.define
class Attacker:
    """A client that means harm; what it has opened stays open until it ends.

    Attributes:
        port: Where it connects.
        guarded_port: The same for the listener whose token it does not know.
        tls_port: The same for the one with TLS.
        seconds: How long it goes on.
        counts: What has come of it.
    """

    port: int
    guarded_port: int
    tls_port: int
    seconds: float
    counts: Counter[str] = attrs.Factory(Counter)
    held: list[socket.socket] = attrs.Factory(list)
    secure: list[asyncio.StreamWriter] = attrs.Factory(list)

    async def paced(self, per_second: float) -> AsyncIterator[int]:
        """Count as fast as it is allowed, as long as it goes on."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        number = 0
        while (now := loop.time() - began) < self.seconds:
            if number / per_second <= now:
                yield number
                number += 1
            else:
                await asyncio.sleep(number / per_second - now)

    async def connect(
        self, *, port: int | None = None, address: str = ADDRESS, buffer_bytes: int | None = None
    ) -> socket.socket | None:
        """Connect, and hold the connection; `None` if that is refused."""
        one = socket.socket()
        one.setblocking(False)
        if buffer_bytes is not None:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        one.bind((address, 0))
        try:
            async with asyncio.timeout(1):
                loop = asyncio.get_running_loop()
                await loop.sock_connect(one, (HOST, port or self.port))
        except (OSError, TimeoutError):
            one.close()
            self.counts["not connected"] += 1
            return None
        self.counts["connected"] += 1
        self.held.append(one)
        return one

    async def send(self, one: socket.socket, data: bytes) -> bool:
        """Send what the server takes within a moment; whether it took it all."""
        try:
            async with asyncio.timeout(0.5):
                await asyncio.get_running_loop().sock_sendall(one, data)
        except TimeoutError:
            return False
        except OSError:
            self.counts["cut off"] += 1
            self.drop(one)
            return False
        return True

    async def receive(self, one: socket.socket, seconds: float = 2) -> None:
        """Read up to the end, or as long as something comes; then hang up."""
        answer = b""
        try:
            async with asyncio.timeout(seconds):
                while data := await asyncio.get_running_loop().sock_recv(one, 65536):
                    answer += data
        except (OSError, TimeoutError):
            pass
        self.drop(one)
        self.counts.update(re.findall(r"HTTP/1\.1 (\d{3}) ", answer.decode("latin-1")))
        self.counts["no answer"] += not answer

    async def connect_tls(self) -> asyncio.StreamWriter | None:
        """Connect to the listener with TLS and shake hands; read nothing after that."""
        one = await self.connect(port=self.tls_port, buffer_bytes=4096)
        if one is None:
            return None
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.held.remove(one)
        try:
            async with asyncio.timeout(1):
                _, writer = await asyncio.open_connection(
                    sock=one, ssl=context, server_hostname="localhost"
                )
        except (OSError, TimeoutError):
            one.close()
            self.counts["no handshake"] += 1
            return None
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        self.secure.append(writer)
        return writer

    def reset(self, one: socket.socket) -> None:
        """End a connection by RST."""
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.drop(one)

    def drop(self, one: socket.socket) -> None:
        """Close a connection."""
        if one in self.held:
            self.held.remove(one)
        one.close()

    def end(self) -> None:
        """Close all that is still open."""
        for one in self.held:
            one.close()
        self.held.clear()
        for writer in self.secure:
            writer.transport.abort()


async def together(
    attacker: Attacker, send: Callable[[int], Awaitable[None]], per_second: int
) -> None:
    """Attack as often as is allowed, without waiting for what came of it before."""
    async with asyncio.TaskGroup() as tasks:
        async for number in attacker.paced(per_second):
            tasks.create_task(_as_coroutine(send, number))


async def _as_coroutine(send: Callable[[int], Awaitable[None]], number: int) -> None:
    await send(number)
