"""What signals do to a server in memory: stop it, or reload it."""

from __future__ import annotations

import logging
import signal
from typing import TYPE_CHECKING, Any, cast, final

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning

from hostkit import ConfigErrors, Host, HostkitError, ModuleFailedError
from hostkit.cli._reactor import (
    Reloader,
    Stopper,
    handle_hangup,
    handle_signals,
    ignore_hangup,
)
from hostkit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twisted.python.failure import Failure


@final
class FakeReactor:
    """A reactor that runs what is called from a signal handler when the test says so."""

    def __init__(self, *, runs: bool = True) -> None:
        self.calls: list[Callable[[], object]] = []
        self.stops = 0
        self._runs = runs

    def callFromThread(self, function: Callable[[], object]) -> None:  # noqa: N802
        self.calls.append(function)

    def stop(self) -> None:
        if not self._runs:
            raise ReactorNotRunning
        self.stops += 1


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Restore the signal handlers."""
    before = {
        number: signal.getsignal(number)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_first_signal_stops_the_reactor() -> None:
    """Not in the handler itself, which may have interrupted any code."""
    reactor = FakeReactor()
    left: list[int] = []
    Stopper(reactor, left.append).handle(signal.SIGTERM, None)
    assert reactor.stops == 0
    reactor.calls.pop()()
    assert (reactor.stops, left) == (1, [])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_second_signal_leaves(
    number: signal.Signals, code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the code that a shell gives a program that died of the signal; whichever came first."""
    left: list[int] = []
    stopper = Stopper(FakeReactor(), left.append)
    stopper.handle(signal.SIGTERM, None)
    assert left == []
    stopper.handle(number, None)
    assert left == [code]
    assert capfd.readouterr().err == "second signal: exiting at once\n"


def test_a_reactor_may_be_stopping_already() -> None:
    """A start that failed and a signal can come together."""
    reactor = FakeReactor(runs=False)
    Stopper(reactor, print).handle(signal.SIGINT, None)
    reactor.calls.pop()()
    assert reactor.stops == 0


def test_both_signals_are_handled() -> None:
    """Ctrl-C and what service managers send, in the same way."""
    reactor: Any = FakeReactor()
    handle_signals(reactor)
    signal.raise_signal(signal.SIGTERM)
    assert len(reactor.calls) == 1
    assert signal.getsignal(signal.SIGINT) == signal.getsignal(signal.SIGTERM)


def test_a_hangup_is_ignored_while_there_is_nothing_to_reload() -> None:
    """A SIGHUP that comes while a server loads its modules does not end it."""
    ignore_hangup()
    signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_a_hangup_reloads() -> None:
    """Each time it comes, and not in the handler itself; it never ends the process."""
    reactor: Any = FakeReactor()
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

    async def reload(self) -> None:
        self.count += 1
        waiting: Deferred[None] = Deferred()
        self.in_flight.append(waiting)
        await waiting

    def end(self, error: Exception | Failure | None = None) -> None:
        (waiting,) = self.in_flight
        self.in_flight.clear()
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
    """Give its reloader, with a host without modules."""
    return Reloader(Host().build(), server)


def test_a_reload_is_logged(
    reloader: Reloader, server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """When it has ended, not before."""
    reloader.reload()
    assert caplog.messages == []
    server.end()
    assert caplog.messages == ["reloaded <config>: 0 new modules, 0 kept, 0 gone"]
    reloader.reload()
    assert server.count == 2


def test_requests_during_a_reload_lead_to_one_more(reloader: Reloader, server: FakeServer) -> None:
    """The file may have changed since it was read; the number of requests does not matter."""
    for _ in range(4):
        reloader.reload()
    assert server.count == 1
    server.end(RuntimeError("the first fails"))
    assert server.count == 2
    server.end()
    assert (server.count, server.in_flight) == (2, [])


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
def test_failures_are_logged(
    error: Exception,
    level: str,
    message: str,
    has_traceback: bool,
    server: FakeServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Every problem is logged; a traceback only where code raised."""
    Reloader(Host().build(), cast("Any", server)).reload()
    server.end(error)
    (record,) = caplog.records
    assert record.levelname == level
    assert record.message.startswith(message)
    assert bool(record.exc_info) is has_traceback
