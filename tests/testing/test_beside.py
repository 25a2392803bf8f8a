"""Other plugins for async tests, each in a process of its own; and what stands in for one here."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.testing import Clock as HostClock
from hostkit.testing import Recorder, assert_denied, build_host, run, watch_leaks

from .projects import HEAD
from .shop import Comments, Slow, Words

HOOK = "comments.check_comment"
BESIDE = """
import asyncio
HOOK = "comments.check_comment"

async def check(host, client):
    assert_denied(await host.ask(HOOK, "casino"), by=Words)
    assert (await client.get("/")).status == 404
    assert_asked("check_comment", modules=[Words])
"""
OURS = """
async def test_ours(hostkit_host, hostkit_client):
    host = hostkit_host([Words], categories=[Comments])
    await check(host, hostkit_client(host))

async def test_ours_leaks(hostkit_host):
    await build_host([Words], categories=[Comments]).start()
"""
AIO = """
import pytest_asyncio

@pytest_asyncio.fixture
async def started(hostkit_host):
    host = hostkit_host([Words], categories=[Comments])
    await host.start()
    yield host
    await host.stop()

@pytest.mark.asyncio
async def test_theirs(started, hostkit_client, hostkit_clock):
    await check(started, hostkit_client(started))
    await hostkit_clock.advance(3)

@pytest.mark.asyncio
async def test_theirs_is_closed(hostkit_host):
    await hostkit_host([Words], categories=[Comments]).start()

@pytest.mark.asyncio
async def test_theirs_leaks(hostkit_host):
    await build_host([Words], categories=[Comments]).start()
"""
TWISTED = """
import pytest_twisted
from twisted.internet import defer
from twisted.internet.threads import deferToThread

@pytest.fixture
def early():
    return run(defer.succeed("before the reactor runs"))

@pytest_twisted.ensureDeferred
async def test_theirs(early, hostkit_host, hostkit_client, hostkit_clock):
    host = hostkit_host([Words], categories=[Comments])
    await check(host, hostkit_client(host))
    assert (await hostkit_client(host, serve=True).get("/")).status == 404
    assert await deferToThread(lambda: 1) == 1
    await hostkit_clock.advance(3)

@pytest_twisted.inlineCallbacks
def test_theirs_is_closed(hostkit_host):
    host = hostkit_host([Words], categories=[Comments])
    yield defer.ensureDeferred(host.start())

@pytest_twisted.ensureDeferred
async def test_theirs_leaks(hostkit_host):
    from twisted.internet import reactor
    reactor.callLater(99, print)
"""


def run_beside(
    project: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    plugin: str,
    tests: str,
    *options: str,
) -> pytest.RunResult:
    """Run tests beside another plugin, if that is installed."""
    if importlib.util.find_spec(plugin.partition(".")[0]) is None:
        pytest.skip(f"{plugin} is not installed")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    project.makeini("[pytest]\nfilterwarnings = error\n")
    project.makepyfile(test_beside=HEAD + BESIDE + tests + OURS)
    return project.runpytest_subprocess("-p", plugin, "-p", "hostkit.testing.plugin", *options)


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_pytest_asyncio(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """Tests of both kinds; each leak is found, and nothing else."""
    options = ("-o", f"asyncio_mode={mode}", "-o", "asyncio_default_fixture_loop_scope=function")
    result = run_beside(project, monkeypatch, "pytest_asyncio.plugin", AIO, *options)
    result.assert_outcomes(passed=5, errors=2)
    result.stdout.fnmatch_lines(["ERROR *::test_theirs_leaks *", "ERROR *::test_ours_leaks *"])


@pytest.mark.parametrize("reactor", ["default", "asyncio"])
def test_pytest_twisted(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, reactor: str
) -> None:
    """It runs all tests on its reactor, and waits for it between them."""
    option = f"--reactor={reactor}"
    result = run_beside(project, monkeypatch, "pytest_twisted", TWISTED, option)
    result.assert_outcomes(passed=5, errors=2)
    result.stdout.fnmatch_lines(["ERROR *::test_theirs_leaks *", "ERROR *::test_ours_leaks *"])


class Greenlet:
    """The reactor of pytest-twisted, which turns while a test waits."""

    running = True

    def __init__(self) -> None:
        self.clock = Clock()
        self.callLater = self.clock.callLater
        self.getDelayedCalls = self.clock.getDelayedCalls

    def blockon(self, waiting: Deferred[Any]) -> Any:
        results: list[Any] = []
        waiting.addBoth(results.append)
        while not results:
            self.clock.advance(0.25)
        (result,) = results
        return result.raiseException() if hasattr(result, "raiseException") else result


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Greenlet:
    """Have tests run beside the reactor of pytest-twisted."""
    greenlet = Greenlet()
    main: Any = SimpleNamespace(parent=None)
    fakes: dict[str, Any] = {
        "twisted.internet.reactor": greenlet,
        "pytest_twisted": greenlet,
        "greenlet": SimpleNamespace(getcurrent=lambda: main),
    }
    for name, fake in fakes.items():
        monkeypatch.setitem(sys.modules, name, fake)
    monkeypatch.setattr("twisted.internet.reactor", greenlet, raising=False)
    return greenlet


@pytest.mark.parametrize("make", [lambda call: call, lambda call: lambda: call])
def test_a_plain_test_waits_for_the_reactor(beside: Greenlet, make: Callable[[Any], Any]) -> None:
    """With what is awaited, or a function that returns it."""
    waiting: Deferred[str] = Deferred()
    beside.callLater(3, waiting.callback, "done")
    assert run(make(waiting)) == "done"
    assert beside.getDelayedCalls() == []


def test_a_plain_test_does_not_wait_for_ever(beside: Greenlet) -> None:
    """What it waits for is cancelled; a cancellation of its own is not a time-out."""
    with pytest.raises(TimeoutError, match="not done after 2 s"):
        run(Deferred(), timeout=2)
    cancelled: Deferred[None] = Deferred()
    beside.callLater(1, cancelled.cancel)
    with pytest.raises(CancelledError):
        run(cancelled)


def test_hosts_and_clocks_go_on_beside_it(beside: Greenlet) -> None:
    """What is due happens before a test is found to have left it."""
    clock = HostClock()
    recorder = Recorder(Comments)
    with watch_leaks() as leaks:
        slow = {"module": Slow, "config": clock, "name": "slow", "timeout": "2s"}
        host = build_host([recorder, Words, slow], categories=[Comments], clock=clock)
        assert_denied(host.ask(HOOK, "ann", "casino"), by=Words)
        run(host.start())
        clock.advance(1)
        beside.callLater(0, print)
    assert [leak.kind for leak in leaks] == ["hosts"]
    assert recorder.steps == ["start", "stop"]


def test_the_reactor_itself_waits_for_nothing(beside: Greenlet) -> None:
    """Where it runs, and with it an event loop, a call is to be awaited."""
    sys.modules["greenlet"].getcurrent().parent = beside

    async def main() -> None:
        host = build_host([Words], categories=[Comments])
        with pytest.raises(TypeError, match="await the call here"):
            assert_denied(host.ask(HOOK, "ann", "casino"))

    asyncio.run(main())
