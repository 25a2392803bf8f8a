"""Clients that ask a server all the time, and count the answers that they do not get."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Iterator

import attrs

_REQUEST = b"GET /hi HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@attrs.define
class Load:
    """What clients have seen.

    Attributes:
        answers: How often there was each answer: its words without the number of the process.
        lost: How many requests got no answer, by the process that had the connection; 0: not known.
        refused: How many connections were refused.
        times: When each answer was first and last asked for.
        changed: Is notified of each answer.
    """

    answers: Counter[str] = attrs.field(factory=Counter)
    lost: Counter[int] = attrs.field(factory=Counter)
    refused: int = 0
    times: dict[str, list[float]] = attrs.field(factory=dict)
    changed: threading.Condition = attrs.field(factory=threading.Condition)

    @property
    def count(self) -> int:
        return sum(self.answers.values())

    def mixed_seconds(self, old: str, new: str) -> float:
        """How long there were answers of two kinds: from the first new one to the last old one."""
        return max(0.0, self.times[old][1] - self.times[new][0])

    def note(self, answer: str, at: float) -> None:
        with self.changed:
            self.answers[answer] += 1
            self.times.setdefault(answer, [at, at])[1] = at
            self.changed.notify_all()

    def go_on(self, count: int = 50) -> None:
        """Wait for so many more answers."""
        with self.changed:
            until = self.count + count
            self.changed.wait_for(lambda: self.count >= until)


class Client:
    """One client, on one connection after the other."""

    def __init__(self, port: int, load: Load, *, keeps: bool) -> None:
        self._port = port
        self._load = load
        self._keeps = keeps
        self._number = 0

    async def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._number = 0
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                self._load.refused += 1
                continue
            try:
                while not stop.is_set() and await self._ask(reader, writer):
                    pass
            except (OSError, asyncio.IncompleteReadError):
                self._load.lost[self._number] += 1
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(_REQUEST)
        began = asyncio.get_running_loop().time()
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r")[0])
        words, _, number = (await reader.readexactly(length)).decode().rpartition(" ")
        self._number = int(number)
        self._load.note(words, began)
        return self._keeps and b"connection: close" not in head


@contextlib.contextmanager
def loaded(port: int, keeping: int = 4, others: int = 4) -> Iterator[Load]:
    """Ask a server all the time, in a thread.

    Some clients keep their connections, as a proxy does; the others take one for each request.
    """
    load, stop = Load(), threading.Event()
    clients = [Client(port, load, keeps=True) for _ in range(keeping)]
    clients += [Client(port, load, keeps=False) for _ in range(others)]

    async def run() -> None:
        await asyncio.gather(*(client.run(stop) for client in clients))

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        load.go_on()
        yield load
        load.go_on()
    finally:
        stop.set()
        thread.join()
