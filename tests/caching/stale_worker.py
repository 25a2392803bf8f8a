"""A process that reads, writes and invalidates, and logs what it sees; see `test_nothing_stale`."""

from __future__ import annotations

import asyncio
import fcntl
import random
import struct
import sys
import time
from pathlib import Path
from typing import Any

from hostkit import Host, ModuleApi, cached
from hostkit.errors import InvalidationError
from hostkit.messages import Order, Senders

KEYS = 200
READS_AT_A_TIME = 10
_NUMBER = struct.Struct("<q")


class Versions:
    """A database: a file with a version for each key, which all processes share.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b", buffering=0)

    @staticmethod
    def create(path: Path) -> None:
        path.write_bytes(bytes(KEYS * _NUMBER.size))

    def read(self, key: int) -> int:
        self._file.seek(key * _NUMBER.size)
        version: int
        (version,) = _NUMBER.unpack(self._file.read(_NUMBER.size))
        return version

    def increase(self, key: int) -> int:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            version = self.read(key) + 1
            self._file.seek(key * _NUMBER.size)
            self._file.write(_NUMBER.pack(version))
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        return version


class Reader:
    """A module that reads versions through a cache."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.api = api
        self.versions = Versions(Path(config["database"]))
        api.register_cached_function(self.find)

    @cached()
    async def find(self, key: int) -> int:
        version = self.versions.read(key)
        await asyncio.sleep(random.choice((0, 0, 0.002)))
        return version


async def read(reader: Reader, log: Any) -> None:
    """Read for ever."""
    while True:
        for _ in range(READS_AT_A_TIME):
            key, began = random.randrange(KEYS), time.monotonic()
            log.write(f"read {began} {key} {await reader.find(key)}\n")
        await asyncio.sleep(0.03)


async def write(reader: Reader, log: Any) -> None:
    """Write for ever."""
    while True:
        key = random.randrange(KEYS)
        version = reader.versions.increase(key)
        try:
            await reader.api.invalidate_cache(reader.find, (key,))
        except InvalidationError:
            pass  # the others may have it until they are connected again
        else:
            log.write(f"acknowledged {time.monotonic()} {key} {version}\n")
        await asyncio.sleep(0.1)


def break_the_bus() -> None:
    """Lose some messages, and do not notice it."""
    judge = Senders.judge

    def careless(self: Senders, message: Any) -> Order:
        judge(self, message)
        return Order.REPEATED if random.random() < 0.1 else Order.NEXT

    Senders.judge = careless  # type: ignore[method-assign]


async def work(url: str, database: str, log: Any) -> None:
    """Work until the standard input ends."""
    module = {"module": Reader, "name": "reader", "config": {"database": database}}
    config = {"modules": [module], "hostkit": {"redis": {"url": url}}}
    async with Host.from_config(config, categories=[]) as host:
        reader: Reader = host.modules[0].instance
        tasks = [asyncio.create_task(each(reader, log)) for each in (read, write)]
        print("ready", flush=True)  # noqa: T201
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def main(url: str, database: str, path: str, how: str) -> None:
    """Run the process."""
    if how == "broken":
        break_the_bus()
    with Path(path).open("w", buffering=1) as log:  # a line at a time, as it may be killed
        asyncio.run(work(url, database, log))


if __name__ == "__main__":
    main(*sys.argv[1:])
