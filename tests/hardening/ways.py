"""Every way into a server, and clients that come in by all of them, all the time."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import attrs

from tests.hardening.honest import QUESTIONS, Connection, Question, get
from tests.hardening.served import HOST, TOKEN

PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 30
SLOW = get("/slow", b"at last")
FEW = 5
"""After how many requests a client of one kind connects anew."""


@attrs.frozen
class Way:
    """One listener, as its clients see it.

    Attributes:
        name: What it is called.
        place: A port, or the path of a UNIX socket.
        context: What a client of TLS trusts.
        is_kept: Whether its socket stays open while no process serves it.
    """

    name: str
    place: int | Path
    context: ssl.SSLContext | None = None
    is_kept: bool = False

    async def connect(self) -> Connection:
        """Connect once.

        Raises:
            OSError: That is refused.
        """
        if isinstance(self.place, int):
            host = None if self.context is None else "localhost"
            streams = await asyncio.open_connection(
                HOST, self.place, ssl=self.context, server_hostname=host
            )
        else:
            streams = await asyncio.open_unix_connection(self.place)
        return Connection(*streams)


@attrs.define
class Crowd:
    """Clients that ask all the time.

    Attributes:
        waits: Whether they try again if they cannot connect where no process keeps the socket:
            then nothing is lost, as nothing was sent.
        answered: How many requests had the right answer, by the name of the way.
        lost: What happened to the others.
        refused: How often a connection was refused, and tried again.
    """

    waits: bool = False
    answered: Counter[str] = attrs.Factory(Counter)
    lost: Counter[str] = attrs.Factory(Counter)
    refused: int = 0
    _is_over: bool = False

    async def live(self, way: Way, questions: tuple[Question, ...], most: int) -> None:
        """Ask until it is over.

        Args:
            way: Where.
            questions: What is asked, in turn.
            most: After how many requests to connect anew.
        """
        connection: Connection | None = None
        asked = turn = 0
        while not self._is_over:
            turn += 1
            if connection is None:
                asked, connection = 0, await self._connect(way)
                if connection is None:
                    continue
            asked += 1
            wrong = await _ask(connection, questions[turn % len(questions)])
            if wrong is None:
                self.answered[way.name] += 1
            else:
                self.lost[f"{way.name}: {wrong}"] += 1
            if wrong or asked >= most or connection.is_over:
                connection.close()
                connection = None
            await asyncio.sleep(PAUSE_SECONDS)
        if connection is not None:
            connection.close()

    async def _connect(self, way: Way) -> Connection | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await way.connect()
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            if self.waits and not way.is_kept:
                self.refused += 1
            elif not self._is_over:
                self.lost[f"{way.name}: not connected, {type(error).__name__}"] += 1
            await asyncio.sleep(PAUSE_SECONDS)
            return None

    def end(self) -> None:
        """Let each of them have its last answer."""
        self._is_over = True


async def _ask(connection: Connection, question: Question) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await connection.ask(question)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        return type(error).__name__


def with_token(question: Question) -> Question:
    """Add what the listeners ask for."""
    head = b"Host: localhost\r\n"
    more = b"Authorization: Bearer %s\r\n" % TOKEN.encode()
    return attrs.evolve(question, sent=question.sent.replace(head, head + more))


@contextlib.asynccontextmanager
async def crowd(ways: tuple[Way, ...], *, waits: bool = False) -> AsyncIterator[Crowd]:
    """Have four clients at each way while the block runs, and until their last answers."""
    clients = Crowd(waits)
    many = tuple(map(with_token, QUESTIONS))
    slow = (with_token(SLOW),)
    async with asyncio.TaskGroup() as tasks:
        for way in ways:
            for questions, most in ((many, 10**9), (many, FEW), (many, 1), (slow, FEW)):
                tasks.create_task(clients.live(way, questions, most))
        try:
            yield clients
        finally:
            clients.end()


def free_port() -> int:
    """Find a port that is free."""
    with socket.socket() as finder:
        finder.bind((HOST, 0))
        port: int = finder.getsockname()[1]
        return port
