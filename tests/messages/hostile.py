"""Servers that are not what they seem."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from hostkit.messages import Envelope, Message

CHANNEL = b"hostkit"
CONFIRMED = b"*3\r\n$9\r\nsubscribe\r\n$7\r\nhostkit\r\n:1\r\n"


def message(data: bytes) -> bytes:
    """Write a message as a server does."""
    return b"*3\r\n$7\r\nmessage\r\n$7\r\nhostkit\r\n$%d\r\n%s\r\n" % (len(data), data)


class Peer:
    """A connection, as the server sees it.

    Args:
        number: Which one it is, from 0.
    """

    def __init__(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.number = number
        self._reader = reader
        self._writer = writer

    async def say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def hear(self) -> bytes:
        data = await self._reader.read(65536)
        if not data:
            raise ConnectionResetError
        return data

    async def greet(self, last: bytes = b"SUBSCRIBE") -> None:
        """Answer everything up to a command as Redis does."""
        while last not in (said := await self.hear()):
            await self.say(b"+OK\r\n" * said.count(b"SETINFO"))

    async def confirm(self) -> None:
        await self.greet()
        await self.say(CONFIRMED)

    async def stay(self) -> None:
        while await self.hear():
            pass


@asynccontextmanager
async def serve(behave: Callable[[Peer], Awaitable[None]]) -> AsyncIterator[str]:
    """Serve connections, each in the same way.

    Returns:
        The URL.
    """
    peers: list[asyncio.Task[None]] = []
    writers: list[asyncio.StreamWriter] = []

    async def act(peer: Peer, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            await behave(peer)
        writer.close()

    def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)  # here, since a task may be cancelled before it begins
        peers.append(asyncio.create_task(act(Peer(len(peers), reader, writer), writer)))

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    finally:
        for _ in range(5):  # a connection that is accepted by a closed server is never closed
            await asyncio.sleep(0)
        server.close()
        for task in peers:
            task.cancel()
        await asyncio.gather(*peers, return_exceptions=True)
        for writer in writers:
            writer.close()
        await asyncio.sleep(0)


def flooding(length: int) -> Callable[[Peer], Awaitable[None]]:
    """Confirm, and then send messages as fast as possible."""
    many = message(b"x" * length) * max(1, 65536 // length)

    async def behave(peer: Peer) -> None:
        await peer.confirm()
        while True:
            await peer.say(many)

    return behave


def flooding_well() -> Callable[[Peer], Awaitable[None]]:
    """Confirm, and then send messages that hostkit could have written, as fast as possible."""
    envelope = Envelope("hostkit")

    async def behave(peer: Peer) -> None:
        await peer.confirm()
        payload = {"name": "names/Process.find", "key": ["a"]}
        for number in itertools.count(1):
            sent = Message("a1b2", None, number, 0.0, 0.0, "invalidation", payload)
            await peer.say(message(envelope.write(sent)))

    return behave


async def main(length: str) -> None:
    """Flood, as a process of its own."""
    behave = flooding(int(length)) if int(length) else flooding_well()
    async with serve(behave) as url:
        print(url, flush=True)  # noqa: T201
        await asyncio.sleep(60)


async def silent(peer: Peer) -> None:
    await peer.stay()


async def half(peer: Peer) -> None:
    await peer.greet()
    await peer.say(CONFIRMED[:12])
    await peer.stay()


async def drips(peer: Peer) -> None:
    """Answer just in time, again and again, but never what was asked."""
    while True:
        await peer.say(b"+OK\r\n")
        await asyncio.sleep(0.05)


async def garbage(peer: Peer) -> None:
    while True:
        await peer.say(b"\x00\xff\r\n" * 1000)


async def endless_line(peer: Peer) -> None:
    while True:
        await peer.say(b"+" * 60_000)


async def endless_string(peer: Peer) -> None:
    await peer.say(b"$99999999999\r\n")
    while True:
        await peer.say(b"x" * 60_000)


async def endless_list(peer: Peer) -> None:
    await peer.say(b"*2000000000\r\n")
    while True:
        await peer.say(b":1\r\n" * 10_000)


async def nested(peer: Peer) -> None:
    while True:
        await peer.say(b"*1\r\n" * 10_000)


async def other_answer(peer: Peer) -> None:
    await peer.greet()
    await peer.say(b"+OK\r\n")
    await peer.stay()


async def echo(peer: Peer) -> None:
    while True:
        await peer.say(await peer.hear())


async def closes(peer: Peer) -> None:
    await peer.hear()


def error(text: bytes) -> Callable[[Peer], Awaitable[None]]:
    """Answer everything with an error."""

    async def behave(peer: Peer) -> None:
        while True:
            said = await peer.hear()
            await peer.say(b"-" + text + b"\r\n" if said else b"")

    behave.__name__ = text.split()[0].decode().lower()
    return behave


ALL = [
    silent,
    half,
    drips,
    garbage,
    endless_line,
    endless_string,
    endless_list,
    nested,
    other_answer,
    echo,
    closes,
    error(b"LOADING Redis is loading the dataset in memory"),
    error(b"MOVED 3999 127.0.0.1:6381"),
    error(b"NOAUTH Authentication required."),
    error(b"READONLY You can't write against a read only replica."),
    error(b"ERR \x1b[31m" + b"x" * 50_000),
]

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
