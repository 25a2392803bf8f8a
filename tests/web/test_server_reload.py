"""`Server.reload`, with a reactor in memory: what clients see of it."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import globalLogPublisher

from hostkit import ConfigErrors, Host, HostkitError
from hostkit.web import Server
from tests.web.conftest import Comments
from tests.web.line import Line
from tests.web.pages import Held
from tests.web.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hostkit import ModuleApi


class Holder(Recorder):
    """A module whose page answers when the test says so."""

    pages: dict[str, Held] = {}  # noqa: RUF012 -- shared with the test

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        super().__init__({}, api)
        self.pages[api.name] = Held()
        for path in config["paths"]:
            api.register_web_resource(path, self.pages[api.name])
        api.register(Comments, on_comment_posted=lambda author: None)


class Served:
    """A server of a file, with two listeners in memory."""

    def __init__(self, file: Path, modules: dict[str, str], **settings: str) -> None:
        self._file = file
        self._settings = settings
        self.write(modules)
        self.reactor: Any = MemoryReactorClock()
        host = Host.from_file(file, categories=[Comments], clock=self.reactor)
        self.server = Server(host.build(), self.reactor)
        assert Deferred.fromCoroutine(self.server.start()).called
        self.sites: list[Any] = [server[1] for server in self.reactor.tcpServers]

    def write(self, modules: dict[str, str]) -> None:
        """Write the file: which modules there are, and their paths."""
        lines = [
            f"  - {{module: {__name__}.Holder, name: {name}, config: {{paths: [{paths}]}}}}"
            for name, paths in modules.items()
        ]
        settings = [f"  {key}: {value}" for key, value in self._settings.items()]
        self._file.write_text(
            "\n".join(["modules:", *lines, "hostkit:", *settings, "  listeners:"])
            + """
    - {endpoint: "tcp:1:interface=127.0.0.1", serve: [modules, hooks, health]}
    - {endpoint: "tcp:2:interface=127.0.0.1", serve: [modules]}
"""
        )

    def line(self, path: str, site: int = 0) -> Line:
        """Send a request on a new connection."""
        line = Line(self.sites[site])
        line.get(path)
        return line

    def status(self, path: str, site: int = 0) -> int:
        """Tell how a page answers that does so at once."""
        return self.line(path, site).answer.status

    def reload(self, modules: dict[str, str]) -> Deferred[Any]:
        """Begin to reload with these modules."""
        self.write(modules)
        return Deferred.fromCoroutine(self.server.reload())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the name of the config file."""
    return tmp_path / "host.yaml"


@pytest.fixture
def unhandled() -> Iterator[list[object]]:
    """Give what Twisted logs, such as failures that nobody has looked at when they are deleted."""
    events: list[object] = []
    observer: Any = events.append
    globalLogPublisher.addObserver(observer)
    yield events
    globalLogPublisher.removeObserver(observer)


def test_pages_are_those_of_the_new_file(file: Path, steps: list[str]) -> None:
    """On every listener, and from one moment to the next; idle connections stay open."""
    served = Served(file, {"a": "/a, /both"})
    idle = Line(served.sites[0])
    assert served.reload({"b": "/b, /both"}).called
    assert steps == ["start a", "start b", "stop a"]
    for site in (0, 1):
        assert served.status("/a", site) == 404
        line = served.line("/both", site)
        Holder.pages["b"].answer(b"new")
        assert line.answer.body == b"new"
    idle.get("/a")
    assert idle.answer.status == 404
    assert idle.is_open()


