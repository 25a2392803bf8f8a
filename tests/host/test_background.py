"""The background loops of a host's modules, from its start to its stop."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.errors import HostkitError, ModuleFailedError
from hostkit.host import Host

from .conftest import fire
from .reloading import file_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.task import Clock

    from hostkit.api import ModuleApi
    from hostkit.config import HostFile


class Looping:
    """Has a loop of a second that does what it is told, and notes everything."""

    log: ClassVar[list[str]]
    actions: ClassVar[dict[str, Callable[..., Any]]]

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.api = api
        self.background = api.looping_background_call(self.work, 1000)

    async def work(self) -> None:
        self.log.append(f"work {self.api.name}")
        await self.actions.get("work", _nothing)()

    def start(self) -> Any:
        self.log.append(f"start {self.api.name}")
        act: Any = self.actions.get("start", lambda _: None)
        return act(self)

    def stop(self) -> Any:
        self.log.append(f"stop {self.api.name}")
        return self.actions.get("stop", lambda: None)()


async def _nothing() -> None:
    pass


def entry(name: str, log: list[str], **actions: Callable[..., Any]) -> dict[str, Any]:
    return {"module": type("Looping", (Looping,), {"log": log, "actions": actions}), "name": name}


def file(*entries: dict[str, Any], **settings: Any) -> HostFile:
    return file_of(*entries, **settings)


def host_of(clock: Clock, *entries: dict[str, Any], **options: Any) -> Host:
    return Host(file(*entries), categories=[], clock=clock, **options)


def begin(coroutine: Any) -> Deferred[Any]:
    return Deferred.fromCoroutine(coroutine)


def test_a_loop_of_a_constructor_begins_when_its_module_was_started(clock: Clock) -> None:
    """Its interval counts from then on, and for a host that is only built it never runs."""
    log: list[str] = []
    held: Deferred[None] = Deferred()
    host = host_of(clock, entry("a", log, start=lambda _: held)).build()
    clock.advance(5)
    assert clock.calls == []
    starting = begin(host.start())
    clock.advance(5)
    assert log == ["start a"]
    held.callback(None)
    assert starting.called
    clock.advance(0.75)
    assert log == ["start a"]
    clock.advance(0.25)
    assert log == ["start a", "work a"]
    fire(host.stop())
    clock.advance(5)
    assert log == ["start a", "work a", "stop a"]


def test_a_loop_of_a_start_begins_at_once(clock: Clock) -> None:
    """The module need not be started by then, nor the host."""
    log: list[str] = []
    held: Deferred[None] = Deferred()

    def start(module: Looping) -> Any:
        module.api.looping_background_call(log.append, 500, "early")
        return held

    host = host_of(clock, entry("a", log, start=start))
    starting = begin(host.start())
    clock.advance(0.5)
    assert log == ["start a", "early"]
    held.callback(None)
    assert starting.called
    fire(host.stop())


def test_a_run_is_cancelled_and_waited_for_before_its_module_stops(clock: Clock) -> None:
    """The module may close what the run needs; no other module is stopped meanwhile."""
    log: list[str] = []
    cleaning: Deferred[None] = Deferred()

    async def work() -> None:
        try:
            await Deferred()
        except CancelledError:
            log.append("cancelled")
            await cleaning
            log.append("cleaned up")
            raise

    host = host_of(clock, entry("a", log), entry("b", log, work=work))
    fire(host.start())
    clock.advance(1)
    stopping = begin(host.stop())
    assert log[-1] == "cancelled"
    cleaning.callback(None)
    assert stopping.called
    assert log[-4:] == ["cancelled", "cleaned up", "stop b", "stop a"]
    assert clock.calls == []


def test_a_run_that_ignores_its_cancellation_is_waited_for(clock: Clock) -> None:
    """However long it takes, as with a stop that takes long."""
    log: list[str] = []
    held: Deferred[None] = Deferred()

    async def work() -> None:
        try:
            await Deferred()
        except CancelledError:
            await held

    host = host_of(clock, entry("a", log, work=work))
    fire(host.start())
    clock.advance(1)
    stopping = begin(host.stop())
    clock.advance(60)
    was_waiting = not stopping.called
    held.callback(None)
    assert (was_waiting, bool(stopping.called)) == (True, True)
    assert log[-1] == "stop a"


def test_who_gives_up_waiting_for_a_run_stops_the_module(clock: Clock) -> None:
    """Cancelling the stop of a host leaves no module running."""
    log: list[str] = []
    held: Deferred[None] = Deferred()

    async def work() -> None:
        try:
            await Deferred()
        except CancelledError:
            await held

    host = host_of(clock, entry("a", log), entry("b", log, work=work))
    fire(host.start())
    clock.advance(1)
    stopping = begin(host.stop())
    stopping.cancel()
    errors: list[Any] = []
    stopping.addErrback(errors.append)
    assert errors[0].check(CancelledError)
    assert log[-2:] == ["stop b", "stop a"]
    held.callback(None)


def test_a_run_may_stop_its_host(clock: Clock) -> None:
    """It cannot end before the stop that it awaits: it is neither cancelled nor waited for."""
    log: list[str] = []
    waited: Deferred[None] = Deferred()

    async def work() -> None:
        await waited
        await host.stop()
        log.append("stopped")

    host = host_of(clock, entry("a", log, work=work), entry("b", log))
    fire(host.start())
    clock.advance(1)
    waited.callback(None)
    assert log[-3:] == ["stop b", "stop a", "stopped"]
    assert clock.calls == []


def test_a_run_may_stop_its_host_at_once(clock: Clock) -> None:
    """Also before it has waited for anything."""
    log: list[str] = []

    async def work() -> None:
        await host.stop()
        log.append("stopped")

    host = host_of(clock, entry("a", log, work=work))
    fire(host.start())
    clock.advance(1)
    assert log[-2:] == ["stop a", "stopped"]
    assert clock.calls == []


def test_a_start_that_fails_stops_all_loops(clock: Clock) -> None:
    """Those of the module itself, and those of the modules before it."""
    log: list[str] = []

    def start(module: Looping) -> None:
        module.api.looping_background_call(log.append, 500, "early")
        raise ValueError("no database")

    held: Deferred[None] = Deferred()
    host = host_of(clock, entry("a", log), entry("b", log, start=lambda _: held))
    starting = begin(host.start())
    clock.advance(1)
    held.errback(ValueError("no database"))
    starting.addErrback(lambda failure: failure.trap(ModuleFailedError))
    clock.advance(5)
    assert log == ["start a", "start b", "work a", "stop a"]
    with pytest.raises(ModuleFailedError):
        fire(host_of(clock, entry("a", log, start=start)).start())
    clock.advance(5)
    assert "early" not in log


def test_a_host_that_is_started_again_has_its_loops_again(clock: Clock) -> None:
    """Those that its modules have from their constructors; others are gone."""
    log: list[str] = []

    def start(module: Looping) -> None:
        if log.count("start a") == 1:
            module.api.looping_background_call(log.append, 1000, "once")

    host = host_of(clock, entry("a", log, start=start))
    fire(host.start())
    clock.advance(1)
    fire(host.stop())
    assert log == ["start a", "once", "work a", "stop a"]
    fire(host.start())
    clock.advance(1)
    assert log[4:] == ["start a", "work a"]
    fire(host.stop())


def test_a_stopped_module_gets_no_loops(clock: Clock) -> None:
    """The error names the loop and the module."""
    host = host_of(clock, entry("a", []))
    fire(host.start())
    fire(host.stop())
    module: Any = host.modules[0].instance
    with pytest.raises(HostkitError) as caught:
        module.api.looping_background_call(module.work, 1000)
    said = "the background loop 'work' cannot begin: module 'a' was stopped"
    assert str(caught.value) == said


def test_a_module_that_was_stopping_gets_no_loops(clock: Clock) -> None:
    """Its `stop` is called when its loops are gone already."""
    errors: list[Exception] = []

    def stop() -> None:
        module: Any = host.modules[0].instance
        with pytest.raises(HostkitError) as caught:
            module.api.looping_background_call(module.work, 1000)
        errors.append(caught.value)

    host = host_of(clock, entry("a", [], stop=stop))
    fire(host.start())
    fire(host.stop())
    assert len(errors) == 1


def test_loops_that_a_module_stopped_leave_nothing_behind(clock: Clock) -> None:
    """A callback may begin and stop as many as it likes."""
    host = host_of(clock, entry("a", []))
    fire(host.start())
    (module,) = host.modules
    for _ in range(100):
        module.instance.api.looping_background_call(module.instance.work, 1000).stop()
    assert len(module.loops._begun) < 3
    fire(host.stop())


def test_a_loop_that_was_stopped_before_the_start_never_begins(clock: Clock) -> None:
    """The module may change its mind."""
    log: list[str] = []
    host = host_of(clock, entry("a", log, start=lambda module: module.background.stop()))
    fire(host.start())
    clock.advance(5)
    assert log == ["start a"]
    fire(host.stop())


def test_a_kept_module_keeps_its_loop(clock: Clock) -> None:
    """A reload does not shift its times, nor touch the run that is going on."""
    log: list[str] = []
    held: Deferred[None] = Deferred()

    async def work() -> None:
        await held
        log.append("done")

    kept = entry("a", log, work=work)
    host = host_of(clock, kept)
    fire(host.start())
    clock.advance(1)
    clock.advance(0.5)
    fire(host.reload(file(entry("b", log), kept)))
    held.callback(None)
    assert log == ["start a", "work a", "start b", "done"]
    clock.advance(0.5)
    assert log[4:] == ["work a", "done"]
    clock.advance(0.5)
    assert log[6:] == ["work b"]
    fire(host.stop())


def test_a_reload_stops_the_loops_of_modules_that_are_gone(clock: Clock) -> None:
    """Their runs are cancelled before they are stopped; new modules have their loops by then."""
    log: list[str] = []

    async def work() -> None:
        try:
            await Deferred()
        finally:
            log.append("cancelled")

    host = host_of(clock, entry("a", log, work=work))
    fire(host.start())
    clock.advance(1)
    fire(host.reload(file(entry("b", log))))
    assert log == ["start a", "work a", "start b", "cancelled", "stop a"]
    clock.advance(1)
    assert log[5:] == ["work b"]
    fire(host.stop())


def test_a_reload_that_fails_stops_the_loops_of_new_modules(clock: Clock) -> None:
    """The old ones go on."""
    log: list[str] = []

    def start(_: Looping) -> None:
        raise ValueError("no database")

    kept = entry("a", log)
    host = host_of(clock, kept)
    fire(host.start())
    with pytest.raises(ModuleFailedError):
        fire(host.reload(file(kept, entry("b", log), entry("c", log, start=start))))
    log.clear()
    clock.advance(1)
    assert log == ["work a"]
    fire(host.stop())


@pytest.mark.parametrize(
    ("chosen", "name", "runs"),
    [(None, None, True), ("w1", "w1", True), ("w1", "w2", False), ("w1", None, False)],
)
def test_one_process_runs_loops(
    chosen: str | None, name: str | None, runs: bool, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """The one whose name stands in the file; if none does, the one without a name."""
    log: list[str] = []
    settings = {} if chosen is None else {"background_tasks_on": chosen}
    host = Host(
        file(entry("a", log), **settings), categories=[], clock=clock, worker_name=name
    ).build()
    assert caplog.messages == []
    fire(host.start())
    module: Any = host.modules[0].instance
    assert (module.api.worker_name, module.api.should_run_background_tasks()) == (name, runs)
    clock.advance(1)
    assert log == ["start a", "work a"][: 1 + runs]
    fire(host.stop())
    here = "the process without a name" if name is None else f"worker {name!r}"
    told = f"module 'a': the background loop 'work' does not run here, in {here}, but in worker"
    assert caplog.messages == ([] if runs else [f"{told} 'w1'"])


def test_each_loop_is_told_once(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """However often a module begins it; a loop for all processes runs."""
    log: list[str] = []

    def start(module: Looping) -> None:
        call = module.api.looping_background_call
        for _ in range(3):
            call(log.append, 1000, "no", desc="mine")
        call(log.append, 1000, "everywhere", run_on_all_instances=True)

    host = host_of(clock, entry("a", log, start=start), worker_name="w2")
    fire(host.start())
    clock.advance(1)
    assert log == ["start a", "everywhere"]
    fire(host.stop())
    fire(host.start())
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert caplog.messages == [
        f"module 'a': the background loop {name!r} does not run here, in worker 'w2', but in "
        "the process without a name"
        for name in ("mine", "work")
    ]
    fire(host.stop())


@pytest.mark.parametrize("name", ["", "a\nb", "\x00", 3])
def test_a_worker_has_a_name_on_one_line(name: Any) -> None:
    """As in the file."""
    with pytest.raises(ValueError, match="a worker cannot be called"):
        Host(worker_name=name)


def test_all_of_it_works_under_asyncio() -> None:
    """With the loop's own clock, and in the words of asyncio."""
    log: list[str] = []

    async def main() -> None:
        running = asyncio.Event()

        async def work() -> None:
            running.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                await asyncio.sleep(0)
                log.append("cancelled")
                raise

        def start(module: Looping) -> None:
            module.api.looping_background_call(work, 1)

        async with Host(file(entry("a", log, start=start)), categories=[]):
            await running.wait()

    asyncio.run(main())
    assert log == ["start a", "cancelled", "stop a"]


def test_a_run_may_stop_its_host_under_asyncio() -> None:
    """As without."""
    log: list[str] = []

    async def main() -> None:
        done = asyncio.Event()

        async def work() -> None:
            await asyncio.sleep(0)
            await host.stop()
            log.append("stopped")
            done.set()

        def start(module: Looping) -> None:
            module.api.looping_background_call(work, 1)

        host = Host(file(entry("a", log, start=start)), categories=[])
        await host.start()
        await done.wait()

    asyncio.run(main())
    assert log == ["start a", "stop a", "stopped"]
