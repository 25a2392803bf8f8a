"""A host that is reloaded while it is being reloaded."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from hostkit.errors import HostkitError
from hostkit.host import Reloaded
from tests.dispatch.fakes import begin, done

from .conftest import fire
from .reloading import Note, file_of, note, running


@pytest.fixture(autouse=True)
def _fresh() -> None:
    Note.log.clear()
    Note.actions.clear()


def test_a_newer_reload_replaces_one_whose_modules_start() -> None:
    """What was started for it is stopped, and its caller gets an error; the newer one is done."""
    Note.actions["start c"] = Deferred
    host = running(note("a"))
    first = begin(host.reload(file_of(note("b"), note("c"))))
    reloaded = fire(host.reload(file_of(note("d"))))
    assert str(done(first)) == "a newer reload has replaced this one"
    assert reloaded == Reloaded(new=("d",), kept=(), gone=("a",))
    assert str(reloaded) == "1 new module, 0 kept, 1 gone"
    assert Note.log[-5:] == ["stop c", "stop b", "build d", "start d", "stop a"]
    assert [module.name for module in host.modules] == ["d"]


def test_the_newest_of_several_reloads_is_done() -> None:
    """Those that wait for an older one to end are given up as well, without building modules."""
    stopping: Deferred[None] = Deferred()
    Note.actions |= {"start b": Deferred, "stop b": lambda: stopping}
    host = running()
    older = [begin(host.reload(file_of(note(name)))) for name in "bcd"]
    newest = begin(host.reload(file_of(note("e"))))
    assert Note.log[-1] == "stop b"
    stopping.callback(None)
    assert newest.called
    assert {str(done(each)) for each in older} == {"a newer reload has replaced this one"}
    assert Note.log == ["build b", "start b", "stop b", "build e", "start e"]


def test_a_reload_that_waits_for_another_ends_with_the_host() -> None:
    """It does not start modules of a host that was stopped meanwhile."""
    stopping: Deferred[None] = Deferred()
    Note.actions |= {"start b": Deferred, "stop b": lambda: stopping}
    host = running()
    older, newer = (begin(host.reload(file_of(note(name)))) for name in "bc")
    stopped = begin(host.stop())
    stopping.callback(None)
    assert stopped.called
    for reloading in (older, newer):
        assert isinstance(done(reloading), HostkitError)
    assert Note.log == ["build b", "start b", "stop b"]


def test_a_reload_does_not_wait_for_what_another_one_stops() -> None:
    """Once the modules of a reload are in use, the next one may begin."""
    writing: Deferred[None] = Deferred()
    Note.actions["stop a"] = lambda: writing
    host = running(note("a"))
    first, second = (begin(host.reload(file_of(note(name)))) for name in "bc")
    assert [module.name for module in host.modules] == ["c"]
    assert (first.called, second.called, Note.log[-1]) == (False, False, "start c")
    writing.callback(None)
    assert (first.called, second.called, Note.log[-1]) == (True, True, "stop b")
