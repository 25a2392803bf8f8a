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


@pytest.fixture
def reactor(steps: list[str]) -> RecordingReactor:
    """Give a reactor that only notes what it is asked to listen on."""
    return RecordingReactor(steps)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the name of the config file."""
    return tmp_path / "host.yaml"


def make_server(path: Path, reactor: RecordingReactor, text: str) -> Server:
    """Write a config file and make its server."""
    path.write_text(text)
    return Server(Host.from_file(path, categories=[], clock=reactor).build(), reactor)


def result_of(coroutine: Any) -> None:
    """Run a coroutine that ends at once."""
    deferred: Deferred[None] = Deferred.fromCoroutine(coroutine)
    done: list[object] = []
    deferred.addBoth(done.append)
    assert len(done) == 1
    if done[0] is not None:
        done[0].raiseException()  # type: ignore[attr-defined]


def lines_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give what was logged about serving."""
    return [record.message for record in caplog.records if record.name == "hostkit.serve"]


def test_modules_start_before_ports_open(
    path: Path, reactor: RecordingReactor, steps: list[str]
) -> None:
    """No request comes in before all modules are ready for it."""
    result_of(make_server(path, reactor, TWO_MODULES).start())
    assert steps == ["start first", "start second", "open 8080"]


def test_ports_close_before_modules_stop(
    path: Path, reactor: RecordingReactor, steps: list[str]
) -> None:
    """Stopping goes backwards: ports first, then modules, the last one first."""
    listeners = 'hostkit: {listeners: [{endpoint: "tcp:1"}, {endpoint: "tcp:2"}]}'
    server = make_server(path, reactor, TWO_MODULES + listeners)
    result_of(server.start())
    steps.clear()
    result_of(server.stop())
    assert steps == ["close 2", "close 1", "stop second", "stop first"]


def test_stopping_twice_is_stopping_once(
    path: Path, reactor: RecordingReactor, steps: list[str]
) -> None:
    """What is stopped already is left alone."""
    server = make_server(path, reactor, TWO_MODULES)
    result_of(server.start())
    result_of(server.stop())
    steps.clear()
    result_of(server.stop())
    assert steps == []