def test_a_start_goes_on_without_an_optional_module(
    file: Path, steps: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Its pages are not served then, those of the others are, and a reload is possible."""
    file.write_text(
        f"""
modules:
  - {{module: {Recorder.__module__}.Recorder, name: a, config: {{path: /a}}}}
  - {{module: {Recorder.__module__}.Recorder, name: b, config: {{path: /b, fails: true}},
      optional: true}}
hostkit: {{listeners: [{{endpoint: "tcp:1:interface=127.0.0.1"}}]}}
"""
    )
    reactor: Any = MemoryReactorClock()
    host = Host.from_file(file, categories=[Comments], clock=reactor).build()
    server = Server(host, reactor)
    assert Deferred.fromCoroutine(server.start()).called
    statuses = []
    for path in ("/a", "/b"):
        line = Line(reactor.tcpServers[0][1])
        line.get(path)
        statuses.append(line.answer.status)
    assert statuses == [200, 404]
    file.write_text(file.read_text().replace(", fails: true", ""))
    reloading = Deferred.fromCoroutine(server.reload())
    assert str(reloading.result) == "1 new module, 1 kept, 0 gone"
    line = Line(reactor.tcpServers[0][1])
    line.get("/b")
    assert line.answer.status == 200
    assert [each.levelname for each in caplog.records] == ["WARNING"]
    assert steps == ["start a", "stop b", "start b"]


def test_requests_under_way_finish_where_they_began(file: Path, steps: list[str]) -> None:
    """And only then their module is stopped; meanwhile others get the new pages."""
    served = Served(file, {"a": "/page"})
    lines = [served.line("/page", site) for site in (0, 1)]
    reloading = served.reload({"b": "/page"})
    later = served.line("/page")
    assert len(Holder.pages["b"].requests) == 1
    for line in lines:
        served.reactor.advance(1)
        assert (reloading.called, steps[-1]) == (False, "start b")
        Holder.pages["a"].answer(b"old")
        assert line.answer.body == b"old"
    served.reactor.advance(1)
    assert (reloading.called, steps[-1]) == (True, "stop a")
    Holder.pages["b"].answer(b"new")
    assert later.answer.body == b"new"


def test_requests_that_begin_later_are_not_waited_for(file: Path, steps: list[str]) -> None:
    """A server that is always busy gets rid of its old modules all the same."""
    served = Served(file, {"a": "/page"})
    old = served.line("/page")
    reloading = served.reload({"b": "/page"})
    new = served.line("/page")
    old.get("/page")  # for after the first answer
    Holder.pages["a"].answer()
    served.reactor.advance(1)
    assert (reloading.called, steps[-1]) == (True, "stop a")
    assert len(Holder.pages["b"].requests) == 2
    assert new.answers == []


def test_clients_that_go_away_are_not_waited_for(file: Path, steps: list[str]) -> None:
    """It is known at once when the last connection is gone."""
    served = Served(file, {"a": "/page"})
    line = served.line("/page")
    reloading = served.reload({})
    line.hang_up()
    assert (reloading.called, steps[-1]) == (True, "stop a")


def test_a_request_that_takes_too_long_is_not_waited_for(
    file: Path, steps: list[str], unhandled: list[object]
) -> None:
    """After the time that `drain:` allows its module is stopped, but it may still be answered."""
    served = Served(file, {"a": "/page"}, drain="5s")
    line = served.line("/page")
    reloading = served.reload({})
    served.reactor.advance(4)
    assert (reloading.called, steps[-1]) == (False, "start a")
    served.reactor.advance(1)
    assert (reloading.called, steps[-1]) == (True, "stop a")
    Holder.pages["a"].answer(b"late")
    assert line.answer.body == b"late"
    served.reactor.advance(1)
    gc.collect()
    assert unhandled == []
    assert [call.func for call in served.reactor.getDelayedCalls()] == [served.sites[0]._look]


def test_a_server_is_ready_meanwhile(file: Path) -> None:
    """Nobody has to be sent elsewhere because of a reload."""
    served = Served(file, {"a": "/page"})
    line = served.line("/page")
    reloading = served.reload({"b": "/page"})
    assert (served.status("/ready"), served.status("/health")) == (200, 200)
    line.hang_up()
    served.reactor.advance(1)
    assert reloading.called
    assert served.status("/ready") == 200


def test_a_broken_file_changes_no_page(file: Path, steps: list[str]) -> None:
    """What was served is served on."""
    served = Served(file, {"a": "/page"})
    failures: list[Any] = []
    served.reload({"b": "nonsense"}).addErrback(failures.append)
    assert failures[0].check(ConfigErrors)
    line = served.line("/page")
    Holder.pages["a"].answer()
    assert line.answer.status == 200
    assert steps == ["start a"]


def test_the_gateway_describes_the_new_modules(file: Path) -> None:
    """It is written anew when it is asked for next."""
    served = Served(file, {"a": "/page"})
    for names in (["a"], ["c", "b"], []):
        assert served.reload(dict.fromkeys(names, "/page")).called
        hooks = served.line("/_hostkit/hooks").answer.json["categories"]["comments"]["hooks"]
        assert hooks["on_comment_posted"]["modules"] == names


def test_a_server_that_stops_is_not_reloaded(file: Path, steps: list[str]) -> None:
    """No module is started just to be stopped."""
    served = Served(file, {"a": "/page"})
    line = served.line("/page")
    stopping = Deferred.fromCoroutine(served.server.stop())
    failures: list[Any] = []
    served.reload({"b": "/page"}).addErrback(failures.append)
    assert failures[0].check(HostkitError)
    assert str(failures[0].value) == "the server is stopping"
    Holder.pages["a"].answer()
    assert line.answer.status == 200
    served.reactor.advance(1)
    assert stopping.called
    assert steps == ["start a", "stop a"]


def test_a_server_may_be_stopped_during_a_reload(file: Path, steps: list[str]) -> None:
    """The requests in flight are still answered, and every module is stopped once."""
    served = Served(file, {"a": "/page"})
    line = served.line("/page")
    reloading = served.reload({"b": "/page"})
    stopping = Deferred.fromCoroutine(served.server.stop())
    assert steps == ["start a", "start b"]
    Holder.pages["a"].answer()
    assert line.answer.status == 200
    served.reactor.advance(1)
    assert (reloading.called, stopping.called) == (True, True)
    assert sorted(steps[2:]) == ["stop a", "stop b"]
