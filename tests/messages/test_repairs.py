"""How soon every process is right after something was repaired, with a real server."""

from __future__ import annotations

import asyncio
import resource
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self

import pytest

from hostkit import cached
from hostkit.caching import Invalidations
from hostkit.errors import InvalidationError
from hostkit.messages import LONGEST_BYTES, Messages, RedisChannel
from tests.dispatch.fakes import run

from . import slow_process
from .servers import Place, place

__all__ = ["place"]

RIGHT_WITHIN_SECONDS = 2.0

LONGEST_TICK_SECONDS = 0.5
"""Generous, since tests share the machine; undisturbed it is some milliseconds."""


class Ticks:
    """Measures how long an event loop is busy at most."""

    async def __aenter__(self) -> Self:
        self.longest: float = 0.0
        self._task = asyncio.create_task(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _tick(self) -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.001)
            now = time.monotonic()
            self.longest, last = max(self.longest, now - last), now


class Process:
    """A process of a host: looks up what is in a database, which all share.

    Args:
        url: The server.
        database: The database.
    """

    def __init__(self, url: str, database: dict[str, int]) -> None:
        self._database = database
        self.messages = Messages(RedisChannel(url))
        self.invalidations = Invalidations(self.messages)
        self.invalidations.add("names", self.find)

    @cached()
    async def find(self, name: str) -> int:
        return self._database[name]

    async def write(self, name: str) -> None:
        """Change the database, and do not care whether the others could be notified."""
        self._database[name] += 1
        with suppress(InvalidationError):
            await self.invalidations.invalidate("names", self.find, (name,))

    async def is_right(self) -> bool:
        return {name: await self.find(name) for name in self._database} == self._database


@asynccontextmanager
async def processes(url: str, count: int) -> AsyncIterator[list[Process]]:
    database = dict.fromkeys("abc", 0)
    made = [Process(url, database) for _ in range(count)]
    await asyncio.gather(*(each.messages.open() for each in made))
    yield made
    await asyncio.gather(*(each.messages.close() for each in made))


async def seconds_until_right(made: list[Process]) -> float:
    began = time.monotonic()
    while not all([await each.is_right() for each in made]):
        await asyncio.sleep(0.005)
    return time.monotonic() - began


async def lose_and_repair(place: Place, count: int, seconds: float) -> float:
    """Change the data while the server is away; say how long some are wrong after its return."""
    async with processes(place.url, count) as made:
        assert await seconds_until_right(made) < RIGHT_WITHIN_SECONDS
        place.stop()
        await asyncio.gather(*(each.write("a") for each in made[:2]))
        assert not all([await each.is_right() for each in made])
        await asyncio.sleep(seconds)
        await asyncio.to_thread(place.start)
        return await seconds_until_right(made)


def test_all_are_right_soon_after_an_outage(place: Place) -> None:
    """What was written meanwhile could not be sent, and is not sent later."""
    assert run(lose_and_repair(place, 5, 0.5)) < RIGHT_WITHIN_SECONDS


@pytest.mark.hardening
@pytest.mark.parametrize("seconds", [3, 8])
def test_many_are_right_soon_after_a_long_outage(place: Place, seconds: float) -> None:
    """The pauses between attempts do not grow beyond a second, however long it takes."""
    assert run(lose_and_repair(place, 30, seconds)) < RIGHT_WITHIN_SECONDS


async def test_a_sender_that_could_not_publish_makes_the_others_catch_up(place: Place) -> None:
    """Although no connection was lost, and nothing else is ever sent."""
    async with processes(place.url, 2) as made:
        assert await seconds_until_right(made) < RIGHT_WITHIN_SECONDS
        with place.client() as client:
            client.execute_command("ACL", "SETUSER", "default", "-publish")
            await made[0].write("a")
            assert not await made[1].is_right()
            client.execute_command("ACL", "SETUSER", "default", "+publish")
        assert await seconds_until_right(made) < RIGHT_WITHIN_SECONDS
        assert made[1].messages.counts.connections == 1


async def storm(place: Place, seconds: float, count: int) -> None:
    async with processes(place.url, count) as made:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await asyncio.to_thread(place.kill_clients)
            await asyncio.gather(*(each.write("a") for each in made))
        assert await seconds_until_right(made) < RIGHT_WITHIN_SECONDS
    assert min(each.messages.counts.connections for each in made) > 1


def test_a_storm_of_kills(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """All are right when it is over, and the log is not full of it."""
    run(storm(place, 1, 3))
    assert len([each for each in caplog.records if each.name == "hostkit.messages"]) < 100


@pytest.mark.hardening
def test_a_long_storm_of_kills(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """With more processes."""
    run(storm(place, 15, 10))
    assert len([each for each in caplog.records if each.name == "hostkit.messages"]) < 400


@pytest.mark.hardening
def test_a_process_that_is_too_slow(place: Place, tmp_path: Path) -> None:
    """The server gives up on it; when it goes on, it is right, as after any other loss."""
    path = tmp_path / "name"
    path.write_text("one")
    with place.client() as client:
        client.config_set("client-output-buffer-limit", "pubsub 1mb 0 0")
    command = [sys.executable, slow_process.__file__, place.url, str(path)]
    slow = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert slow.stdin is not None
    assert slow.stdout is not None

    def ask() -> list[str]:
        print(file=slow.stdin, flush=True)
        return slow.stdout.readline().split()  # type: ignore[union-attr]

    async def flood() -> None:
        messages = Messages(RedisChannel(place.url))
        await messages.open()
        for _ in range(1000):
            await messages.send("else", "x" * 20_000)
        await messages.close()

    try:
        assert ask() == ["one", "1"]
        slow.send_signal(signal.SIGSTOP)
        path.write_text("two")
        run(flood())
        slow.send_signal(signal.SIGCONT)
        began = time.monotonic()
        while ask() != ["two", "2"]:
            time.sleep(0.01)
        assert time.monotonic() - began < RIGHT_WITHIN_SECONDS
    finally:
        slow.kill()
        slow.communicate()


FLOODS = [0, 1024, LONGEST_BYTES, 10_000_000]
"""The lengths of the messages in bytes; 0: they are valid, each in its turn."""


async def endure(length: int, seconds: float) -> tuple[float, float]:
    """Be flooded by a server in a process of its own.

    Returns:
        How long the event loop was busy at a time, in seconds, and how much memory it took, in MB.
    """
    command = [sys.executable, "-m", "tests.messages.hostile", str(length)]
    flood = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert flood.stdout is not None
    try:
        url = (await flood.stdout.readline()).decode().strip()
        process = Process(url, {"a": 0})
        await process.messages.open()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        async with Ticks() as ticks:
            await asyncio.sleep(seconds)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        await process.messages.close()
        assert process.messages.counts.connections == 1
        return ticks.longest, (after - before) / 1024
    finally:
        flood.kill()
        await flood.communicate()


def endured(length: int, seconds: float) -> bool:
    """Whether the event loop stays quick, and the memory bounded."""
    longest, megabytes = run(endure(length, seconds))
    assert megabytes < 100
    return bool(longest < LONGEST_TICK_SECONDS)


@pytest.mark.parametrize("length", FLOODS)
def test_a_flood_delays_nothing(length: int) -> None:
    """Once in three times, as other tests run at the same time."""
    assert any(endured(length, 0.5) for _ in range(3))


@pytest.mark.hardening
@pytest.mark.parametrize("length", FLOODS)
def test_a_long_flood_delays_nothing(length: int) -> None:
    """Nor does more and more wait."""
    assert endured(length, 10)
