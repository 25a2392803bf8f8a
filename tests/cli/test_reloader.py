"""`Reloader` with a server in memory."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

import pytest
from twisted.internet.defer import Deferred

from hostkit import ConfigErrors, Host, HostkitError, ModuleFailedError
from hostkit.cli._reactor import Reloader
from hostkit.errors import Problem

if TYPE_CHECKING:
    from twisted.python.failure import Failure

NOT_RELOADED = "not reloaded, all stays as it was: "


class FakeServer:
    """A server whose reloads end when the test says so."""

    def __init__(self) -> None:
        self.under_way: list[Deferred[None]] = []
        self.count = 0

    async def reload(self) -> None:
        self.count += 1
        waiting: Deferred[None] = Deferred()
        self.under_way.append(waiting)
        await waiting

    def end(self, error: Exception | Failure | None = None) -> None:
        (waiting,) = self.under_way
        self.under_way.clear()
        if error is None:
            waiting.callback(None)
        else:
            waiting.errback(error)


@pytest.fixture(autouse=True)
def _all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


@pytest.fixture
def server() -> Any:
    """Give a server that does what it is told."""
    return FakeServer()


@pytest.fixture
def reloader(server: Any) -> Reloader:
    """Give its reloader, with a host without modules."""
    return Reloader(Host().build(), server)


def test_a_reload_is_told(
    reloader: Reloader, server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """When it is over, and not before."""
    reloader.reload()
    assert caplog.messages == []
    server.end()
    assert caplog.messages == ["reloaded <config>: 0 new modules, 0 kept, 0 gone"]
    reloader.reload()
    assert server.count == 2


def test_who_is_told_meanwhile_reloads_once_more(reloader: Reloader, server: FakeServer) -> None:
    """The file may have changed since it was read; how often it was told does not matter."""
    for _ in range(4):
        reloader.reload()
    assert server.count == 1
    server.end(RuntimeError("whatever comes of the first"))
    assert server.count == 2
    server.end()
    assert (server.count, server.under_way) == (2, [])


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
    """All that is wrong is told; a traceback only where somebody's code is to blame."""
    Reloader(Host().build(), cast("Any", server)).reload()
    server.end(error)
    (record,) = caplog.records
    assert record.levelname == level
    assert record.message.startswith(message)
    assert bool(record.exc_info) is has_traceback
