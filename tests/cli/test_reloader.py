"""`Reloader`: what SIGHUP does to a server in memory."""

from __future__ import annotations

import logging
import signal
from typing import TYPE_CHECKING, Any, cast, final

import pytest
from twisted.internet.defer import Deferred

from hostkit import ConfigErrors, Host, HostkitError, ModuleFailedError
from hostkit.cli._reloader import Reloader, handle_hangup, ignore_hangup, keep_hangup
from hostkit.errors import Problem
from hostkit.host import Reloaded

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


class FakeServer:
    """A server whose reloads end when the test says so."""

    def __init__(self) -> None:
        self.in_flight: list[Deferred[None]] = []
        self.count = 0

    async def reload(self) -> Reloaded:
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
def reloader(server: Any) -> Reloader:
    """Give its reloader, with a host without modules; the server has started."""
    reloader = Reloader(Host().build(), server)
    reloader.open()
    return reloader


def test_a_reload_is_logged(
    reloader: Reloader, server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """When it has ended, not before."""
    reloader.reload()
    assert caplog.messages == []
    server.end()
    assert caplog.messages == ["reloaded <config>: 1 new modules, 0 kept, 2 gone"]
    reloader.reload()
    assert server.count == 2


def test_requests_during_a_reload_are_passed_on(reloader: Reloader, server: FakeServer) -> None:
    """The host replaces a reload that has not come far by the newer one."""
    for _ in range(3):
        reloader.reload()
    assert server.count == 3


def test_requests_during_the_start_are_kept(
    server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """They become one reload once the server has started: the file may have changed meanwhile."""
    reloader = Reloader(Host().build(), cast("Any", server))
    for _ in range(3):
        reloader.reload()
    assert (server.count, caplog.messages) == (0, [])
    reloader.open()
    assert server.count == 1


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
    reloader.reload()
    server.end(error)
    (record,) = caplog.records
    assert record.levelname == level
    assert record.message.startswith(message)
    assert bool(record.exc_info) is has_traceback
