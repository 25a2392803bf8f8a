"""Which background loops of a host's modules run, and from when on."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.errors import HostkitError
from hostkit.host import Host
from tests.dispatch.fakes import begin

from .conftest import fire
from .looping import Looping, entry, host_of
from .reloading import file_of


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
    said = "HK530 the background loop 'work' cannot begin: module 'a' was stopped\n"
    assert str(caught.value).startswith(said)


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
    assert module.background.counts.loops == 1
    fire(host.stop())


def test_a_loop_that_was_stopped_before_the_start_never_begins(clock: Clock) -> None:
    """The module may stop a loop before it begins."""
    log: list[str] = []
    host = host_of(clock, entry("a", log, start=lambda module: module.background.stop()))
    fire(host.start())
    clock.advance(5)
    assert log == ["start a"]
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
        file_of(entry("a", log), **settings), categories=[], clock=clock, worker_name=name
    ).build()
    assert caplog.messages == []
    fire(host.start())
    module: Any = host.modules[0].instance
    assert (module.api.worker_name, module.api.should_run_background_tasks()) == (name, runs)
    clock.advance(1)
    assert ["start a", "work a"][: 1 + runs] == log
    fire(host.stop())
    here = "the process without a name" if name is None else f"worker {name!r}"
    message = f"module 'a': the background loop 'work' does not run here, in {here}, but in worker"
    assert caplog.messages == ([] if runs else [f"{message} 'w1'"])


def test_a_loop_that_runs_elsewhere_is_logged_once(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
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
    with pytest.raises(ValueError, match="a worker cannot have the name"):
        Host(worker_name=name)
