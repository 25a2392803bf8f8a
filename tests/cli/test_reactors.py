"""`hostkit serve` on each reactor, with a module that awaits Deferreds and asyncio futures."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import twisted.internet.main
import uvloop
from twisted.internet import asyncioreactor

from hostkit.cli._reactor import reactor_installed
from tests.cli.conftest import Write, run
from tests.cli.servers import connect, errors_of, serving, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPConnection
    from pathlib import Path

FILE = """
modules:
  - module: tests.cli.awaiting.Awaiting
    name: awaiting
    config: {{notes: {notes}, url: "{url}", uses_asyncio: {uses_asyncio}}}
hostkit:
  categories: [tests.cli.awaiting.Questions]
  listeners: [{{endpoint: "tcp:0:interface=127.0.0.1", serve: [modules, hooks]}}]
"""
TWISTED = {"Deferred": "fired", "thread": "ran"}
ASYNCIO = {"sleep": "slept", "timeout": "timed out", "http": "hello", "anyio": "grouped"}
EPOLL = pytest.param(
    "epoll", marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux has it")
)


class Hello(BaseHTTPRequestHandler):
    """Says hello, and nothing to standard error."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    """Serve something on this machine, and give its address."""
    with HTTPServer(("127.0.0.1", 0), Hello) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Give the file in which the module notes what it does."""
    return tmp_path / "notes"


@contextmanager
def connected(file: str, *options: str) -> Iterator[tuple[subprocess.Popen[str], HTTPConnection]]:
    """Run a program and connect to it."""
    with serving(file, *options) as process:
        connection = connect(wait_for(process, "listening on"))
        yield process, connection
        connection.close()


def ask(connection: HTTPConnection, way: str) -> tuple[int, Any]:
    """Ask the module; give the status and the body."""
    connection.request("POST", "/_hostkit/hooks/questions/ask", json.dumps({"way": way}))
    response = connection.getresponse()
    return response.status, json.loads(response.read())


@pytest.mark.parametrize("options", [(), ("--reactor", "asyncio"), ("--reactor", "uvloop")])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_modules_may_await_twisted_and_asyncio(
    options: tuple[str, ...], number: int, notes: Path, url: str, write: Write
) -> None:
    """In callbacks, `start` and `stop`; tasks they leave running are cancelled at the end."""
    file = write(FILE.format(notes=notes, url=url, uses_asyncio="true"))
    with connected(file, *options) as (process, connection):
        for way, answer in {**TWISTED, **ASYNCIO}.items():
            assert ask(connection, way) == (200, {"result": answer})
        connection.close()  # an idle one is kept for another second or two
        process.send_signal(number)
        rest = errors_of(process).read()
        assert process.wait() == 0
    assert [line.split(" ", 2)[2] for line in rest.splitlines()] == ["INFO hostkit.serve: stopping"]
    assert notes.read_text().splitlines() == ["stopped", "task cancelled"]


@pytest.mark.parametrize("reactor", [EPOLL, "poll", "select"])
def test_a_module_that_needs_asyncio_is_named(
    reactor: str, notes: Path, url: str, write: Write
) -> None:
    """On another reactor Deferreds can be awaited, and the log says what the others need."""
    file = write(FILE.format(notes=notes, url=url, uses_asyncio="false"))
    with connected(file, "--reactor", reactor) as (process, connection):
        for way, answer in TWISTED.items():
            assert ask(connection, way) == (200, {"result": answer})
        for way in ASYNCIO:
            status, body = ask(connection, way)
            assert (status, body["module"]) == (503, "awaiting")
            line = wait_for(process, "module 'awaiting' failed in questions.ask: ")
            assert "it needs `hostkit serve --reactor asyncio`" in line
        connection.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert notes.read_text() == "stopped\n"


@pytest.mark.parametrize("reactor", ["select"])
def test_a_module_that_needs_asyncio_to_start_is_named(
    reactor: str, notes: Path, write: Write
) -> None:
    """The server ends with 1, and says what the module needs."""
    file = write(FILE.format(notes=notes, url="", uses_asyncio="true"))
    with serving(file, "--reactor", reactor) as process:
        _, err = process.communicate()
    assert process.returncode == 1
    assert "module 'awaiting' failed in start: RuntimeError: no running event loop (" in err
    assert "`hostkit serve --reactor asyncio`" in err


