"""A host is used on the thread whose event loop it was started on, while that runs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from hostkit.errors import HostkitError
from hostkit.host import Host
from hostkit.rules import ALLOW

from .conftest import Comments, Names, Words, make_host


class Titles:
    def __init__(self, config: object, api: Any) -> None:
        api.register_names_callbacks(list_titles=lambda user: user)


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Set the time in which calls are measured."""
    time = Time()
    monkeypatch.setattr("hostkit.dispatch._sampling.time", time)
    return time


def measured(host: Host) -> int:
    """Count the calls that were measured."""
    return sum(timing.count for timing in host.timings)


def elsewhere(function: Callable[[], Any]) -> Any:
    """Run a function on another thread, and return its result, or what it raised."""
    results: list[Any] = []

    def work() -> None:
        try:
            results.append(function())
        except Exception as error:  # noqa: BLE001
            results.append(error)

    thread = threading.Thread(target=work, name="worker")
    thread.start()
    thread.join()
    return results[0]


def two_modules() -> Host:
    """Make a host, to be used on the loop of a test."""
    return make_host({"module": Words}, {"module": Titles})


async def in_thread(function: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(elsewhere, function)


USES: dict[str, Callable[[Host], Any]] = {
    "hook": lambda host: asyncio.run(host.hooks[Comments].check_comment("ann", "hi")),
    "sync hook": lambda host: host.hooks[Names].list_titles("ann"),
    "ask": lambda host: asyncio.run(host.ask(host.hooks[Comments].check_comment, "ann", "hi")),
    "explain": lambda host: asyncio.run(host.explain("comments.check_comment", "ann", "hi")),
    "reload": lambda host: asyncio.run(host.reload({})),
    "stop": lambda host: asyncio.run(host.stop()),
}


@pytest.mark.parametrize("use", USES)
async def test_another_thread_is_refused(use: str) -> None:
    """The error names the thread, and the call that is right there; nothing has changed."""
    async with two_modules() as host:
        error = await in_thread(lambda: USES[use](host))
        assert isinstance(error, HostkitError), error
        assert "'worker' is another one" in str(error)
        assert "asyncio.run_coroutine_threadsafe(coroutine, loop).result()" in str(error)
        assert host.is_running
        assert len(host.modules) == 2


async def test_another_thread_is_refused_where_all_calls_are_measured() -> None:
    """With `timing: exact`, each call counts, and none is lost."""
    settings = {"modules": [{"module": Words}], "hostkit": {"timing": "exact"}}
    async with Host.from_config(settings, categories=[Comments]) as host:
        hook = host.hooks[Comments].check_comment
        error = await in_thread(lambda: asyncio.run(hook("ann", "hi")))
        assert isinstance(error, HostkitError)
        for _ in range(3):
            assert await hook("ann", "hi") is ALLOW
        assert measured(host) == 3


@pytest.mark.parametrize("use", ["hook", "ask", "explain"])
async def test_the_call_of_the_message_is_right(use: str) -> None:
    """From another thread, a coroutine is run on the loop of the host."""
    async with two_modules() as host:
        loop = asyncio.get_running_loop()
        hook = host.hooks[Comments].check_comment
        calls: dict[str, Callable[[], Any]] = {
            "hook": lambda: hook("ann", "hi"),
            "ask": lambda: host.ask(hook, "ann", "hi"),
            "explain": lambda: host.explain(hook, "ann", "hi"),
        }
        make = calls[use]
        result = await in_thread(
            lambda: asyncio.run_coroutine_threadsafe(make(), loop).result(timeout=60)
        )
        assert getattr(result, "outcome", result) in (ALLOW, "allow")


async def test_once_one_was_refused_all_others_are(time: Time) -> None:
    """Not only those that would be measured; the host's own calls go on, measured as before."""
    async with two_modules() as host:
        hook = host.hooks[Comments].check_comment
        refused = []
        for seconds in (0, 0, 0.2, 30, 0, 61):
            time.now += seconds
            answer = await in_thread(lambda: asyncio.run(hook("a", "b")))
            refused.append(isinstance(answer, HostkitError))
            assert await hook("a", "b") is ALLOW
        assert measured(host) == 4
        assert refused == [True] * 6


async def test_what_is_not_looked_at_is_not_refused(time: Time) -> None:
    """In an interval after a measured call, calls cost nothing more: they are not looked at."""
    async with two_modules() as host:
        hook = host.hooks[Comments].check_comment
        await hook("a", "b")
        assert [await in_thread(lambda: asyncio.run(hook("a", "b")))] == [ALLOW]


async def test_suspicion_ends(time: Time) -> None:
    """After a minute without calls from other threads, calls are as quick as before."""
    async with two_modules() as host:
        hook = host.hooks[Comments].check_comment
        await in_thread(lambda: asyncio.run(hook("a", "b")))
        namespace = host.chains["comments.check_comment"].parts[0]._namespace
        await hook("a", "b")
        assert namespace["_armed"]
        time.now += 61
        await hook("a", "b")
        assert not namespace["_armed"]


def test_other_loops_may_follow_one_that_has_ended(time: Time) -> None:
    """On any thread, calls are answered and measured as before, once in each interval."""
    host = make_host({"module": Words})
    asyncio.run(host.start())
    counts = []
    for seconds in (0, 0, 0.05, 0.06, 0, 1):
        time.now += seconds
        for run in (lambda work: work(), elsewhere):
            call = run(lambda: asyncio.run(host.hooks[Comments].check_comment("ann", "hi")))
            assert call is ALLOW
        counts.append(measured(host))
    assert counts == [1, 1, 1, 2, 2, 3]
    asyncio.run(host.stop())


def test_a_loop_may_end_within_an_interval(time: Time) -> None:
    """What it was to do at the end of the interval is done by the next one that calls."""
    host = make_host({"module": Words})

    async def begin() -> None:
        await host.start()
        await host.hooks[Comments].check_comment("ann", "hi")

    asyncio.run(begin())
    time.now += 1
    asyncio.run(host.hooks[Comments].check_comment("ann", "hi"))
    assert measured(host) == 2


def test_synchronous_hooks_are_measured_where_no_loop_runs(time: Time) -> None:
    """There is no clock then, so each call is looked at."""
    host = make_host({"module": Titles})
    asyncio.run(host.start())
    counts = []
    for seconds in (0, 0, 0.2, 0.2):
        time.now += seconds
        host.hooks[Names].list_titles("ann")
        counts.append(measured(host))
    assert counts == [1, 1, 2, 3]


def test_a_reload_may_be_in_another_loop(time: Time) -> None:
    """If that of the start has ended; and the new modules are measured."""
    host = make_host({"module": Words})
    asyncio.run(host.start())
    asyncio.run(host.reload({"modules": [{"module": Words, "name": "new"}]}))
    asyncio.run(host.hooks[Comments].check_comment("ann", "hi"))
    assert [(timing.module, timing.count) for timing in host.timings] == [("new", 1)]


TWISTED = """
import asyncio
from twisted.internet import reactor, threads
from hostkit import ALLOW, Host, HostkitError, start_entry
from tests.host.conftest import Comments, Words, make_host

host = make_host({"module": Words})

def work():
    hook = host.hooks[Comments].check_comment
    try:
        hook("ann", "hi").send(None)
    except HostkitError as error:
        print(error)
    print(threads.blockingCallFromThread(reactor, start_entry, hook("ann", "hi")))

async def main():
    async with host:
        await threads.deferToThread(work)

reactor.callWhenRunning(lambda: start_entry(main()).addBoth(lambda _: reactor.stop()))
reactor.run()
"""


def test_another_thread_than_the_reactors_is_refused() -> None:
    """The message has the call for Twisted, which is right."""
    done = subprocess.run(
        [sys.executable, "-c", TWISTED], capture_output=True, text=True, check=True, timeout=60
    )
    message, result = done.stdout.splitlines()
    assert "threads.blockingCallFromThread(reactor, hostkit.start_entry, coroutine)" in message
    assert (result, done.stderr) == ("ALLOW", "")
