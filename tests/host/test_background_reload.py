"""The background loops of a host's modules when it is reloaded."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit.errors import ModuleFailedError

from .conftest import fire
from .looping import Looping, entry, host_of
from .reloading import file_of


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
    fire(host.reload(file_of(entry("b", log), kept)))
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
    fire(host.reload(file_of(entry("b", log))))
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
        fire(host.reload(file_of(kept, entry("b", log), entry("c", log, start=start))))
    log.clear()
    clock.advance(1)
    assert log == ["work a"]
    fire(host.stop())
