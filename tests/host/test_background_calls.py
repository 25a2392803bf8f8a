"""The background work of a host's modules, as they begin it."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.api import ModuleApi
from hostkit.background import BackgroundCounts, ThreadCounts
from hostkit.errors import BackgroundError, HostkitError, RegistrationError
from hostkit.host import Host
from hostkit.loops import start_entry
from hostkit.testing import build_host
from tests.dispatch.fakes import begin

from .conftest import fire
from .reloading import file_of


class Working:
    """Does in its steps what a test wants, and notes what happens."""

    log: ClassVar[list[Any]]
    steps: ClassVar[dict[str, Callable[[Working], Any]]]

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.api = api
        self.step("__init__")

    def step(self, name: str) -> Any:
        return self.steps[name](self) if name in self.steps else None

    def start(self) -> Any:
        self.log.append("start")
        return self.step("start")

    def stop(self) -> Any:
        self.log.append("stop")
        return self.step("stop")


def entry(log: list[Any], name: str = "a", **steps: Callable[[Working], Any]) -> dict[str, Any]:
    return {"module": type("Working", (Working,), {"log": log, "steps": steps}), "name": name}


def working(host: Host) -> Working:
    module: Working = host.modules[0].instance
    return module


def test_what_is_begun_in_the_constructor_begins_after_the_start(clock: Clock) -> None:
    """Delays count from then; if the host is started again, it begins again."""
    log: list[Any] = []
    started: list[Deferred[None]] = []

    def declare(module: Working) -> None:
        module.api.run_in_background(log.append, "in background")
        module.api.call_later(dt.timedelta(seconds=2), log.append, "later")
        module.api.call_every(1, log.append, "every second")
        module.api.defer_to_thread(log.append, "in thread")

    def start(_: Working) -> Deferred[None]:
        started.append(Deferred())
        return started[-1]

    host = build_host([entry(log, __init__=declare, start=start)], categories=[], clock=clock)
    for _ in range(2):
        log.clear()
        starting = begin(host.start())
        clock.advance(10)
        before = list(log)
        started[-1].callback(None)
        assert (before, bool(starting.called)) == (["start"], True)
        assert log == ["start", "in background", "in thread"]
        clock.pump([1, 1])
        assert log[3:] == ["every second", "later", "every second"]
        fire(host.stop())
    assert clock.calls == []


def test_all_work_ends_before_the_module_stops(clock: Clock) -> None:
    """What waits never runs, what runs is cancelled and waited for."""
    log: list[Any] = []
    cleaning: Deferred[None] = Deferred()

    async def work(module: Working) -> None:
        try:
            await module.api.sleep(100)
        finally:
            log.append("cancelled")
            await cleaning
            log.append("ended")

    def start(module: Working) -> None:
        module.api.run_in_background(work, module)
        module.api.call_later(1, log.append, "never")

    host = build_host([entry(log, start=start)], categories=[], clock=clock)
    fire(host.start())
    assert host.background_counts == (("a", BackgroundCounts(0, 3, 1, 0)),)
    stopping = begin(host.stop())
    assert (log, bool(stopping.called)) == (["start", "cancelled"], False)
    cleaning.callback(None)
    assert log == ["start", "cancelled", "ended", "stop"]
    assert (clock.calls, host.background_counts) == ([], (("a", BackgroundCounts(0, 0, 1, 0)),))


def test_a_reload_ends_the_work_of_modules_that_are_gone(clock: Clock) -> None:
    """That of a module that stays goes on."""
    log: list[Any] = []

    def start(module: Working) -> None:
        module.api.call_later(2, log.append, f"work of {module.api.name}")

    kept, dropped = (entry(log, name, start=start) for name in ("kept", "dropped"))
    host = build_host([kept, dropped], categories=[], clock=clock)
    fire(host.start())
    clock.advance(1)
    fire(host.reload(file_of(kept)))
    clock.advance(1)
    assert log == ["start", "start", "stop", "work of kept"]
    fire(host.stop())


def test_a_stopped_module_begins_nothing(clock: Clock) -> None:
    """Neither in `stop`, nor later."""
    log: list[Any] = []
    errors: list[str] = []

    def stop(module: Working) -> None:
        for begin_work in (
            lambda: module.api.run_in_background(print),
            lambda: module.api.call_later(1, print),
            lambda: module.api.call_every(1, print),
            lambda: module.api.defer_to_thread(print),
            lambda: module.api.sleep(1),
        ):
            with pytest.raises(BackgroundError) as caught:
                begin_work()
            errors.append(caught.value.code)

    host = build_host([entry(log, stop=stop)], categories=[], clock=clock)
    fire(host.start())
    fire(host.stop())
    stop(working(host))
    assert errors == ["HK530"] * 10


def test_nothing_sleeps_before_the_start() -> None:
    """No time passes for the module then."""
    errors: list[str] = []

    def declare(module: Working) -> None:
        with pytest.raises(BackgroundError) as caught:
            module.api.sleep(1)
        errors.append(caught.value.code)

    build_host([entry([], __init__=declare)], categories=[])
    assert errors == ["HK532"]


def test_impossible_work_is_refused(clock: Clock) -> None:
    """When it is begun, and not when it would run."""

    async def work() -> None:
        """Do nothing."""

    host = build_host([entry([])], categories=[], clock=clock)
    api: Any = working(host).api
    refusals: list[tuple[Callable[[], Any], type[Exception]]] = [
        (lambda: api.call_later(-1, print), ValueError),
        (lambda: api.call_later(print, 1), TypeError),
        (lambda: api.call_later(1, "print"), RegistrationError),
        (lambda: api.call_every(0, print), ValueError),
        (lambda: api.run_in_background(work()), RegistrationError),
        (lambda: api.run_in_background(work, 1), RegistrationError),
        (lambda: api.defer_to_thread(work), RegistrationError),
        (lambda: api.sleep(float("nan")), ValueError),
    ]
    for refused, error in refusals:
        with pytest.raises(error):
            refused()


async def test_another_thread_begins_nothing() -> None:
    """The error says how it has something run on the thread of the event loop."""
    async with build_host([entry([])], categories=[]) as host:
        api = working(host).api
        with pytest.raises(HostkitError, match="background work begins on the thread whose event"):
            await asyncio.to_thread(api.call_later, 1, print)


async def test_functions_run_in_threads() -> None:
    """And can be awaited wherever; the threads are gone with the host."""
    log: list[Any] = []
    async with build_host([entry(log)], categories=[], threads=3) as host:
        api = working(host).api
        thread = await api.defer_to_thread(threading.current_thread)
        assert thread is not threading.current_thread()
        assert host.thread_counts == ThreadCounts(0, 0, 3)
        with pytest.raises(ZeroDivisionError):
            await api.defer_to_thread(lambda: 1 / 0)
        assert host.background_counts == (("a", BackgroundCounts(0, 0, 2, 1)),)
    thread.join(10)
    assert not thread.is_alive()


async def test_a_full_queue_refuses_more_calls() -> None:
    """As many as the file says."""
    held = threading.Event()
    try:
        async with build_host([entry([])], categories=[], threads=1, thread_queue=1) as host:
            api = working(host).api
            calls = [api.defer_to_thread(held.wait, 10) for _ in range(2)]
            with pytest.raises(BackgroundError, match="HK531"):
                api.defer_to_thread(held.wait, 10)
            held.set()
            assert [await call for call in calls] == [True, True]
    finally:
        held.set()


async def test_a_stop_waits_for_threads_and_drops_calls_that_wait() -> None:
    """A thread cannot be interrupted, and may use what the module closes."""
    log: list[Any] = []
    held, running = threading.Event(), threading.Event()

    def block() -> None:
        running.set()
        held.wait(10)
        log.append("thread ended")

    host = build_host([entry(log)], categories=[], threads=1)
    await host.start()
    api = working(host).api
    api.defer_to_thread(block)
    waiting = api.defer_to_thread(log.append, "never")
    await asyncio.to_thread(running.wait, 10)
    stopping = start_entry(host.stop()).asFuture(asyncio.get_running_loop())
    await asyncio.sleep(0)
    assert (stopping.done(), log) == (False, ["start"])
    held.set()
    await stopping
    assert (log, waiting.is_over) == (["start", "thread ended", "stop"], True)


def test_work_that_resists_its_end_is_named(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """And left behind after `stop_timeout`, so that the module is stopped."""
    log: list[Any] = []
    held: Deferred[None] = Deferred()

    async def resist() -> None:
        try:
            await Deferred()
        except CancelledError:
            await held

    def start(module: Working) -> None:
        module.api.run_in_background(resist)

    host = build_host([entry(log, start=start)], categories=[], clock=clock, stop_timeout="2s")
    fire(host.start())
    stopping = begin(host.stop())
    clock.advance(2)
    clock.advance(5)
    assert (bool(stopping.called), log) == (True, ["start", "stop"])
    said = "module 'a': the background call 'resist' is left behind, still running"
    assert said in caplog.messages
    held.callback(None)


async def test_a_sleep_ends_with_its_module() -> None:
    """With a cancellation of whatever awaits it, such as a task of the module's own."""
    host = build_host([entry([])], categories=[])
    await host.start()

    async def wait() -> None:
        await working(host).api.sleep(1000)

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    await host.stop()
    with pytest.raises(asyncio.CancelledError):
        await waiting
