"""Characteristic behaviours: cached methods, and their invalidation in all processes."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from hostkit import Host, ModuleApi, cached
from hostkit.testing import run
from tests.dispatch.fakes import done
from tests.messages.servers import Place, place


class Lookup:
    """A module that asks a slow database."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: list[asyncio.Future[Any]] = []

    @cached()
    async def name_of(self, user: str) -> Any:
        self.asked.append(user)
        self.answers.append(asyncio.get_running_loop().create_future())
        return await self.answers[-1]

    async def two_calls(self) -> list[asyncio.Task[Any]]:
        """Begin two calls for one key."""
        calls = [asyncio.create_task(self.name_of("@ann:hs")) for _ in range(2)]
        await asyncio.sleep(0)
        return calls


async def test_h1_28_two_calls_at_the_same_time_are_one_computation() -> None:
    """Both get its result, and so do all later calls."""
    lookup = Lookup()
    calls = await lookup.two_calls()
    lookup.answers[0].set_result("Ann")
    assert await asyncio.gather(*calls) == ["Ann", "Ann"]
    assert await lookup.name_of("@ann:hs") == "Ann"
    assert lookup.asked == ["@ann:hs"]


async def test_h1_28_a_failure_reaches_both_and_is_not_cached() -> None:
    """The next call asks again."""
    lookup, error = Lookup(), KeyError("no database")
    calls = await lookup.two_calls()
    lookup.answers[0].set_exception(error)
    assert await asyncio.gather(*calls, return_exceptions=True) == [error, error]
    again = asyncio.create_task(lookup.name_of("@ann:hs"))
    await asyncio.sleep(0)
    lookup.answers[1].set_result("Ann")
    assert await again == "Ann"


@pytest.mark.parametrize("all_of_them", [False, True])
async def test_h1_28_what_is_invalidated_in_flight_is_kept_out_of_the_cache(
    all_of_them: bool,
) -> None:
    """Both get the old result, and a later call computes it anew."""
    lookup = Lookup()
    calls = await lookup.two_calls()
    if all_of_them:
        lookup.name_of.invalidate_all()
    else:
        lookup.name_of.invalidate(("@ann:hs",))
    new = asyncio.create_task(lookup.name_of("@ann:hs"))
    lookup.answers[0].set_result("old")
    assert await asyncio.gather(*calls) == ["old", "old"]
    lookup.answers[1].set_result("new")
    assert [await new, await lookup.name_of("@ann:hs")] == ["new", "new"]
    assert lookup.asked == ["@ann:hs"] * 2


__all__ = ["place"]


class Names:
    """A module that looks names up somewhere else."""

    source = "one"

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.api = api
        api.register_cached_function(self.name_of)

    @cached()
    async def name_of(self, user: str) -> str:
        return self.source


def host_of(url: str) -> tuple[Host, Names]:
    """Build a host with the module."""
    config = {
        "modules": [{"module": Names, "name": "names"}],
        "hostkit": {"redis": {"url": url}},
    }
    host = Host.from_config(config, categories=[]).build()
    return host, host.modules[0].instance


OTHER = """
import sys
from twisted.internet import reactor, stdio
from twisted.internet.defer import Deferred
from twisted.protocols.basic import LineReceiver
from tests.hookspecs.test_h1_caching import host_of


class Commands(LineReceiver):
    delimiter = b"\\n"

    def lineReceived(self, line):
        Deferred.fromCoroutine(self.answer(line.decode())).addErrback(self.fail)

    async def answer(self, line):
        global host, module
        if line == "start":
            host, module = host_of(sys.argv[1])
            await host.start()
        elif line == "stop":
            await host.stop()
            reactor.stop()
        elif line == "invalidate":
            await module.api.invalidate_cache(module.name_of, ("@ann:hs",))
        else:
            module.source = line
        name = await module.name_of("@ann:hs")
        self.sendLine(name.encode())

    def fail(self, failure):
        self.sendLine(failure.getTraceback().encode().replace(b"\\n", b" "))


stdio.StandardIO(Commands())
reactor.run()
"""


class Other:
    """A second process, on Twisted's own reactor, with the same module."""

    def __init__(self, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", OTHER, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, line: str) -> str:
        """Run a command; return the name it knows then."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def stop(self) -> None:
        self.say("stop")
        self._process.communicate(timeout=30)


async def test_h1_29_both_processes_compute_again(place: Place) -> None:
    """What one of them invalidates is dropped in both, whichever it is."""
    other = Other(place.url)
    try:
        host, module = host_of(place.url)
        async with host:
            assert [await module.name_of("@ann:hs"), other.say("start")] == ["one", "one"]
            module.source = "two"
            assert [await module.name_of("@ann:hs"), other.say("two")] == ["one", "one"]
            await module.api.invalidate_cache(module.name_of, ("@ann:hs",))
            assert await module.name_of("@ann:hs") == "two"
            while other.say("two") == "one":
                pass
            module.source = "three"
            assert other.say("three") == "two"
            assert other.say("invalidate") == "three"
            while await module.name_of("@ann:hs") == "two":
                await asyncio.sleep(0)
            assert await module.name_of("@ann:hs") == "three"
    finally:
        other.stop()


async def test_h1_29_an_unregistered_name_is_ignored(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """A process that does not have the module has nothing to drop, and nothing to say."""
    caplog.set_level(logging.WARNING)
    host, module = host_of(place.url)
    without = Host.from_config({"hostkit": {"redis": {"url": place.url}}}, categories=[])
    last, watcher = host_of(place.url)
    async with without, host, last:
        assert await watcher.name_of("@ann:hs") == "one"
        watcher.source = "two"
        await module.api.invalidate_cache(module.name_of, ("@ann:hs",))
        while await watcher.name_of("@ann:hs") == "one":
            await asyncio.sleep(0)
    assert [record for record in caplog.records if record.name.startswith("hostkit")] == []


@pytest.mark.parametrize("key", [(b"@ann:hs",), (frozenset(),), ("@ann:hs", 1)])
def test_h1_29_keys_that_cannot_be_serialised_are_refused(key: tuple[Any, ...]) -> None:
    """Here already and before anything is dropped, not only where there are several processes."""
    host, module = Host.from_config({"modules": [{"module": Names}]}, categories=[]), None
    host.build()
    module = host.modules[0].instance
    assert run(module.name_of("@ann:hs")) == "one"
    module.source = "two"
    assert isinstance(
        done(Deferred.fromCoroutine(module.api.invalidate_cache(module.name_of, key))), TypeError
    )
    assert run(module.name_of("@ann:hs")) == "one"


async def test_h1_29_numbers_are_keys_like_strings(place: Place) -> None:
    """Upstream only reaches strings elsewhere."""
    (one, near), (two, far) = host_of(place.url), host_of(place.url)
    async with one, two:
        key: Any = 7
        assert await far.name_of(key) == "one"
        far.source = "two"
        await near.api.invalidate_cache(near.name_of, (key,))
        while await far.name_of(key) == "one":
            await asyncio.sleep(0)
