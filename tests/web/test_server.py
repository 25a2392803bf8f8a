from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.address import HostnameAddress, IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import CancelledError, Deferred, fail
from twisted.internet.error import CannotListenError
from twisted.web.server import Site

from hostkit import ConfigErrors, Host, ModuleFailedError
from hostkit.web import DEFAULT_LISTENER, Server
from tests.web.certificates import make_certificate
from tests.web.conftest import ask
from tests.web.endpoints import add_kind, listen
from tests.web.recorder import FakePort, RecordingReactor, never_listening

if TYPE_CHECKING:
    from pathlib import Path

TWO_MODULES = """
modules:
  - {module: tests.web.recorder.Recorder, name: first}
  - {module: tests.web.recorder.Recorder, name: second}
"""


class Booth:
    """Makes a server of a config file, on a reactor that only notes what it is asked to do."""

    def __init__(self, path: Path, steps: list[str]) -> None:
        self.path = path
        self.reactor = RecordingReactor(steps)
        self.steps = steps

    def make(self, text: str) -> Server:
        """Write the file and make its server."""
        self.path.write_text(text)
        host = Host.from_file(self.path, categories=[], clock=self.reactor).build()
        return Server(host, self.reactor)

    def start(self, text: str) -> Server:
        """Start the server of a file; what happens from then on is noted anew."""
        server = self.make(text)
        result_of(server.start())
        self.steps.clear()
        return server

    def refuse(self, text: str) -> ConfigErrors:
        """Write a file that is wrong, or whose server cannot start, and give its problems."""
        with pytest.raises(ConfigErrors) as caught:
            result_of(self.make(text).start())
        return caught.value


@pytest.fixture
def booth(tmp_path: Path, steps: list[str]) -> Booth:
    """Give a way to make servers."""
    return Booth(tmp_path / "host.yaml", steps)


def result_of(coroutine: Any) -> None:
    """Run a coroutine that ends at once."""
    deferred: Deferred[None] = Deferred.fromCoroutine(coroutine)
    done: list[object] = []
    deferred.addBoth(done.append)
    assert len(done) == 1
    if done[0] is not None:
        done[0].raiseException()  # type: ignore[attr-defined]


def cancel(coroutine: Any) -> None:
    """Run a coroutine that waits, and cancel it, which it passes on."""
    waiting = Deferred.fromCoroutine(coroutine)
    waiting.cancel()
    failures: list[Any] = []
    waiting.addErrback(failures.append)
    assert [failure.type for failure in failures] == [CancelledError]


def lines_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give what was logged about serving."""
    return [record.message for record in caplog.records if record.name == "hostkit.serve"]


def test_modules_start_before_ports_open(booth: Booth) -> None:
    """No request comes in before all modules are ready for it."""
    result_of(booth.make(TWO_MODULES).start())
    assert booth.steps == ["start first", "start second", "open 8080"]


TWO_PORTS = 'hostkit: {listeners: [{endpoint: "tcp:1"}, {endpoint: "tcp:2"}]}'
BACKWARDS = ["close 2", "close 1", "stop second", "stop first"]


def test_ports_close_before_modules_stop(booth: Booth) -> None:
    """Stopping goes backwards: ports first, then modules, the last one first."""
    result_of(booth.start(TWO_MODULES + TWO_PORTS).stop())
    assert booth.steps == BACKWARDS


def test_stopping_twice_is_stopping_once(booth: Booth) -> None:
    """What is stopped already is left alone."""
    server = booth.start(TWO_MODULES)
    result_of(server.stop())
    booth.steps.clear()
    result_of(server.stop())
    assert booth.steps == []


def test_a_port_that_cannot_be_closed_keeps_nothing_running(
    booth: Booth, caplog: pytest.LogCaptureFixture
) -> None:
    """What goes wrong with one port is logged; the other ports and the modules are stopped."""
    server = booth.start(TWO_MODULES + TWO_PORTS)
    booth.reactor.closing[2] = fail(RuntimeError("no such socket"))
    result_of(server.stop())
    assert booth.steps == BACKWARDS
    assert lines_of(caplog) == ["a listener could not be closed in good order"]


def test_a_stop_may_be_cancelled_while_it_closes_ports(booth: Booth) -> None:
    """A caller that gives up waiting for a port still has the modules stopped, and sees that."""
    server = booth.start(TWO_MODULES)
    booth.reactor.closing[8080] = Deferred()
    cancel(server.stop())
    assert booth.steps == ["close 8080", "stop second", "stop first"]


def test_without_listeners_the_default_one_serves(
    booth: Booth, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that names no listener is served on port 8080, for this machine only."""
    caplog.set_level(logging.INFO)
    booth.start("modules: []")
    assert [(port, host) for port, _, _, host in booth.reactor.tcpServers] == [(8080, "127.0.0.1")]
    assert lines_of(caplog) == ["listening on http://127.0.0.1:8080/ for modules, hooks"]
    assert DEFAULT_LISTENER.serve == ("modules", "hooks")


