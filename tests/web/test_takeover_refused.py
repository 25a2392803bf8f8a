"""Reloads whose listeners cannot be taken over, with a reactor in memory."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import Deferred

from hostkit import Host, HostkitError
from hostkit.web._takeover import identity_of  # not all kinds can listen in memory
from tests.web.recorder import FakePort

if TYPE_CHECKING:
    from pathlib import Path


from tests.web.taking_over import ONE, TWO, Page, Served, problems_of, steps

__all__ = ["steps"]


def test_nothing_changes_if_a_port_is_taken(tmp_path: Path, steps: list[str]) -> None:
    """What was opened and started is undone, and what was closed is opened again."""
    served = Served(tmp_path, ONE, TWO)
    served.network.refused = {4}
    reloading = served.reload('"tcp:1"', '"tcp:3"', '"tcp:4"', module="second")
    ((code, message),) = problems_of(reloading)
    assert (code, message) == ("HK403", "cannot listen at tcp:4: Address already in use")
    assert served.network.log[-3:] == ["close 1", "close 3", "open 1"]
    assert sorted(served.network.sites) == [1, 2]
    assert steps == ["start first", "start second", "stop second"]
    assert served.line(1).answers == []
    assert len(Page.page.requests) == 0


def test_what_was_closed_may_be_taken_by_then(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says so; all other listeners are as before."""
    served = Served(tmp_path, ONE, TWO)

    port: Any = served.server._doors[0].port

    def close() -> None:
        port.close()
        served.network.refused = {1}

    served.server._doors[0].port = FakePort(port.getHost(), close)  # type: ignore[assignment]
    assert problems_of(served.reload('"tcp:1"', TWO))[0][0] == "HK403"
    (critical,) = [each for each in caplog.records if each.levelno == logging.CRITICAL]
    assert "a listener that was closed cannot be opened again: " in critical.message
    assert list(served.network.sites) == [2]


def test_all_problems_are_reported_at_once(tmp_path: Path, steps: list[str]) -> None:
    """Those of listeners together with those of modules, in the order of the file."""
    served = Served(tmp_path, ONE)
    served.write("first", '"tcp:x"', '"tcp:5", serve: [hooks]')
    text = served.file.read_text().replace("Page", "Missing")
    served.file.write_text(text)
    reloading = Deferred.fromCoroutine(served.server.reload())
    assert [code for code, _ in problems_of(reloading)] == ["HK103", "HK402", "HK404"]
    served.file.write_text(text.replace("Missing", "Page"))
    reloading = Deferred.fromCoroutine(served.server.reload())
    assert [code for code, _ in problems_of(reloading)] == ["HK402", "HK404"]
    assert steps == ["start first"]


def test_a_file_may_become_wrong_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: list[str]
) -> None:
    """A certificate can be replaced by a broken one while new modules start."""
    served = Served(tmp_path, ONE)
    monkeypatch.setattr(served.server, "check", lambda _: [])
    reloading = served.reload('"tcp:x"', module="second")
    assert [code for code, _ in problems_of(reloading)] == ["HK402"]
    assert steps == ["start first", "start second", "stop second"]


def test_a_server_that_stops_opens_no_listeners(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reload that is still opening them gives up."""
    served = Served(tmp_path, ONE)
    listening: Deferred[Any] = Deferred()

    class Slow:
        def listen(self, factory: Any) -> Deferred[Any]:
            return listening.addCallback(lambda _: served.network.listenTCP(2, factory))

    def slow(reactor: Any, text: str) -> Any:
        return Slow()

    monkeypatch.setattr("hostkit.web._endpoints.serverFromString", slow)
    reloading = served.reload(ONE, TWO)
    assert not reloading.called
    stopping = Deferred.fromCoroutine(served.server.stop())
    assert stopping.called
    failures: list[Any] = []
    reloading.addErrback(failures.append)
    assert failures[0].check(HostkitError)
    assert served.network.sites == {}


def test_a_server_that_began_to_stop_takes_nothing_over(tmp_path: Path) -> None:
    """Also if the host is reloaded by its program."""
    served = Served(tmp_path, ONE)
    line = served.line(1)
    stopping = Deferred.fromCoroutine(served.server.stop())
    served.write("first", ONE, TWO)
    failures: list[Any] = []
    host: Host = served.server._host
    Deferred.fromCoroutine(host.reload()).addErrback(failures.append)
    assert str(failures[0].value) == "the server is stopping"
    assert served.network.sites == {}
    Page.page.answer()
    served.network.advance(1)
    assert (line.answer.status, bool(stopping.called)) == (200, True)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("tcp:1", "tcp:port=1", True),
        ("tcp:1:127.0.0.1", "tcp:1:interface=127.0.0.1", True),
        ("tcp:1", "tcp:1:interface=127.0.0.1", False),
        ("tcp:1", "tcp:2", False),
        ("tcp:1", "ssl:1", False),
        ("ssl:1:a.pem", "ssl:1:privateKey=b.pem:certKey=c.pem", True),
        ("ssl:1:a.pem", "ssl:1:a.pem:interface=127.0.0.1", False),
        ("unix:/run/a:mode=660", "unix:/run/a:mode=600", False),
        ("systemd:domain=INET:index=0", "systemd:domain=INET:index=0", True),
        ("systemd:domain=INET:index=0", "systemd:domain=INET:index=1", False),
        ("haproxy:tcp:1", "tcp:1", False),
        ("fd:3", "fd:3", True),
        ("fd:3", "fd:4", False),
    ],
)
def test_a_listener_goes_on_at_its_place(one: str, other: str, is_same: bool) -> None:
    """However its endpoint is written; its certificate may change."""
    assert (identity_of(one) == identity_of(other)) is is_same
