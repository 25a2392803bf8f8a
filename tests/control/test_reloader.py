"""`Reloader`: what SIGHUP does to a server in memory."""

from __future__ import annotations

import logging
import signal
from typing import TYPE_CHECKING, Any, cast, final

import pytest
from twisted.internet.defer import Deferred

from hostkit import ConfigErrors, Host, HostkitError, ModuleFailedError
from hostkit.control.reloader import Outcome, Reloader
from hostkit.errors import Problem
from hostkit.host import Reloaded
from hostkit.process.signals import handle_hangup, ignore_hangup, keep_hangup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twisted.python.failure import Failure


@final
class FakeReactor:
    """A reactor that runs what is called from a signal handler when the test says so."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], object]] = []

    def callFromThread(self, function: Callable[[], object]) -> None:  # noqa: N802
        self.calls.append(function)


@pytest.fixture(autouse=True)
def _handler() -> Iterator[None]:
    """Restore the signal handler."""
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


def test_a_hangup_can_be_ignored() -> None:
    """It does not end a process in which nothing can be reloaded."""
    ignore_hangup()
    signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_a_hangup_may_come_before_anything_can_be_reloaded() -> None:
    """It is kept, and leads to one reload, however often it came."""
    reloads: list[str] = []
    for count in (0, 1, 3):
        keep_hangup()
        for _ in range(count):
            signal.raise_signal(signal.SIGHUP)
        reactor = FakeReactor()
        handle_hangup(reactor, lambda: reloads.append("reload"))
        for call in reactor.calls:
            call()
    assert reloads == ["reload"] * 2


def test_a_hangup_reloads() -> None:
    """Each time it comes, and not in the handler itself; it never ends the process."""
    reactor = FakeReactor()
    reloads: list[str] = []
    handle_hangup(reactor, lambda: reloads.append("reload"))
    for _ in range(3):
        signal.raise_signal(signal.SIGHUP)
    assert reloads == []
    for call in reactor.calls:
        call()
    assert reloads == ["reload"] * 3


NOT_RELOADED = "not reloaded, nothing was changed: "


class FakeManager:
    """A service manager that notes what it is notified of."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def reloading(self) -> None:
        self.notes.append("reloading")

    def ready(self, status: str) -> None:
        self.notes.append(status)


class FakeServer:
    """A server whose reloads end when the test says so."""

    def __init__(self) -> None:
        self.in_flight: list[Deferred[None]] = []
        self.count = 0

    async def reload(self, _file: object = None) -> Reloaded:
        self.count += 1
        waiting: Deferred[None] = Deferred()
        self.in_flight.append(waiting)
        await waiting
        return Reloaded(new=("a",), kept=(), gone=("b", "c"))

    def end(self, error: Exception | Failure | None = None) -> None:
        waiting = self.in_flight.pop(0)
        if error is None:
            waiting.callback(None)
        else:
            waiting.errback(error)


@pytest.fixture(autouse=True)
def _all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


@pytest.fixture
def server() -> Any:
    """Give a server whose reloads the test ends."""
    return FakeServer()


@pytest.fixture
def manager() -> FakeManager:
    """Give a service manager."""
    return FakeManager()


@pytest.fixture
def reloader(server: Any, manager: Any) -> Reloader:
    """Give its reloader, with a host without modules; the server has started."""
    reloader = Reloader(Host().build(), server, manager)
    reloader.open()
    return reloader


def test_a_reload_is_logged(
    reloader: Reloader, server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """When it has ended, not before."""
    reloader.reload()
    assert caplog.messages == []
    server.end()
    assert caplog.messages == ["reloaded <config>: 1 new module, 0 kept, 2 gone"]
    reloader.reload()
    assert server.count == 2


DONE = "reloaded <config>: 1 new module, 0 kept, 2 gone"


def test_requests_during_a_reload_are_passed_on(
    reloader: Reloader, server: FakeServer, manager: FakeManager
) -> None:
    """The host replaces a reload that has not come far; the manager waits for the last of them."""
    outcomes: list[Outcome] = []
    for _ in range(3):
        reloader.reload().addCallback(outcomes.append)
    assert server.count == 3
    for error in (HostkitError("replaced"), HostkitError("replaced")):
        server.end(error)
    assert [outcome.message for outcome in outcomes] == ["not reloaded: replaced"] * 2
    assert manager.notes == ["reloading"] * 3
    server.end()
    assert manager.notes == ["reloading"] * 3 + [DONE]
    assert outcomes[-1].as_json() == {
        "ok": True,
        "message": DONE,
        "new": ("a",),
        "kept": (),
        "gone": ("b", "c"),
        "missing": (),
        "changes": {"new": (), "changed": {}, "gone": (), "moved": {}, "settings": ()},
        "shown": "",
    }


def test_requests_during_the_start_are_kept(
    server: FakeServer, manager: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """They become one reload once the server has started, whose outcome all of them get."""
    reloader = Reloader(Host().build(), cast("Any", server), manager)
    outcomes: list[Outcome] = []
    for _ in range(3):
        reloader.reload().addCallback(outcomes.append)
    assert (server.count, caplog.messages) == (0, [])
    reloader.open()
    assert server.count == 1
    server.end()
    assert [outcome.message for outcome in outcomes] == [DONE] * 3


def test_a_server_may_stop_before_it_has_started(server: Any, manager: Any) -> None:
    """Those who wait for a reload get an answer."""
    reloader = Reloader(Host().build(), server, manager)
    outcomes: list[Outcome] = []
    reloader.reload().addCallback(outcomes.append)
    reloader.close()
    (outcome,) = outcomes
    assert outcome.as_json() == {
        "ok": False,
        "message": "not reloaded: the server is stopping",
    }


@pytest.mark.parametrize(
    ("error", "level", "message", "has_traceback"),
    [
        (
            ConfigErrors((Problem("HK001", "no file"), Problem("HK002", "a folder"))),
            "ERROR",
            f"{NOT_RELOADED}HK001 no file\n\nHK002 a folder",
            False,
        ),
        (
            ModuleFailedError("words", "start", "no database"),
            "ERROR",
            f"{NOT_RELOADED}module 'words' failed in start: no database",
            True,
        ),
        (HostkitError("the server is stopping"), "WARNING", "not reloaded: the server is", False),
        (KeyError("a bug"), "CRITICAL", "not reloaded", True),
    ],
)
def test_failures_are_logged(  # noqa: PLR0913, PLR0917 -- four of them are parameters
    error: Exception,
    level: str,
    message: str,
    has_traceback: bool,
    reloader: Reloader,
    server: FakeServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Every problem is logged; a traceback only where code raised."""
    outcomes: list[Outcome] = []
    reloader.reload().addCallback(outcomes.append)
    server.end(error)
    (record,) = caplog.records
    assert outcomes[0].is_done is False
    assert outcomes[0].message.startswith(message)
    assert record.levelname == level
    assert record.message.startswith(message)
    assert bool(record.exc_info) is has_traceback