def test_a_client_that_disconnects_cancels_the_task(notes: Path, write: Write) -> None:
    """The callback sees asyncio's cancellation, at whatever it was waiting for."""
    file = write(FILE.format(notes=notes, url="", uses_asyncio="true"))
    with connected(file) as (process, connection):
        connection.request("POST", "/_hostkit/hooks/questions/ask", '{"way": "never"}')
        wait_for(process, "awaiting: waiting")
        connection.close()
        wait_for(process, "awaiting: cancelled")
        process.send_signal(signal.SIGTERM)
        rest = errors_of(process).read()
        assert process.wait() == 0
    assert "Traceback" not in rest


def test_a_reactor_of_another_platform_is_refused(write: Write) -> None:
    """The error says why it does not work, and which ones do."""
    other = "epoll" if hasattr(__import__("select"), "kqueue") else "kqueue"
    result = run("serve", "--reactor", other, write("modules: []"))
    assert result.exit_code == 2
    assert f"'--reactor': '{other}' does not work here (" in result.stderr
    assert "; these do: asyncio, uvloop, " in result.stderr


def test_an_unknown_reactor_is_refused(write: Write) -> None:
    """The error lists all that there are."""
    result = run("serve", "--reactor", "nuclear", write("modules: []"))
    assert result.exit_code == 2
    assert "'asyncio', 'uvloop', 'epoll', 'kqueue', 'poll', 'select'" in result.stderr


def test_a_reactor_that_is_installed_already_is_used(write: Write) -> None:
    """Where a program runs the command in its own process, `--reactor` is refused."""
    assert "HK107" in run("serve", write("modules: [{module: tests.cli.modules.Broken}]")).stderr
    result = run("serve", "--reactor", "select", write("modules: []"))
    assert result.exit_code == 1
    assert "a reactor was installed before this command could choose one" in result.stderr


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Have reactors noted instead of installed, as if there was none."""
    reactors: list[Any] = []
    monkeypatch.delitem(sys.modules, "twisted.internet.reactor")
    monkeypatch.setattr(twisted.internet.main, "installReactor", reactors.append)
    yield reactors
    for reactor in reactors:
        for reader in reactor.removeAll():
            reader.connectionLost(None)


def loop_of(reactor: Any) -> Any:
    """Give the loop a reactor runs on."""
    assert isinstance(reactor, asyncioreactor.AsyncioSelectorReactor)
    return reactor._asyncioEventloop


@pytest.mark.parametrize("name", [None, "asyncio"])
def test_the_loop_is_python_s_own_by_default(installed: list[Any], name: str | None) -> None:
    """Also where uvloop is installed; it is closed afterwards."""
    with reactor_installed(name):
        (reactor,) = installed
        assert isinstance(loop_of(reactor), asyncio.SelectorEventLoop)
    assert loop_of(reactor).is_closed()


def test_uvloop_is_used_where_it_is_wanted(installed: list[Any]) -> None:
    """It is closed afterwards, too."""
    with reactor_installed("uvloop"):
        (reactor,) = installed
        assert isinstance(loop_of(reactor), uvloop.Loop)
    assert loop_of(reactor).is_closed()


def test_a_task_that_resists_its_cancellation_is_left(
    installed: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No task keeps the server from ending; the log names it."""
    monkeypatch.setattr("hostkit.cli._reactor._GRACE_SECONDS", 0.001)

    async def refuse() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.get_running_loop().create_future()
        await asyncio.get_running_loop().create_future()

    refusing = refuse()
    with reactor_installed("asyncio"):
        loop = loop_of(installed[0])
        task = loop.create_task(refusing)
        loop.run_until_complete(asyncio.sleep(0))
    (message,) = caplog.messages
    assert message.startswith("a task that was left running resists its cancellation: <Task ")
    assert loop.is_closed()
    task._log_destroy_pending = False  # asyncio would log it as well, later
    refusing.close()


def test_uvloop_may_be_missing(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says how to install it."""
    monkeypatch.setitem(sys.modules, "uvloop", None)
    monkeypatch.delitem(sys.modules, "hostkit.loops.safe_uvloop", raising=False)
    result = run("serve", "--reactor", "uvloop", write("modules: []"))
    assert result.exit_code == 2
    assert "pip install 'hostkit-framework[uvloop]'" in result.stderr


@pytest.mark.parametrize("reactor", ["asyncio", "uvloop", EPOLL, "select"])
def test_no_reactor_calls_by_the_time_of_day(reactor: str) -> None:
    """A clock that is set back would stop loops and time-outs for as long."""
    code = f"""
import time
from hostkit.cli._reactor import reactor_installed
with reactor_installed({reactor!r}):
    from twisted.internet import reactor
    assert reactor.seconds is time.monotonic
    reactor.callLater(0, reactor.stop)
    reactor.run()
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