def test_each_listener_is_told_and_serves_its_own(
    booth: Booth, caplog: pytest.LogCaptureFixture
) -> None:
    """Listeners serve different things, and each has a line in the log that says which."""
    caplog.set_level(logging.INFO)
    text = """
modules: [{module: tests.web.recorder.Recorder, name: words, config: {path: /words}}]
hostkit:
  listeners:
    - {endpoint: "tcp:1:interface=127.0.0.1", serve: [modules]}
    - {endpoint: "tcp:2:interface=\\\\:\\\\:1", serve: [hooks]}
    - {endpoint: "tcp:3:interface=127.0.0.1", serve: [health]}
"""
    booth.start(text)
    assert [line for line in lines_of(caplog) if line.startswith("listening")] == [
        "listening on http://127.0.0.1:1/ for modules",
        "listening on http://[::1]:2/ for hooks",
        "listening on http://127.0.0.1:3/ for health",
    ]
    roots = [site.resource for _, site, _, _ in booth.reactor.tcpServers if isinstance(site, Site)]
    assert [ask(root, "GET", "/words").status for root in roots] == [200, 404, 404]
    hook = "/_hostkit/hooks/comments/check_comment"
    errcodes = [ask(root, "POST", hook).json["errcode"] for root in roots]
    assert errcodes == ["not_found", "unknown_hook", "not_found"]


def test_parts_that_are_not_built_are_refused(booth: Booth) -> None:
    """A listener that is to serve what there is not is a mistake, with its place (HK417)."""
    text = 'hostkit: {listeners: [{endpoint: "tcp:1", serve: [health, metrics]}]}'
    (problem,) = booth.refuse(text).problems
    assert (problem.code, str(problem.place)) == ("HK417", f"{booth.path}:1:59")
    assert problem.message == "this version has no 'metrics' to serve"
    assert problem.expected == "modules, hooks, admin or health"


def test_bad_endpoints_are_told_at_once_with_their_places(booth: Booth) -> None:
    """All endpoints that cannot be understood are told, each with its line; nothing is started."""
    text = """
hostkit:
  listeners:
    - endpoint: tcp:8080
    - endpoint: pigeon:8080
    - endpoint: tcp:eighty
"""
    problems = booth.refuse(TWO_MODULES + text).problems
    told = [(problem.code, str(problem.place)) for problem in problems]
    assert told == [("HK402", f"{booth.path}:9:17"), ("HK402", f"{booth.path}:10:17")]
    assert "'pigeon:8080'" in problems[0].message
    assert booth.steps == []


def test_a_taken_port_is_told_with_its_place(booth: Booth) -> None:
    """When one listener cannot listen, it is told with its line, and all else is stopped again."""
    booth.reactor.taken = 2
    listeners = '\nhostkit:\n  listeners:\n    - endpoint: "tcp:1"\n    - endpoint: "tcp:2"\n'
    error = booth.refuse(TWO_MODULES + listeners)
    (problem,) = error.problems
    assert (problem.code, str(problem.place)) == ("HK403", f"{booth.path}:9:17")
    assert problem.message.startswith("cannot listen at tcp:2: ")
    assert isinstance(error.__cause__, CannotListenError)
    assert booth.steps[2:] == ["open 1", "close 1", "stop second", "stop first"]


def test_the_default_port_may_be_taken(booth: Booth) -> None:
    """There is no line in the file to blame, so the file is."""
    booth.reactor.taken = 8080
    (problem,) = booth.refuse("modules: []").problems
    assert (problem.code, problem.path) == ("HK403", ())


def test_a_module_that_cannot_start_leaves_nothing_listening(booth: Booth) -> None:
    """No port is opened unless all modules were started."""
    failing = "  - {module: tests.web.recorder.Recorder, name: third, config: {fails: true}}\n"
    with pytest.raises(ModuleFailedError, match="third"):
        booth.start(TWO_MODULES + failing)
    assert booth.steps[:2] == ["start first", "start second"]
    assert booth.steps[2:] == ["stop third", "stop second", "stop first"]


def test_an_optional_module_that_cannot_start_is_not_served(
    booth: Booth, caplog: pytest.LogCaptureFixture
) -> None:
    """The server goes on without its pages, and nothing else is wrong."""
    missing = (
        "  - {module: tests.web.recorder.Recorder, name: third, optional: true, "
        "config: {fails: true, path: /third}}\n"
    )
    server = booth.start(TWO_MODULES + missing)
    site: Any = booth.reactor.tcpServers[0][1]
    assert ask(site.resource, "GET", "/third").status == 404
    assert [record.name for record in caplog.records] == ["hostkit.modules.third"]
    result_of(server.stop())


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (IPv4Address("TCP", "10.0.0.1", 80), "http://10.0.0.1:80/"),
        (IPv6Address("TCP", "::1", 443), "http://[::1]:443/"),
        (UNIXAddress(b"/run/\xff"), "unix:/run/\N{REPLACEMENT CHARACTER}"),
        (UNIXAddress(None), "other:x"),
        (HostnameAddress(b"x.onion", 80), "other:x"),
    ],
)
def test_a_listener_is_told_by_its_url(
    address: object, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says where to connect to, as far as there is a URL for it."""
    caplog.set_level(logging.INFO)
    add_kind(monkeypatch, FakePort(address))
    assert listen("other:x").called
    assert lines_of(caplog) == [f"listening on {url} for modules"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Twisted uses old functions of pyOpenSSL
def test_a_listener_with_tls_has_another_scheme(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Which clients have to know."""
    caplog.set_level(logging.INFO)
    make_certificate(tmp_path, "x")
    text = f"ssl:443:privateKey={tmp_path}/x.key:certKey={tmp_path}/x.crt"
    assert listen(text).called
    (line,) = lines_of(caplog)
    assert line == "listening on https://0.0.0.0:443/ for modules"


def test_a_start_may_be_cancelled_while_it_opens_ports(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Being cancelled is no problem of the file; the modules are stopped, and it is passed on."""
    monkeypatch.setattr("hostkit.web._endpoints.serverFromString", never_listening)
    cancel(booth.make(TWO_MODULES).start())
    assert booth.steps[2:] == ["stop second", "stop first"]
