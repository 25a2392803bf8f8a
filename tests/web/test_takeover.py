"""What a reload does to listeners, with a reactor in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from tests.web.line import Line

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


from tests.web.taking_over import ONE, TWO, Page, Served, steps

__all__ = ["steps"]


def test_listeners_are_added_and_removed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What goes on is left alone; a port is opened before the new modules are in use."""
    served = Served(tmp_path, ONE)
    assert served.reload(ONE, TWO).called
    assert served.network.log == ["open 2"]
    assert served.reload(TWO).called
    assert served.network.log == ["close 1"]
    assert list(served.network.sites) == [2]
    assert "not listening on tcp:1:interface=127.0.0.1 any more" in caplog.messages
    assert Deferred.fromCoroutine(served.server.stop()).called
    assert served.network.sites == {}


def test_requests_of_a_listener_that_is_gone_are_answered(tmp_path: Path) -> None:
    """The connection ends after that, and the reload with it."""
    served = Served(tmp_path, ONE, TWO)
    line = served.line(1)
    reloading = served.reload(TWO)
    served.network.advance(20)
    assert reloading.called is False
    Page.page.answer()
    assert line.answer.headers["connection"] == "close"
    assert reloading.called


def test_requests_that_take_longer_than_drain_are_cut_off(tmp_path: Path) -> None:
    """As when the server stops."""
    served = Served(tmp_path, ONE, TWO)
    line = served.line(1)
    reloading = served.reload(TWO, drain="5s")
    served.network.advance(4)
    assert not line.transport.is_aborted
    served.network.advance(1)
    assert (reloading.called, line.transport.is_aborted) == (True, True)


def test_a_server_that_stops_waits_for_listeners_that_are_gone(tmp_path: Path) -> None:
    """Their requests are answered like all others."""
    served = Served(tmp_path, ONE, TWO)
    line = served.line(1)
    served.reload(TWO)
    stopping = Deferred.fromCoroutine(served.server.stop())
    assert stopping.called is False
    Page.page.answer()
    served.network.advance(1)
    assert (line.answer.status, bool(stopping.called)) == (200, True)


def test_settings_of_a_listener_change(tmp_path: Path) -> None:
    """On the connections that there are, too; the port stays open."""
    served = Served(tmp_path, f"{ONE}, serve: [modules]")
    line = Line(served.network.sites[1])
    served.reload(f"{ONE}, serve: [hooks, health], limits: {{url: 30}}")
    assert served.network.log == []
    for path, status in (("/page", 404), ("/_hostkit/hooks", 200), ("/health", 200)):
        line.get(path)
        assert line.answers[-1].status == status
    assert served.line(1, f"/{'x' * 30}").answer.status == 414


def test_tokens_rotate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First the new one is added, then the old one is taken away; both are good meanwhile."""
    monkeypatch.setenv("OLD", "old-token-of-callers")
    monkeypatch.setenv("NEW", "new-token-of-callers")
    served = Served(tmp_path, f"{ONE}, serve: [hooks], token: !env OLD")

    def statuses() -> list[int]:
        return [
            served.line(
                1, "/_hostkit/hooks", f"Authorization: Bearer {token}-token-of-callers"
            ).answer.status
            for token in ("old", "new")
        ]

    assert statuses() == [200, 401]
    served.reload(f"{ONE}, serve: [hooks], token: !env NEW, previous_token: !env OLD")
    assert statuses() == [200, 200]
    served.reload(f"{ONE}, serve: [hooks], token: !env NEW")
    assert statuses() == [401, 200]
    served.reload(f"{ONE}, serve: [hooks], previous_token: !env OLD")
    assert statuses() == [200, 401]


def test_another_interface_of_the_same_port_takes_its_place(tmp_path: Path) -> None:
    """The old one is closed for that moment, since both cannot be open."""
    served = Served(tmp_path, ONE, TWO)
    assert served.reload('"tcp:1"', TWO).called
    assert served.network.log == ["close 1", "open 1"]
