"""`Host.stop` while `Host.start` is still going on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.api import ModuleApi
from hostkit.errors import HostkitError
from hostkit.host import Host
from hostkit.loops import Interruptible
from tests.dispatch.fakes import begin, done

from .conftest import Three, fire

STOPPED = "stopped while it was starting"


def test_a_start_is_cancelled_and_undone(three: Three) -> None:
    """What was started is stopped again; the caller gets an error, no cancellation."""
    waiting: Deferred[None] = Deferred()
    three.actions |= {"start b": lambda: waiting}
    starting = begin(three.host.start())
    assert not three.host.is_running
    fire(three.host.stop())
    error = done(starting)
    assert isinstance(error, HostkitError)
    assert STOPPED in str(error)
    assert isinstance(error.__cause__, CancelledError)
    assert three.log[-1] == "stop a"
    assert not three.host.is_running


def test_a_stop_waits_until_what_was_started_is_stopped(three: Three) -> None:
    """Two of them wait for the same."""
    waits: dict[str, Deferred[None]] = {"start b": Deferred(), "stop a": Deferred()}
    three.actions |= {step: partial(waits.get, step) for step in waits}
    starting = begin(three.host.start())
    stopping = begin(three.host.stop())
    assert (starting.called, stopping.called) == (False, False)
    waits["stop a"].callback(None)
    assert isinstance(done(starting), HostkitError)
    assert stopping.called


def test_a_host_that_was_interrupted_can_be_started_again(three: Three) -> None:
    """Nothing is left of the first try."""
    three.actions |= {"start b": Deferred}
    failing = begin(three.host.start())
    fire(three.host.stop())
    assert isinstance(done(failing), HostkitError)
    three.actions.clear()
    fire(three.host.start())
    assert three.host.is_running
    fire(three.host.stop())


def test_a_module_may_keep_its_cancellation_to_itself(three: Three) -> None:
    """Then all modules are started, and stopped again; the start has failed all the same."""

    async def stubborn() -> None:
        with pytest.raises(CancelledError):
            await Deferred()

    three.actions |= {"start b": stubborn}
    starting = begin(three.host.start())
    fire(three.host.stop())
    assert STOPPED in str(done(starting))
    assert three.log[-3:] == ["stop c", "stop b", "stop a"]


def test_a_failing_start_is_reported_as_such(three: Three) -> None:
    """Being interrupted does not hide what a module has to say."""

    async def fail() -> None:
        try:
            await Deferred()
        except CancelledError:
            raise RuntimeError("no database") from None

    three.actions |= {"start b": fail}
    starting = begin(three.host.start())
    fire(three.host.stop())
    assert "no database" in str(done(starting))


def test_a_cancelled_start_is_a_cancelled_start(three: Three) -> None:
    """Cancelling the caller of `start` raises what it raises in every coroutine."""
    three.actions |= {"start b": Deferred}
    starting = begin(three.host.start())
    starting.cancel()
    assert isinstance(done(starting), CancelledError)
    assert three.log[-1] == "stop a"


class Starting:
    """A module whose config is what its start does."""

    def __init__(self, config: dict[str, Callable[[], Awaitable[None]]], api: ModuleApi) -> None:
        self._start = config["start"]

    async def start(self) -> None:
        await self._start()


def make_host(start: Callable[[], Awaitable[None]]) -> Host:
    """Make a host of one module."""
    config = {"modules": [{"module": Starting, "config": {"start": start}}]}
    return Host.from_config(config, categories=[])


@pytest.mark.parametrize(
    "start",
    [
        lambda: asyncio.sleep(1000),
        lambda: asyncio.get_running_loop().create_future(),
        lambda: asyncio.gather(asyncio.sleep(1000), asyncio.sleep(2000)),
        lambda: asyncio.wait_for(asyncio.sleep(1000), 2000),
    ],
)
async def test_a_start_under_asyncio_is_cancelled_as_well(
    start: Callable[[], Awaitable[None]],
) -> None:
    """Whatever the module waits for; the task that started the host is not cancelled."""
    host = make_host(start)
    starting = asyncio.create_task(host.start())
    await asyncio.sleep(0)
    await host.stop()
    with pytest.raises(HostkitError, match=STOPPED) as caught:
        await starting
    assert isinstance(caught.value.__cause__, asyncio.CancelledError)
    assert not starting.cancelled()


async def test_a_start_that_is_about_to_go_on_is_cancelled_there() -> None:
    """What the module waited for has happened, but the module was not resumed yet."""
    went_on = False
    future = asyncio.get_running_loop().create_future()

    async def start() -> None:
        nonlocal went_on
        await future
        went_on = True

    host = make_host(start)
    starting = asyncio.create_task(host.start())
    await asyncio.sleep(0)
    future.set_result(None)
    await host.stop()
    with pytest.raises(HostkitError, match=STOPPED):
        await starting
    assert not went_on


async def test_a_module_may_keep_that_to_itself_as_well() -> None:
    """The host is stopped after the start, which has failed all the same."""
    future = asyncio.get_running_loop().create_future()

    async def start() -> None:
        with pytest.raises(asyncio.CancelledError):
            await future

    host = make_host(start)
    starting = asyncio.create_task(host.start())
    await asyncio.sleep(0)
    future.set_result(None)
    await host.stop()
    assert not host.is_running
    with pytest.raises(HostkitError, match=STOPPED):
        await starting


async def test_a_module_may_stop_the_host_that_starts_it() -> None:
    """It goes on until it waits for something."""
    steps: list[str] = []

    async def start() -> None:
        await host.stop()
        steps.append("stopped")
        await asyncio.sleep(0)
        steps.append("went on")

    host = make_host(start)
    with pytest.raises(HostkitError, match=STOPPED):
        await host.start()
    assert steps == ["stopped"]


async def test_a_module_that_stops_the_host_need_not_wait_for_anything() -> None:
    """Then all modules are started, and stopped again."""
    hosts: list[Host] = []

    async def start() -> None:
        await hosts[0].stop()

    hosts.append(host := make_host(start))
    with pytest.raises(HostkitError, match=STOPPED):
        await host.start()
    assert not host.is_running
    with pytest.raises(HostkitError, match=STOPPED):
        await host.start()  # and not "running already"


def test_what_is_awaited_behaves_as_if_awaited_directly() -> None:
    """Values and exceptions pass, and closing closes."""
    steps: list[str] = []

    async def work() -> None:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_exception, KeyError("x"))
        try:
            await future
        except KeyError:
            steps.append("raised")
        await asyncio.sleep(0)

    async def run(work: Interruptible) -> None:
        await work

    asyncio.run(run(Interruptible(work())))
    assert steps == ["raised"]

    async def wait() -> None:
        try:
            await Deferred()
        finally:
            steps.append("closed")

    waiting = run(Interruptible(wait()))
    waiting.send(None)
    waiting.close()
    assert steps == ["raised", "closed"]
