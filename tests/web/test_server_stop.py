"""`Server`: access, health, and the way it stops, with a reactor in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.testing import MemoryReactorClock

from hostkit import ConfigErrors
from hostkit.testing import build_host
from hostkit.web import Server
from tests.web.conftest import ask
from tests.web.line import Line
from tests.web.pages import Held
from tests.web.recorder import Recorder

if TYPE_CHECKING:
    from hostkit import ModuleApi
    from hostkit.testing import Answer


class Holder:
    """A module whose page answers when the test says so."""

    page = Held()

    def __init__(self, config: dict[str, str], api: ModuleApi) -> None:
        Holder.page = Held()
        api.register_web_resource(config["path"], self.page)


class Served:
    """A server in memory with one listener."""

    def __init__(
        self,
        *serve: str,
        path: str = "/page",
        drain: str = "30s",
        lame_duck: str = "0s",
        **settings: str,
    ) -> None:
        endpoint = {"endpoint": "tcp:1:interface=127.0.0.1", "serve": list(serve), **settings}
        self.reactor: Any = MemoryReactorClock()
        host = build_host(
            [
                {"module": Recorder, "name": "first"},
                {"module": Holder, "config": {"path": path}, "name": "holder"},
            ],
            categories=[],
            clock=self.reactor,
            listeners=[endpoint],
            drain=drain,
            lame_duck=lame_duck,
        )
        self.server = Server(host, self.reactor)
        assert Deferred.fromCoroutine(self.server.start()).called

    @property
    def site(self) -> Any:
        """Give what listens."""
        site: Any = self.reactor.tcpServers[0][1]
        return site

    def ask(self, path: str) -> Answer:
        """Send a request."""
        return ask(self.site.resource, "GET", path)


def test_hooks_are_guarded_by_the_listeners_token() -> None:
    """With a token in its settings, what is below `/_hostkit` is closed, and all else open."""
    served = Served("hooks", "health", token="s3cret-s3cret-s3cret")
    assert served.ask("/_hostkit/hooks/comments/check").status == 401
    assert served.ask("/health").status == 200
    assert Served("hooks").ask("/_hostkit/hooks/comments/check").status == 404


def test_nothing_is_started_that_everybody_could_reach(steps: list[str]) -> None:
    """The start is refused before any module has been started."""
    listeners = [{"endpoint": "tcp:1", "serve": ["hooks"]}]
    host = build_host(categories=[], listeners=listeners)
    with pytest.raises(ConfigErrors) as caught:
        Server(host, MemoryReactorClock())
    assert [problem.code for problem in caught.value.problems] == ["HK404"]
    assert steps == []


def test_health_is_served_where_it_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    """Elsewhere the paths are the modules'; here they are not, and the module's name is told."""
    assert Served("modules", path="/health").site.admission.always == ()
    assert caplog.messages == []
    served = Served("modules", "health", path="/health")
    assert served.ask("/health").json == {"status": "alive"}
    assert caplog.messages == [
        "tcp:1:interface=127.0.0.1: module 'holder' is not served at /health, since `health` is"
    ]
    assert Served("hooks").ask("/health").status == 404


def test_health_alone_hides_no_module(caplog: pytest.LogCaptureFixture) -> None:
    """A listener that serves no modules has none to hide."""
    assert Served("health", path="/ready").ask("/ready").status == 200
    assert caplog.messages == []


def test_a_busy_server_is_healthy() -> None:
    """Neither page is refused because of too many requests."""
    assert set(Served("health").site.admission.always) == {b"/health", b"/ready"}


def test_a_server_that_stops_is_alive_but_not_ready(steps: list[str]) -> None:
    """Requests in flight are answered before any module is stopped."""
    served = Served("modules", "health")
    assert served.ask("/ready").status == 200
    line = Line(served.site)
    line.get("/page")
    stopping = Deferred.fromCoroutine(served.server.stop())
    served.reactor.advance(1)
    assert served.ask("/ready").status == 503
    assert served.ask("/health").status == 200
    assert steps == ["start first"]
    Holder.page.answer()
    assert line.answer.body == b"done"
    assert stopping.called
    assert steps == ["start first", "stop first"]
    assert served.reactor.getDelayedCalls() == []


def test_what_takes_too_long_is_cut_off(steps: list[str], caplog: pytest.LogCaptureFixture) -> None:
    """After the time that `drain:` allows the modules are stopped; the log says how many."""
    served = Served("modules", drain="5s")
    line = Line(served.site)
    line.get("/page")
    stopping = Deferred.fromCoroutine(served.server.stop())
    ended: list[object] = []
    stopping.addCallback(ended.append)
    served.reactor.advance(4)
    assert ended == []
    served.reactor.advance(1)
    assert ended == [None]
    assert line.transport.is_aborted
    assert caplog.messages == [
        "1 requests took longer than 5s and are cut off: GET /page (module 'holder') for 5s"
    ]
    assert steps[-1] == "stop first"


def test_the_oldest_of_many_are_named(steps: list[str], caplog: pytest.LogCaptureFixture) -> None:
    """Without their queries, which may be anything."""
    served = Served("modules", drain="5s")
    lines = [Line(served.site) for _ in range(7)]
    for line in lines:
        line.get("/page?secret")
        served.reactor.advance(1)
    Deferred.fromCoroutine(served.server.stop())
    served.reactor.advance(5)
    (message,) = caplog.messages
    assert message.count("GET /page (module 'holder') for") == 5
    assert message.endswith("; and 2 more")
    assert "secret" not in message
    assert steps[-1] == "stop first"


def test_clients_that_wait_for_nothing_are_cut_off_in_silence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A connection without a request is not worth a warning."""
    served = Served("modules", drain="0s")
    Line(served.site)
    stopping = Deferred.fromCoroutine(served.server.stop())
    served.reactor.advance(0)
    assert stopping.called
    assert caplog.messages == []


