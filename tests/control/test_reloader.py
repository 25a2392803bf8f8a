"""`Reloader`: one reload after the other, of a server in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import Deferred

from hostkit import ConfigErrors, Host, HostkitError, ModuleFailedError
from hostkit.control.reloader import Outcome, Reloader
from hostkit.errors import Problem
from hostkit.host import Reloaded
from hostkit.testing import capture_logs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.testing import CapturedLogs

NOT_RELOADED = "not reloaded, nothing was changed: "
DONE = "reloaded <config>: 1 new module, 0 kept, 2 gone"


class Reloads:
    """A reloader of a server whose reloads end when the test says so, and a service manager."""

    def __init__(self) -> None:
        here: Any = self
        self.reloader = Reloader(Host().build(), here, here)
        self.outcomes: list[Outcome] = []
        self.notes: list[str] = []
        self.count = 0
        self._in_flight: list[Deferred[None]] = []

    def begin(self, times: int = 1) -> Reloads:
        """Ask for reloads."""
        for _ in range(times):
            self.reloader.reload().addCallback(self.outcomes.append)
        return self

    def end(self, error: Exception | None = None) -> None:
        """End the oldest reload."""
        waiting = self._in_flight.pop(0)
        waiting.errback(error) if error else waiting.callback(None)

    @property
    def messages(self) -> list[str]:
        """What has come of them."""
        return [outcome.message for outcome in self.outcomes]

    # The server.

    async def reload(self, _file: object) -> Reloaded:
        self.count += 1
        waiting: Deferred[None] = Deferred()
        self._in_flight.append(waiting)
        await waiting
        return Reloaded(new=("a",), kept=(), gone=("b", "c"))

    # The service manager.

    def reloading(self) -> None:
        self.notes.append("reloading")

    def ready(self, status: str) -> None:
        self.notes.append(status)


@pytest.fixture
def starting() -> Reloads:
    """Give a server that has not started yet."""
    return Reloads()


@pytest.fixture
def reloads(starting: Reloads) -> Reloads:
    """Give a server that has started."""
    starting.reloader.open()
    return starting


@pytest.fixture
def logs() -> Iterator[CapturedLogs]:
    """Give what is logged."""
    with capture_logs() as logs:
        yield logs


def test_a_reload_is_logged(reloads: Reloads, logs: CapturedLogs) -> None:
    """When it has ended, not before."""
    reloads.begin()
    assert logs.messages == []
    reloads.end()
    assert logs.messages == [DONE]
    assert reloads.begin().count == 2


def test_requests_during_a_reload_are_passed_on(reloads: Reloads) -> None:
    """The host replaces a reload that has not come far; the manager waits for the last of them."""
    assert reloads.begin(3).count == 3
    for _ in range(2):
        reloads.end(HostkitError("replaced"))
    assert reloads.messages == ["not reloaded: replaced"] * 2
    assert reloads.notes == ["reloading"] * 3
    reloads.end()
    assert reloads.notes == ["reloading"] * 3 + [DONE]
    assert reloads.outcomes[-1].as_json() == {
        "ok": True,
        "message": DONE,
        "new": ("a",),
        "kept": (),
        "gone": ("b", "c"),
        "missing": (),
        "changes": {"new": (), "changed": {}, "gone": (), "moved": {}, "settings": ()},
        "shown": "",
    }


def test_requests_during_the_start_are_kept(starting: Reloads, logs: CapturedLogs) -> None:
    """They become one reload once the server has started, whose outcome all of them get."""
    assert (starting.begin(3).count, logs.messages) == (0, [])
    starting.reloader.open()
    assert starting.count == 1
    starting.end()
    assert starting.messages == [DONE] * 3


def test_a_server_may_stop_before_it_has_started(starting: Reloads) -> None:
    """Clients that wait for a reload get an answer."""
    starting.begin().reloader.close()
    (outcome,) = starting.outcomes
    assert outcome.as_json() == {"ok": False, "message": "not reloaded: the server is stopping"}


WRONG_FILE = ConfigErrors((Problem("HK001", "no file"), Problem("HK002", "a folder")))
FAILED_START = ModuleFailedError("words", "start", "no database")


@pytest.mark.parametrize(
    ("error", "level", "message", "has_traceback"),
    [
        (WRONG_FILE, "ERROR", f"{NOT_RELOADED}HK001 no file\n\nHK002 a folder", False),
        (
            FAILED_START,
            "ERROR",
            f"{NOT_RELOADED}module 'words' failed in start: no database",
            True,
        ),
        (HostkitError("the server is stopping"), "WARNING", "not reloaded: the server is", False),
        (KeyError("a bug"), "CRITICAL", "not reloaded", True),
    ],
)
def test_failures_are_logged(
    error: Exception, level: str, message: str, has_traceback: bool, reloads: Reloads
) -> None:
    """Every problem is logged; a traceback only where code raised."""
    with capture_logs() as logs:
        reloads.begin().end(error)
    (outcome,), (record,) = reloads.outcomes, logs.records
    assert (outcome.is_done, record.levelname) == (False, level)
    assert outcome.message.startswith(message)
    assert record.getMessage().startswith(message)
    assert bool(record.exc_info) is has_traceback