def test_a_port_that_cannot_be_closed_keeps_nothing_running(
    path: Path, reactor: RecordingReactor, steps: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """What goes wrong with one port is logged; the other ports and the modules are stopped."""
    listeners = 'hostkit: {listeners: [{endpoint: "tcp:1"}, {endpoint: "tcp:2"}]}'
    server = make_server(path, reactor, TWO_MODULES + listeners)
    result_of(server.start())
    steps.clear()
    reactor.closing[2] = fail(RuntimeError("no such socket"))
    result_of(server.stop())
    assert steps == ["close 2", "close 1", "stop second", "stop first"]
    assert lines_of(caplog) == ["a listener could not be closed in good order"]


def test_a_stop_may_be_cancelled_while_it_closes_ports(
    path: Path, reactor: RecordingReactor, steps: list[str]
) -> None:
    """Who gives up waiting for a port still has the modules stopped, and is told."""
    server = make_server(path, reactor, TWO_MODULES)
    result_of(server.start())
    reactor.closing[8080] = Deferred()
    stopping = Deferred.fromCoroutine(server.stop())
    assert steps[-1] == "close 8080"
    stopping.cancel()
    failures: list[Any] = []
    stopping.addErrback(failures.append)
    assert [failure.type for failure in failures] == [CancelledError]
    assert steps[-2:] == ["stop second", "stop first"]


def test_without_listeners_the_default_one_serves(
    path: Path, reactor: RecordingReactor, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that names no listener is served on port 8080, for this machine only."""
    caplog.set_level(logging.INFO)
    result_of(make_server(path, reactor, "modules: []").start())
    assert [(port, host) for port, _, _, host in reactor.tcpServers] == [(8080, "127.0.0.1")]
    assert lines_of(caplog) == ["listening on http://127.0.0.1:8080/ for modules, hooks"]
    assert DEFAULT_LISTENER.serve == ("modules", "hooks")


def test_each_listener_is_told_and_serves_its_own(
    path: Path, reactor: RecordingReactor, caplog: pytest.LogCaptureFixture
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
    result_of(make_server(path, reactor, text).start())
    assert [line for line in lines_of(caplog) if line.startswith("listening")] == [
        "listening on http://127.0.0.1:1/ for modules",
        "listening on http://[::1]:2/ for hooks",
        "listening on http://127.0.0.1:3/ for health",
    ]
    roots = [site.resource for _, site, _, _ in reactor.tcpServers if isinstance(site, Site)]
    assert [ask(root, "GET", "/words").status for root in roots] == [200, 404, 404]
    hook = "/_hostkit/hooks/comments/check_comment"
    errcodes = [ask(root, "POST", hook).json["errcode"] for root in roots]
    assert errcodes == ["not_found", "unknown_hook", "not_found"]


def test_parts_that_are_not_built_are_refused(path: Path, reactor: RecordingReactor) -> None:
    """A listener that is to serve what there is not is a mistake, with its place (HK417)."""
    text = 'hostkit: {listeners: [{endpoint: "tcp:1", serve: [health, metrics]}]}'
    with pytest.raises(ConfigErrors) as caught:
        make_server(path, reactor, text)
    (problem,) = caught.value.problems
    assert (problem.code, str(problem.place)) == ("HK417", f"{path}:1:59")
    assert problem.message == "this version has no 'metrics' to serve"
    assert problem.expected == "modules, hooks, admin or health"


def test_bad_endpoints_are_told_at_once_with_their_places(
    path: Path, reactor: RecordingReactor, steps: list[str]
) -> None:
    """All endpoints that cannot be understood are told, each with its line; nothing is started."""
    text = """
hostkit:
  listeners:
    - endpoint: tcp:8080
    - endpoint: pigeon:8080
    - endpoint: tcp:eighty
"""
    with pytest.raises(ConfigErrors) as caught:
        make_server(path, reactor, TWO_MODULES + text)
    told = [(problem.code, str(problem.place)) for problem in caught.value.problems]
    assert told == [("HK402", f"{path}:9:17"), ("HK402", f"{path}:10:17")]
    assert "'pigeon:8080'" in caught.value.problems[0].message
    assert steps == []


def test_a_taken_port_is_told_with_its_place(
    path: Path, reactor: RecordingReactor, steps: list[str]
) -> None:
    """When one listener cannot listen, it is told with its line, and all else is stopped again."""
    reactor.taken = 2
    listeners = '\nhostkit:\n  listeners:\n    - endpoint: "tcp:1"\n    - endpoint: "tcp:2"\n'
    server = make_server(path, reactor, TWO_MODULES + listeners)
    with pytest.raises(ConfigErrors) as caught:
        result_of(server.start())
    (problem,) = caught.value.problems
    assert (problem.code, str(problem.place)) == ("HK403", f"{path}:9:17")
    assert problem.message.startswith("cannot listen at tcp:2: ")
    assert isinstance(caught.value.__cause__, CannotListenError)
    assert steps[2:] == ["open 1", "close 1", "stop second", "stop first"]


def test_the_default_port_may_be_taken(path: Path, reactor: RecordingReactor) -> None:
    """There is no line in the file to blame, so the file is."""
    reactor.taken = 8080
    with pytest.raises(ConfigErrors) as caught:
        result_of(make_server(path, reactor, "modules: []").start())
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("HK403", ())


def test_a_module_that_cannot_start_leaves_nothing_listening(
    path: Path, reactor: RecordingReactor, steps: list[str]
) -> None:
    """No port is opened unless all modules were started."""
    failing = "  - {module: tests.web.recorder.Recorder, name: third, config: {fails: true}}\n"
    with pytest.raises(ModuleFailedError, match="third"):
        result_of(make_server(path, reactor, TWO_MODULES + failing).start())
    assert steps[:2] == ["start first", "start second"]
    assert steps[2:] == ["stop third", "stop second", "stop first"]


def test_an_optional_module_that_cannot_start_is_not_served(
    path: Path, reactor: RecordingReactor, caplog: pytest.LogCaptureFixture
) -> None:
    """The server goes on without its pages, and nothing else is wrong."""
    missing = (
        "  - {module: tests.web.recorder.Recorder, name: third, optional: true, "
        "config: {fails: true, path: /third}}\n"
    )
    server = make_server(path, reactor, TWO_MODULES + missing)
    result_of(server.start())
    site: Any = reactor.tcpServers[0][1]
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
    path: Path, reactor: RecordingReactor, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Being cancelled is no problem of the file; the modules are stopped, and it is passed on."""
    monkeypatch.setattr("hostkit.web._endpoints.serverFromString", never_listening)
    starting = Deferred.fromCoroutine(make_server(path, reactor, TWO_MODULES).start())
    starting.cancel()
    failures: list[Any] = []
    starting.addErrback(failures.append)
    assert [failure.type for failure in failures] == [CancelledError]
    assert steps[2:] == ["stop second", "stop first"]
