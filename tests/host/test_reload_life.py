"""What happens to a host while it is being reloaded."""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hostkit.dispatch import keys_of
from hostkit.errors import HostkitError
from hostkit.host import Host
from hostkit.rules import FirstResult
from hostkit.specs import Category, Keyed, hookspec
from tests.dispatch.fakes import begin, done

from .conftest import Comments, Names, fire
from .reloading import Note, file_of, note, running


@pytest.fixture(autouse=True)
def _fresh() -> None:
    Note.log.clear()
    Note.actions.clear()


def test_only_a_running_host_is_reloaded() -> None:
    """Before its start and after its stop there is nothing to replace."""
    host = Host(file_of(), categories=[Comments], clock=Clock())
    for _ in range(2):
        with pytest.raises(HostkitError, match="the host is not running"):
            fire(host.reload(file_of()))
        fire(host.start())
        fire(host.stop())


def test_a_host_stopped_meanwhile_stays_stopped() -> None:
    """The start of new modules is cancelled, and the caller gets an error."""
    Note.actions["start c"] = Deferred
    host = running(note("a"))
    reloading = begin(host.reload(file_of(note("b"), note("c"))))
    fire(host.stop())
    assert "was stopped while it was being reloaded" in str(done(reloading))
    assert Note.log[-5:] == ["start b", "start c", "stop c", "stop b", "stop a"]
    assert host.is_running is False
    assert [module.name for module in host.modules] == ["a"]
    fire(host.start())
    assert host.is_running


def test_a_new_module_may_suppress_its_cancellation() -> None:
    """What is started in spite of all is stopped, before the others are."""

    async def start() -> None:
        with suppress(CancelledError):
            await Deferred()

    Note.actions["start b"] = start
    host = running(note("a"))
    reloading = begin(host.reload(file_of(note("b"))))
    fire(host.stop())
    assert isinstance(done(reloading), HostkitError)
    assert Note.log[-3:] == ["start b", "stop b", "stop a"]


def test_a_stop_does_not_wait_for_observers_of_a_reload() -> None:
    """All modules are stopped at once, each of them once, and the reload ends well."""
    host = running(note("a"))
    notified: Deferred[None] = Deferred()
    host.when_reloaded(lambda: notified)
    reloading = begin(host.reload(file_of(note("b"))))
    assert "stop a" not in Note.log
    fire(host.stop())
    assert Note.log[-2:] == ["stop b", "stop a"]
    notified.callback(None)
    assert reloading.called
    assert Note.log[-2:] == ["stop b", "stop a"]


def test_a_stop_waits_for_modules_that_are_stopping() -> None:
    """A module that is gone may have things to write when the host is stopped."""
    writing: Deferred[None] = Deferred()
    Note.actions["stop a"] = lambda: writing
    host = running(note("a"))
    reloading = begin(host.reload(file_of(note("b"))))
    stopping = begin(host.stop())
    assert Note.log[-2:] == ["stop a", "stop b"]
    assert (reloading.called, stopping.called) == (False, False)
    writing.callback(None)
    assert (reloading.called, stopping.called) == (True, True)


def test_a_module_that_cannot_stop_is_gone_nevertheless(caplog: pytest.LogCaptureFixture) -> None:
    """The error is logged with the module's name, and the reload has succeeded."""

    def fail() -> None:
        raise RuntimeError("disk full")

    Note.actions["stop a"] = fail
    host = running(note("a"))
    fire(host.reload(file_of(note("b"))))
    assert caplog.messages == ["module 'a' failed in stop"]
    assert [module.name for module in host.modules] == ["b"]


def test_observers_are_notified_when_the_new_hooks_are_in_use() -> None:
    """What serves the host's pages changes them before old modules are stopped."""
    host = running(note("a"))
    host.when_reloaded(lambda: Note.log.append(f"notified of {host.modules[0].name}"))
    fire(host.reload(file_of(note("b"))))
    assert Note.log[-3:] == ["start b", "notified of b", "stop a"]


def test_observers_are_notified_at_once() -> None:
    """None waits for another, whether it is a coroutine or not; modules are stopped after all."""
    host = running(note("a"))
    waits: list[Deferred[None]] = [Deferred(), Deferred()]

    async def second() -> None:
        Note.log.append("second")
        await waits[1]

    host.when_reloaded(lambda: waits[0])
    host.when_reloaded(second)
    reloading = begin(host.reload(file_of(note("b"))))
    assert Note.log[-1] == "second"
    waits[1].callback(None)
    assert Note.log[-1] == "second"
    waits[0].callback(None)
    assert reloading.called
    assert Note.log[-1] == "stop a"


