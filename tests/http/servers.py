"""Servers on loopback, honest and hostile, for the HTTP client to ask."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import attrs

from hostkit import ModuleApi
from tests.web.certificates import make_certificate

Answering = Callable[["Heard", "Peer"], Awaitable[None]]


@attrs.frozen
class Heard:
    """A request as a server has read it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@attrs.define
class Peer:
    """The other end of a connection, and what is sent there."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def gone(self) -> None:
        """Wait until the client has closed the connection."""
        while await self.reader.read(65536):
            pass

    async def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send a whole answer."""
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join([*lines, "", ""]).encode() + body)

    async def send(self, data: bytes) -> None:
        """Send bytes."""
        self.writer.write(data)
        await self.writer.drain()

    def close(self) -> None:
        """Cut the connection off."""
        self.writer.close()


@attrs.define
class Server:
    """A server that is running.

    Attributes:
        url: Where it is.
        heard: What it was asked.
        connections: How many connections were made to it.
        closed: Set whenever a client has closed one.
    """

    url: str
    port: int
    heard: list[Heard] = attrs.field(factory=list)
    connections: int = 0
    closed: asyncio.Event = attrs.field(factory=asyncio.Event)


async def read_request(reader: asyncio.StreamReader) -> Heard:
    """Read a request with its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Heard(method, path, headers, body)


@contextmanager
def never_accepting() -> Iterator[int]:
    """Listen, and neither accept connections nor refuse them; give the port, on 127.0.0.1."""
    # A socket that accepts nothing is full after these; only then does the system stay silent.
    with ExitStack() as sockets:
        full, *others = [sockets.enter_context(socket.socket()) for _ in range(5)]
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for each in others:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        yield full.getsockname()[1]


@asynccontextmanager
async def serving(
    answering: Answering, *, tls: Path | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Server]:
    """Serve each request with a function; with TLS if there is a folder for its certificate."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        tasks.append(asyncio.current_task())
        try:
            while True:
                heard = await read_request(reader)
                server.heard.append(heard)
                await answering(heard, Peer(reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            server.closed.set()
            writer.close()

    context = None
    if tls is not None:
        key, certificate = make_certificate(tls)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
    tasks: list[Any] = []
    listening = await asyncio.start_server(connected, host, 0, ssl=context)
    port = listening.sockets[0].getsockname()[1]
    name = host if tls is None else "localhost"
    shown = f"[{name}]" if ":" in name else name
    server = Server(f"{'http' if tls is None else 'https'}://{shown}:{port}", port)
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def always(status: int, body: bytes = b"", **headers: str) -> Answering:
    """Answer everything alike."""

    async def answering(_: Heard, peer: Peer) -> None:
        await peer.answer(status, body, **headers)

    return answering


def in_turn(*answers: Answering) -> Answering:
    """Answer with one after the other, and then always with the last one."""
    rest = list(answers)

    async def answering(heard: Heard, peer: Peer) -> None:
        await (rest.pop(0) if len(rest) > 1 else rest[0])(heard, peer)

    return answering


async def cut(_: Heard, peer: Peer) -> None:
    """Cut the connection off without an answer."""
    peer.close()


async def silence(_: Heard, peer: Peer) -> None:
    """Answer nothing, ever."""
    await peer.gone()


class Asking:
    """A module that asks other servers when a test says so."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.api = api
        self.http = api.http_client
