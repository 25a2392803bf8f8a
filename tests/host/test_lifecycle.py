from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.api import ModuleApi
from hostkit.errors import ModuleFailedError

from .conftest import ALL, Three, fire, make_host, up_and_down


def test_modules_are_started_in_order_and_stopped_in_reverse(three: Three) -> None:
    """The first in the file is up first and down last."""
    fire(up_and_down(three.host))
    assert three.log == ALL


def test_a_host_can_be_used_in_async_with(three: Three) -> None:
    """It is built and started on the way in, and stopped on the way out, whatever happens."""

    async def run() -> None:
        async with three.host as host:
            assert host is three.host
            assert three.log == ALL[:3]
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fire(run())
    assert three.log == ALL


def test_each_kind_of_method_is_awaited_under_asyncio(three: Three) -> None:
    """Coroutines, Deferreds, futures and plain values all finish before the next module's turn."""

    async def sleep() -> None:
        await asyncio.sleep(0)
        three.log.append("coroutine done")

    def deferred() -> Deferred[None]:
        waiting: Deferred[None] = Deferred()
        waiting.addCallback(lambda _: three.log.append("deferred done"))
        asyncio.get_running_loop().call_soon(waiting.callback, None)
        return waiting

    def future() -> asyncio.Future[None]:
        waiting = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(waiting.set_result, None)
        return waiting

    three.actions |= {"start a": sleep, "start b": deferred, "stop c": future}
    asyncio.run(up_and_down(three.host))
    assert three.log == [
        "start a",
        "coroutine done",
        "start b",
        "deferred done",
        *ALL[2:],
    ]


def test_deferreds_are_awaited_under_twisted(three: Three) -> None:
    """Without asyncio, starting waits for a Deferred as long as it takes."""
    waiting: Deferred[None] = Deferred()
    three.actions["start b"] = lambda: waiting
    done: list[Any] = []
    Deferred.fromCoroutine(three.host.start()).addBoth(done.append)
    assert (three.log, done) == (ALL[:2], [])
    waiting.callback(None)
    assert (three.log, done) == (ALL[:3], [None])
    fire(three.host.stop())


def test_a_start_that_fails_stops_the_modules_before(three: Three) -> None:
    """The error names the module, and nothing stays half started."""
    three.fail("start c", ValueError("no database"))
    with pytest.raises(ModuleFailedError) as caught:
        fire(three.host.start())
    assert str(caught.value) == "module 'c' failed in start: ValueError: no database"
    assert (caught.value.module, caught.value.hook) == ("c", "start")
    assert isinstance(caught.value.__cause__, ValueError)
    assert three.log == ALL


def test_a_start_that_failed_can_be_tried_again(three: Three) -> None:
    """A host that could not start is not running."""
    three.fail("start a", ValueError("no database"))
    with pytest.raises(ModuleFailedError):
        fire(three.host.start())
    fire(three.host.stop())
    three.actions.clear()
    three.log.clear()
    fire(up_and_down(three.host))
    assert three.log == ALL


def test_a_start_can_be_cancelled_under_twisted(three: Three) -> None:
    """Twisted's cancellation is an `Exception`, and is passed on as well."""
    three.actions["start b"] = Deferred[None]
    done: list[Any] = []
    starting = Deferred.fromCoroutine(three.host.start()).addBoth(done.append)
    starting.cancel()
    assert done[0].check(defer.CancelledError) is defer.CancelledError
    assert three.log == ["start a", "start b", "stop b", "stop a"]


async def test_a_start_can_be_cancelled_under_asyncio(three: Three) -> None:
    """A cancelled task stops what was started."""
    reached = asyncio.Event()

    async def wait() -> None:
        reached.set()
        await asyncio.Event().wait()

    three.actions["start b"] = wait
    starting = asyncio.create_task(three.host.start())
    await reached.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert three.log == ["start a", "start b", "stop b", "stop a"]


def test_errors_in_stop_are_logged_and_stop_nothing(
    three: Three, caplog: pytest.LogCaptureFixture
) -> None:
    """The modules before the one that failed are stopped all the same."""
    three.fail("stop c", ValueError("no"))
    three.fail("stop b", ValueError("neither"))
    fire(up_and_down(three.host))
    assert three.log == ALL
    assert caplog.messages == ["module 'c' failed in stop", "module 'b' failed in stop"]
    assert [str(r.exc_info[1]) for r in caplog.records if r.exc_info] == ["no", "neither"]


def test_what_cannot_be_called_without_arguments_is_left_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A method of that name that means something else is not called, and a warning says so."""

    class Engine:
        stop = 5

        def __init__(self, config: Any, api: ModuleApi) -> None: ...

        def start(self, speed: int) -> None:
            raise NotImplementedError

    class Quiet:
        def __init__(self, config: Any, api: ModuleApi) -> None: ...

    host = make_host(
        {"module": Engine, "name": "engine"}, {"module": Quiet, "name": "quiet"}, clock=Clock()
    )
    fire(up_and_down(host))
    assert caplog.record_tuples == [
        (
            "hostkit.modules.engine",
            logging.WARNING,
            f"module 'engine': {step} is not called, since it needs arguments",
        )
        for step in ("start", "stop")
    ]


def test_a_module_may_await_asyncio_and_deferreds_to_start() -> None:
    """Its `start` is an entry, whatever drives the coroutine that starts the host."""
    log: list[str] = []

    class Slow:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            pass

        async def start(self) -> None:
            waiting: Deferred[None] = Deferred()
            asyncio.get_running_loop().call_soon(waiting.callback, None)
            await waiting
            await asyncio.sleep(0)
            log.append("started")

    async def main() -> None:
        host = make_host({"module": Slow}).build()
        await host.start()
        await host.stop()
        ended: Deferred[None] = Deferred()
        start = Deferred.fromCoroutine
        asyncio.get_running_loop().call_soon(lambda: start(host.start()).chainDeferred(ended))
        await ended.asFuture(asyncio.get_running_loop())
        await host.stop()

    asyncio.run(main())
    assert log == ["started", "started"]


def test_a_module_that_needs_asyncio_to_start_says_so() -> None:
    """The error that names the module says what to do."""

    class Asyncio:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            pass

        async def start(self) -> None:
            await asyncio.sleep(60)

    with pytest.raises(ModuleFailedError, match="hostkit serve --reactor asyncio"):
        fire(make_host({"module": Asyncio, "name": "a"}, clock=Clock()).start())