def test_an_observer_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The others are notified, hooks are measured, and old modules are stopped."""
    host = running(note("a"))

    def raises() -> None:
        raise RuntimeError("at once")

    async def fails() -> None:
        raise RuntimeError("later")

    host.when_reloaded(raises)
    host.when_reloaded(fails)
    host.when_reloaded(lambda: Note.log.append("notified"))
    fire(host.reload(file_of(note("b"))))
    assert Note.log[-3:] == ["start b", "notified", "stop a"]
    assert [module.name for module in host.modules] == ["b"]
    assert [str((r.exc_info or (0, 0))[1]) for r in caplog.records] == ["at once", "later"]
    assert all(
        "failed when it was notified that the host is reloaded" in m for m in caplog.messages
    )
    Note.log.clear()
    fire(host.stop())
    assert Note.log == ["stop b"]


def test_a_reload_can_be_cancelled_while_observers_are_awaited() -> None:
    """What is done is done: old modules are stopped then, and only once."""
    host = running(note("a"))
    waits: list[Deferred[None] | None] = [Deferred(), None]
    host.when_reloaded(lambda: waits.pop(0))
    reloading = begin(host.reload(file_of(note("b"))))
    reloading.cancel()
    assert Note.log[-2:] == ["start b", "stop a"]
    assert reloading.called
    fire(host.reload(file_of(note("b"))))
    fire(host.stop())
    assert Note.log[-2:] == ["stop a", "stop b"]


def test_a_host_may_be_explained_meanwhile() -> None:
    """Until the new modules are all started it is the old ones that are asked."""
    held: Deferred[None] = Deferred()
    Note.actions["start b"] = lambda: held
    host = running(note("a"))
    reloading = begin(host.reload(file_of(note("b"))))
    assert fire(host.explain("comments.check_comment", "ann", "hi")).decider == "a"
    held.callback(None)
    assert reloading.called
    assert fire(host.explain("comments.check_comment", "ann", "hi")).decider == "b"


def test_a_late_denial_has_a_time() -> None:
    """A call that goes on after its chain was replaced is recorded like any other."""
    held: Deferred[None] = Deferred()
    host = running(note("a", held=held))
    ask = host.hooks[Comments].check_comment
    before = [begin(ask("ann", "hi")) for _ in range(2)]  # the first one is measured
    fire(host.reload(file_of()))
    held.callback(None)
    assert [call.called for call in before] == [True, True]
    assert all(receipt.at is not None for receipt in host.receipts)


def test_keys_are_those_of_the_new_modules() -> None:
    """A keyed hook announces what modules have registered for now."""

    class Logins(Category):
        @hookspec(FirstResult(), keyed=Keyed("kind"))
        async def check_login(self, name: str, kind: str) -> str | None:
            """Called when a user logs in."""

    class Login:
        def __init__(self, config: Any, api: Any) -> None:
            async def check(name: str, kind: str) -> str:
                return f"{config} {name}"

            api.register_logins_callbacks(check_login={config: check})

    def file(*kinds: str) -> Any:
        return file_of(*({"module": Login, "config": kind, "name": kind} for kind in kinds))

    host = Host(file("code"), categories=[Logins], clock=Clock())
    fire(host.start())
    for kinds in (("word", "code"), (), ("word",)):
        fire(host.reload(file(*kinds)))
        logins = host.hooks[Logins]
        assert tuple(keys_of(logins.check_login)) == kinds
        expected = "word ann" if "word" in kinds else None
        assert fire(logins.check_login("ann", "word")) == expected


def test_memory_stays_flat() -> None:
    """Nothing of a host that was replaced is left behind."""

    async def many(count: int) -> int:
        for number in range(count):
            await host.reload(file_of(note("a", number=number)))
        gc.collect()
        return len(gc.get_objects())

    host = Host(file_of(note("a")), categories=[Comments, Names], clock=Clock())

    async def main() -> tuple[int, int]:
        async with host:
            Note.log.clear()
            few = await many(20)
            Note.log.clear()
            return few, await many(200)

    few, after = asyncio.run(main())
    assert after < few + 200


def test_a_host_without_a_file_needs_to_be_given_one() -> None:
    """There is nothing to read again."""
    with pytest.raises(HostkitError, match="was not made from a file: give it what to reload"):
        fire(running(note("a")).reload())
