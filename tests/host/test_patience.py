"""Modules whose `start` or `stop` takes long, or never ends."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit import HostkitError, ModuleFailedError
from hostkit.host import Host
from tests.dispatch.fakes import begin, done

from .conftest import Comments, Names, fire
from .reloading import Note, file_of, note, running


@pytest.fixture(autouse=True)
def _fresh() -> None:
    Note.log.clear()
    Note.actions.clear()


def starting(clock: Clock, *names: str, **settings: Any) -> tuple[Host, Deferred[Any]]:
    """Begin to start a host with some modules."""
    file = file_of(*(note(name) for name in names), **settings)
    host = Host(file, categories=[Comments, Names], clock=clock)
    return host, begin(host.start())


async def hang() -> None:
    """Wait for ever."""
    await Deferred()


async def resist() -> None:
    """Wait for ever, whatever happens."""
    while True:
        try:
            await Deferred()
        except CancelledError:
            Note.log.append("resists")


def test_a_start_that_takes_long_is_in_the_log(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """By the name of the module, with the line where it waits, and again and again."""
    Note.actions["start b"] = hang
    host, result = starting(clock, "a", "b")
    clock.advance(4)
    assert caplog.messages == []
    clock.pump([1, 5, 10, 20, 40, 60, 60])
    line = hang.__code__.co_firstlineno + 2
    assert caplog.messages == [
        f"module 'b': start has not ended after {seconds}s, at {__file__}:{line} in hang"
        for seconds in (5, 10, 20, 40, 80, 140, 200)
    ]
    fire(host.stop())
    assert isinstance(done(result), HostkitError)


def test_a_start_has_a_limit(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """It is cancelled and has failed; the module and those before it are stopped."""
    Note.actions["start b"] = hang
    _, result = starting(clock, "a", "b", "c", start_timeout="20s")
    clock.pump([10, 9])
    assert Note.log[-1] == "start b"
    clock.advance(1)
    error = done(result)
    assert isinstance(error, ModuleFailedError)
    assert str(error) == (
        "module 'b' failed in start: TimeoutError: not done after 20s (`hostkit: start_timeout:`)"
    )
    assert Note.log[-4:] == ["start a", "start b", "stop b", "stop a"]
    assert clock.calls == []


def test_a_start_has_five_minutes(clock: Clock) -> None:
    """By default, and half a minute more if it resists; then it is left behind."""
    Note.actions["start a"] = resist
    _, result = starting(clock, "a")
    clock.advance(299)
    assert Note.log[-1] == "start a"
    clock.advance(1)
    assert (Note.log[-1], result.called) == ("resists", False)
    clock.advance(30)
    assert isinstance(done(result), ModuleFailedError)
    assert Note.log[-1] == "stop a"


def test_a_stop_has_a_limit(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """What takes longer is named, left behind, and the others are stopped."""
    Note.actions |= {"stop c": hang, "stop b": resist}
    host, _ = starting(clock, "a", "b", "c", stop_timeout="8s")
    stopping = begin(host.stop())
    clock.advance(8)
    assert Note.log[-2:] == ["stop c", "stop b"]
    clock.pump([8, 5])
    assert stopping.called
    assert Note.log[-1] == "stop a"
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in errors] == [
        "module 'c' failed in stop",
        "module 'b' failed in stop",
    ]
    assert "not done after 8s (`hostkit: stop_timeout:`)" in caplog.text
    assert "module 'b': stop has not ended after 5s, at " in caplog.text


def test_a_stopped_start_has_the_time_of_a_stop(clock: Clock) -> None:
    """Who ends a host does not wait for the limit of `start`, however long that is."""
    Note.actions["start a"] = resist
    host, result = starting(clock, "a", stop_timeout="2s")
    stopping = begin(host.stop())
    assert Note.log[-1] == "resists"
    clock.advance(2)
    assert stopping.called
    assert "stopped while it was starting" in str(done(result))


def test_limits_are_those_of_the_new_file() -> None:
    """A reload that gives modules more time gives it to those that it starts itself."""
    clock = Clock()
    Note.actions["start b"] = hang
    host, _ = starting(clock, "a", start_timeout="5s")
    reloading = begin(host.reload(file_of(note("b"), start_timeout="10s")))
    clock.advance(9)
    assert Note.log[-1] == "start b"
    clock.advance(1)
    assert isinstance(done(reloading), ModuleFailedError)
    assert [module.name for module in host.modules] == ["a"]


def test_a_module_whose_start_failed_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    """It may have opened something; if its stop fails as well, the error is that of its start."""

    def fail() -> None:
        raise RuntimeError("half way")

    Note.actions |= {"start b": fail, "stop b": fail}
    host = running(note("a"))
    with pytest.raises(ModuleFailedError, match="'b' failed in start: RuntimeError: half way"):
        fire(host.reload(file_of(note("a"), note("b"), note("c"))))
    assert Note.log[-2:] == ["start b", "stop b"]
    assert caplog.messages == ["module 'b' failed in stop"]


def test_a_notification_that_never_ends_does_not_hold_a_stop(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """After `stop_timeout:` it is cancelled, and named by its hook."""

    class Listening(Note):
        def __init__(self, config: Any, api: Any) -> None:
            super().__init__({}, api)
            api.register_comments_callbacks(on_comment_posted=lambda _: config())

    entries = [
        {"module": Listening, "name": name, "config": act}
        for name, act in (("a", hang), ("b", resist))
    ]
    file = file_of(*entries, stop_timeout="4s")
    host = Host(file, categories=[Comments, Names], clock=clock)
    fire(host.start())
    call = begin(host.hooks[Comments].on_comment_posted(1))
    call.addErrback(lambda failure: failure.trap(CancelledError))
    call.cancel()
    stopping = begin(host.stop())
    clock.advance(4)
    assert caplog.messages == ["cancelled after 4s: notifications of comments.on_comment_posted"]
    assert Note.log[-1] == "resists"
    clock.advance(5)
    assert (stopping.called, Note.log[-3:]) == (True, ["resists", "stop b", "stop a"])


async def test_limits_hold_under_asyncio(caplog: pytest.LogCaptureFixture) -> None:
    """A task that a module awaits and that resists is left behind."""
    clock = Clock()
    left: list[asyncio.Task[None]] = []

    async def resist() -> None:
        while len(left) < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                left.append(left[0])

    async def wait() -> None:
        left.append(asyncio.create_task(resist()))
        await left[0]

    Note.actions["start a"] = wait
    host = Host(file_of(note("a")), categories=[Comments, Names], clock=clock)
    result = asyncio.create_task(host.start())
    for seconds in (300, 30):
        for _ in range(10):
            await asyncio.sleep(0)
        clock.advance(seconds)
    with pytest.raises(ModuleFailedError):
        await result
    assert not host.is_running
    left[0].cancel()
    assert "module 'a': start has not ended after 5s" in caplog.messages[0]


def test_only_coroutines_say_where_they_wait(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """A Deferred that a module returns has no line of the module's file."""
    Note.actions["start a"] = Deferred
    _, result = starting(clock, "a")
    clock.advance(5)
    assert caplog.messages == ["module 'a': start has not ended after 5s"]
    result.cancel()
    assert isinstance(done(result), CancelledError)
