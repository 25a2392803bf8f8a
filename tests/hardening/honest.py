"""Honest clients: they ask, wait for the answer and read it, and know which one is right."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs

from tests.hardening.served import HOST
from tests.hardening.shop import GREETING, NEWS

CLIENTS = 20
EVERY_SECONDS = 0.1
"""How often each of them asks."""
PATIENCE_SECONDS = 10
ADDRESS = "127.0.1.{}"
"""Where they come from: each from an address of its own, none of them an attacker's."""

_LENGTH = b"content-length: "


@attrs.frozen
class Question:
    """A request, and what its answer must have.

    Attributes:
        sent: The request.
        status: The status of the answer.
        body: What its body contains.
    """

    sent: bytes
    status: int
    body: bytes


def get(path: str, body: bytes) -> Question:
    """Make a question for a page."""
    return Question(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path.encode(), 200, body)


def ask(guest: str, status: int, body: bytes) -> Question:
    """Make a question for a decision."""
    content = b'{"guest": "%s", "door": "front"}' % guest.encode()
    head = (
        b"POST /_hostkit/hooks/doors/may_enter HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
    )
    return Question(head + content, status, body)


QUESTIONS = (
    get("/hello", GREETING),
    ask("ann", 200, b"{}"),
    get("/news", NEWS),
    ask("mallory", 403, b'"errcode": "no_entry"'),
)


@attrs.define
class Sample:
    """What came of their requests in some time.

    Attributes:
        seconds: How long each right answer took.
        lost: What happened to the other requests.
    """

    seconds: list[float] = attrs.Factory(list)
    lost: Counter[str] = attrs.Factory(Counter)

    def percentile(self, percent: float) -> float:
        """Give the time in which so many of the answers were there."""
        ordered = sorted(self.seconds)
        return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else math.inf


@attrs.define
class Honest:
    """Clients that ask all the time, most of them on connections that they keep.

    Attributes:
        port: Where they ask.
        sample: Where they note what comes of it.
    """

    port: int
    sample: Sample = attrs.Factory(Sample)

    async def measure(self, seconds: float) -> Sample:
        """Let them ask for some time; give what came of it."""
        self.sample = sample = Sample()
        await asyncio.sleep(seconds)
        return sample

    async def live(self, number: int, *, keeps: bool) -> None:
        """Be one of them.

        Args:
            number: Which one.
            keeps: Whether it keeps its connection, or has a new one for each request.
        """
        await asyncio.sleep(EVERY_SECONDS * number / CLIENTS)  # not all at once
        turn = number
        connection: Connection | None = None
        try:
            while True:
                turn += 1
                sample, started = self.sample, asyncio.get_running_loop().time()
                try:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        if connection is None:
                            connection = await Connection.open(self.port, number)
                        wrong = await connection.ask(QUESTIONS[turn % len(QUESTIONS)])
                except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                    wrong = type(error).__name__
                took = asyncio.get_running_loop().time() - started
                if wrong is None:
                    sample.seconds.append(took)
                else:
                    sample.lost[wrong] += 1
                if connection is not None and (wrong or not keeps or connection.is_over):
                    connection.close()
                    connection = None
                await asyncio.sleep(max(0.0, EVERY_SECONDS - took))
        finally:
            if connection is not None:
                connection.close()


@attrs.define
class Connection:
    """One connection of a client.

    Attributes:
        is_over: Whether the server has said that it ends it.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    is_over: bool = False

    @classmethod
    async def open(cls, port: int, number: int) -> Connection:
        """Connect from a client's own address."""
        local = (ADDRESS.format(number + 1), 0)
        return cls(*await asyncio.open_connection(HOST, port, local_addr=local))

    async def ask(self, question: Question) -> str | None:
        """Ask; say what is wrong with the answer."""
        self.writer.write(question.sent)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(_LENGTH)[2].partition(b"\r")[0])
        body = await self.reader.readexactly(length)
        self.is_over = b"connection: close" in head.lower()
        status = int(head[9:12])
        if status != question.status:
            return f"status {status}"
        return None if question.body in body else "a wrong answer"

    def close(self) -> None:
        """Hang up, whatever comes."""
        self.writer.transport.abort()


@asynccontextmanager
async def honest_clients(port: int, fresh: int = 4) -> AsyncIterator[Honest]:
    """Have twenty honest clients while the block runs.

    Args:
        port: Where they ask.
        fresh: How many of them connect anew for each request.
    """
    honest = Honest(port)
    tasks = [
        asyncio.create_task(honest.live(number, keeps=number >= fresh)) for number in range(CLIENTS)
    ]
    try:
        yield honest
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert [end for end in ends if not isinstance(end, asyncio.CancelledError)] == []