def test_a_stop_that_is_cancelled_stops_the_modules(steps: list[str]) -> None:
    """Who gives up waiting for requests still has a clean end."""
    served = Served("modules")
    Line(served.site).get("/page")
    stopping = Deferred.fromCoroutine(served.server.stop())
    stopping.cancel()
    stopping.addErrback(lambda _: None)
    assert steps[-1] == "stop first"


def test_a_lame_duck_serves_but_is_not_ready(
    steps: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A load balancer sees at `/ready` that it ends, and clients are served until then."""
    caplog.set_level("INFO", "hostkit.serve")
    served = Served("modules", "health", lame_duck="10s")
    assert served.ask("/ready").status == 200
    line = Line(served.site)
    stopping = Deferred.fromCoroutine(served.server.stop())
    assert (served.ask("/ready").status, served.ask("/health").status) == (503, 200)
    served.reactor.advance(9)
    another = Line(served.site)
    for each in (line, another):
        each.get("/page")
        Holder.page.answer()
        assert "connection" not in each.answer.headers
    assert (stopping.called, len(served.server.addresses)) == (False, 1)
    served.reactor.advance(1)
    served.reactor.advance(1)
    assert served.server.addresses == ()
    line.hang_up()
    another.hang_up()
    assert stopping.called
    assert steps == ["start first", "stop first"]
    assert "not ready any more; listening for 10s longer" in caplog.messages


def test_a_stop_that_is_cancelled_waits_no_longer(steps: list[str]) -> None:
    """A lame duck is stopped at once, with its modules."""
    served = Served("modules", lame_duck="10s")
    stopping = Deferred.fromCoroutine(served.server.stop())
    stopping.addErrback(lambda _: None)
    stopping.cancel()
    assert stopping.called
    assert steps == ["start first", "stop first"]
    assert [call.getTime() for call in served.reactor.getDelayedCalls()] == []


def test_a_server_that_never_listened_is_no_lame_duck(steps: list[str]) -> None:
    """A start that fails is stopped at once."""
    served = Served("modules", lame_duck="10s")
    served.server._is_serving = False
    assert Deferred.fromCoroutine(served.server.stop()).called
    assert steps == ["start first", "stop first"]
