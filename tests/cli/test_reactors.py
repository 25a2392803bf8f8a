"""`hostkit serve` on each reactor, with a module that awaits Deferreds and asyncio futures."""

from __future__ import annotations

import json
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import Write, run
from tests.cli.servers import connected, serving, stop, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPConnection
    from pathlib import Path

FILE = """
modules:
  - module: tests.cli.awaiting.Awaiting
    name: awaiting
    config: {{notes: {notes}, url: "{url}", uses_asyncio: {uses_asyncio}{more}}}
hostkit:
  categories: [tests.cli.awaiting.Questions]
  listeners: [{{endpoint: "tcp:0:interface=127.0.0.1", serve: [modules, hooks]}}]
"""


def file_text(notes: Path, url: str = "", *, uses_asyncio: bool = True, more: str = "") -> str:
    """Write the text of a file with the module; `more` is for its config."""
    return FILE.format(notes=notes, url=url, uses_asyncio=str(uses_asyncio).lower(), more=more)


TWISTED = {"Deferred": "fired", "thread": "ran", "clock": "is never set"}
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
    """In callbacks, `start` and `stop`; tasks they leave running are cancelled at the end.

    The loop is Python's own by default, also where uvloop is installed, and is closed afterwards.
    """
    file = write(file_text(notes, url))
    with connected(file, *options) as (process, connection):
        for way, answer in {**TWISTED, **ASYNCIO}.items():
            assert ask(connection, way) == (200, {"result": answer})
        connection.close()  # an idle one is kept for another second or two
        rest = stop(process, number)
    assert [line.split(" ", 2)[2] for line in rest.splitlines()] == ["INFO hostkit.serve: stopping"]
    loop = "uvloop" if "uvloop" in options else "asyncio"
    assert notes.read_text().splitlines() == ["stopped", "task cancelled", f"{loop} closed"]


@pytest.mark.parametrize("reactor", [EPOLL, "poll", "select"])
def test_a_module_that_needs_asyncio_is_named(
    reactor: str, notes: Path, url: str, write: Write
) -> None:
    """On another reactor Deferreds can be awaited, and the log says what the others need."""
    file = write(file_text(notes, url, uses_asyncio=False))
    with connected(file, "--reactor", reactor) as (process, connection):
        for way, answer in TWISTED.items():
            assert ask(connection, way) == (200, {"result": answer})
        for way in ASYNCIO:
            status, body = ask(connection, way)
            assert (status, body["module"]) == (503, "awaiting")
            line = wait_for(process, "module 'awaiting' failed in questions.ask: ")
            assert "it needs `hostkit serve --reactor asyncio`" in line
        connection.close()
        stop(process)
    assert notes.read_text() == "stopped\n"


@pytest.mark.parametrize("reactor", ["select"])
def test_a_module_that_needs_asyncio_to_start_is_named(
    reactor: str, notes: Path, write: Write
) -> None:
    """The server ends with 1, and says what the module needs."""
    file = write(file_text(notes))
    with serving(file, "--reactor", reactor) as process:
        _, err = process.communicate()
    assert process.returncode == 1
    assert "module 'awaiting' failed in start: RuntimeError: no running event loop (" in err
    assert "`hostkit serve --reactor asyncio`" in err


def test_a_client_that_disconnects_cancels_the_task(notes: Path, write: Write) -> None:
    """The callback sees asyncio's cancellation, at whatever it was waiting for."""
    file = write(file_text(notes))
    with connected(file) as (process, connection):
        connection.request("POST", "/_hostkit/hooks/questions/ask", '{"way": "never"}')
        wait_for(process, "awaiting: waiting")
        connection.close()
        wait_for(process, "awaiting: cancelled")
        rest = stop(process)
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


def test_a_task_that_resists_its_cancellation_is_left(notes: Path, write: Write) -> None:
    """No task keeps the server from ending; the log names it."""
    file = write(file_text(notes, more=", resists: true"))
    with connected(file) as (process, connection):
        connection.close()
        rest = stop(process)
    assert "a task that was left running resists its cancellation: <Task " in rest
    assert notes.read_text().splitlines() == ["stopped", "task cancelled", "asyncio closed"]


def test_uvloop_may_be_missing(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says how to install it."""
    monkeypatch.setitem(sys.modules, "uvloop", None)
    monkeypatch.delitem(sys.modules, "hostkit.loops.safe_uvloop", raising=False)
    result = run("serve", "--reactor", "uvloop", write("modules: []"))
    assert result.exit_code == 2
    assert "pip install 'hostkit-framework[uvloop]'" in result.stderr
