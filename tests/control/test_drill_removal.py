"""The canary of a drill is removed, whatever comes between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import succeed

from hostkit import ALLOW
from hostkit.control.listening import Request
from hostkit.control.reloader import Outcome, Reloader
from hostkit.loops import start_entry
from hostkit.process.systemd import Notifier
from tests.control.controlled import ANN, Controlled
from tests.control.drilling import VALUE, Doors, doors, names, pass_time, result_of

if TYPE_CHECKING:
    from hostkit import Host


class Slow:
    """A reloader that is busy when a test says so, and refuses what the test says."""

    def __init__(self) -> None:
        self.real: Any = None
        self.is_busy = False
        self.refuses = 0
        self.last: Outcome | None = None

    @property
    def is_idle(self) -> bool:
        return not self.is_busy

    def reload(self, file: Any) -> Any:
        if self.refuses:
            self.refuses -= 1
            return succeed(Outcome(is_done=False, message="not reloaded: no"))
        return self.real.reload(file)


def begin_slowly(host: Host, slow: Slow, send: Any = None) -> tuple[Controlled, list[Any]]:
    """Begin a drill with that reloader; give what it came to as well."""
    controlled = Controlled(host, slow)
    slow.real = Reloader(host, controlled.server, Notifier(None, None, controlled.reactor))
    slow.real.open()
    given = {"hook": "may_enter", "value": VALUE, "seconds": 60, "argument": "who"}
    request = controlled.request = Request(given, ANN, print, send or controlled.items.append)
    ended: list[Any] = []
    controlled.commands["drill"](request).addBoth(ended.append)
    return controlled, ended


def test_what_a_reload_refuses_is_answered() -> None:
    """Nothing has changed then, and nothing is removed."""
    slow = Slow()
    slow.refuses = 1
    with doors() as host:
        controlled, ended = begin_slowly(host, slow)
        pass_time(controlled)
        assert names(host) == ["porter"]
    assert ended == [{"ok": False, "message": "not reloaded: no"}]


def test_the_removal_is_tried_again() -> None:
    """After a reload that is in flight, or one that was refused; nothing is denied meanwhile."""
    slow = Slow()
    with doors() as host:
        controlled, ended = begin_slowly(host, slow)
        slow.is_busy = True
        controlled.request.left.callback(None)
        pass_time(controlled, 1)
        assert names(host) == ["hostkit-drill", "porter"]
        assert result_of(host.hooks[Doors].may_enter(VALUE)) is ALLOW
        slow.is_busy, slow.refuses = False, 2
        pass_time(controlled, 1)
        assert names(host) == ["porter"]
    assert ended[0]["ended"] == "left"


def test_a_server_that_stops_removes_nothing() -> None:
    """All of its modules go."""
    slow = Slow()
    with doors() as host:
        controlled, ended = begin_slowly(host, slow)
        slow.is_busy = True
        start_entry(controlled.server.close())
        controlled.request.left.callback(None)
        pass_time(controlled)
    assert ended[0]["ended"] == "left"


def test_an_error_removes_it_as_well() -> None:
    """Such as of a client that cannot be sent anything."""

    def fail(_item: object) -> None:
        raise ConnectionError("gone")

    with doors() as host:
        _, ended = begin_slowly(host, Slow(), fail)
        assert names(host) == ["porter"]
    assert ended[0].check(ConnectionError)
