"""`hostkit serve` as a program of its own: how it serves, and how it stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from contextlib import suppress
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import COLOUR, HEAD, Write
from tests.cli.servers import (
    LIMIT_SECONDS,
    connected,
    errors_of,
    port_of,
    run_to_end,
    serving,
    stop,
    wait_for,
)

if TYPE_CHECKING:
    from pathlib import Path

TWO_MODULES = """
modules:
  - {{module: tests.cli.modules.Noted, name: first, config: {{notes: {notes}}}}}
  - {{module: tests.cli.modules.Noted, name: second, config: {{notes: {notes}{more}}}}}
hostkit:
  categories: [tests.cli.modules.Comments]
  listeners: [{{endpoint: "{endpoint}", serve: [modules, hooks]}}]
"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Give the file in which modules note what they do."""
    return tmp_path / "notes"


def file_text(notes: Path, more: str = "", endpoint: str = "tcp:0:interface=127.0.0.1") -> str:
    """Write the text of a file with two modules; `more` is for the config of the second."""
    return TWO_MODULES.format(notes=notes, more=more, endpoint=endpoint)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_file_is_served_until_a_signal(number: signal.Signals, notes: Path, write: Write) -> None:
    """Ctrl-C and SIGTERM stop the modules in reverse order; the exit code is 0."""
    with connected(write(file_text(notes))) as (process, connection):
        connection.request("POST", "/_hostkit/hooks/comments/check_comment", '{"author": "ann"}')
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"{}\n")
        connection.request("GET", "/nowhere")
        response = connection.getresponse()
        assert (response.status, response.headers["Content-Type"]) == (404, "application/json")
        connection.close()
        rest = stop(process, number)
    assert notes.read_text().splitlines() == [
        "start first",
        "start second",
        "stop second",
        "stop first",
    ]
    assert [line.split(" ", 2)[2] for line in rest.splitlines()] == ["INFO hostkit.serve: stopping"]


def test_a_start_may_be_interrupted(notes: Path, write: Write) -> None:
    """A signal stops the server while a module starts."""
    with serving(write(file_text(notes, ", waits: true"))) as process:
        wait_for(process, "waiting")
        rest = stop(process, signal.SIGINT)
    assert rest.endswith("INFO hostkit.serve: stopping\n")
    assert "Traceback" not in rest
    assert notes.read_text().splitlines() == ["start first", "stop second", "stop first"]


def test_a_module_that_cannot_start_is_named(notes: Path, write: Write) -> None:
    """The server ends with 1; the modules before are stopped, and nothing was served."""
    code, err = run_to_end(write(file_text(notes, ", fails: true")))
    assert code == 1
    assert "module 'second' failed in start: RuntimeError: no database" in err
    assert "listening" not in err
    assert notes.read_text().splitlines() == ["start first", "stop second", "stop first"]


def test_a_taken_port_is_a_problem_of_the_file(notes: Path, write: Write) -> None:
    """The server ends with 1 and shows the line in the file, without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        endpoint = f"tcp:{other.getsockname()[1]}:interface=127.0.0.1"
        file = write(file_text(notes, endpoint=endpoint))
        code, err = run_to_end(file)
    assert code == 1
    assert err.startswith(f"{file}:7:26: HK403 cannot listen at {endpoint}: ")
    assert err.endswith("\n1 problem found\n")
    assert "Traceback" not in err
    assert COLOUR not in err
    assert notes.read_text().splitlines()[2:] == ["stop second", "stop first"]


def test_a_bad_endpoint_is_reported_before_anything_starts(notes: Path, write: Write) -> None:
    """An invalid endpoint is a problem of the file like any other."""
    file = write(file_text(notes, endpoint="pigeon:1"))
    code, err = run_to_end(file)
    assert code == 1
    assert err.startswith(f"{file}:7:26: HK402 ")
    assert not notes.exists()


def test_a_bad_file_is_not_served(write: Write) -> None:
    """A file with problems that `validate` finds is not served."""
    code, err = run_to_end(write(HEAD + "modules: [{module: tests.cli.modules.Broken}]"))
    assert code == 1
    assert "HK107" in err


def test_a_resource_that_raises_is_logged(write: Write) -> None:
    """The log names the module, with the traceback."""
    file = write("""
modules: [{module: tests.cli.modules.Page, config: {path: /page}}]
hostkit:
  categories: []
  listeners: [{endpoint: "tcp:0:interface=127.0.0.1", serve: [modules, hooks]}]
""")
    with connected(file) as (process, connection):
        connection.request("GET", "/page")
        assert connection.getresponse().status == 500
        connection.close()
        line = wait_for(process, "ERROR")
        assert "module 'tests.cli.modules.Page' failed to answer GET /page" in line
        assert "RuntimeError: out of paper" in stop(process)


STOP_SETTINGS = """
hostkit:
  categories: []
  drain: {drain}
  listeners: [{{endpoint: "tcp:0:interface=127.0.0.1", serve: [modules, health]}}]
"""


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """Give a named pipe."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def gate_file(pipe: Path, drain: str = "30s") -> str:
    """Write the text of a file with a page that waits."""
    module = f"modules: [{{module: tests.cli.modules.Gate, config: {{pipe: {pipe}}}}}]\n"
    return module + STOP_SETTINGS.format(drain=drain)


def test_a_request_in_flight_is_answered(pipe: Path, write: Write) -> None:
    """New connections are refused, requests in flight are answered, and the exit code is 0."""
    with serving(write(gate_file(pipe))) as process:
        port = port_of(wait_for(process, "listening on"))
        connection = HTTPConnection("127.0.0.1", port, timeout=LIMIT_SECONDS)
        connection.request("GET", "/gate")
        wait_for(process, "waiting")
        process.send_signal(signal.SIGTERM)
        wait_for(process, "stopping")
        pipe.write_text("open")
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"open")
        assert response.headers["Connection"] == "close"
        connection.close()
        assert process.wait() == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))


def test_a_request_that_takes_too_long_is_cut_off(pipe: Path, write: Write) -> None:
    """After `drain:` its connection is closed; the exit code is 0 all the same."""
    with serving(write(gate_file(pipe, "50ms"))) as process:
        port = port_of(wait_for(process, "listening on"))
        with socket.create_connection(("127.0.0.1", port), timeout=LIMIT_SECONDS) as client:
            client.sendall(b"GET /gate HTTP/1.1\r\nHost: x\r\n\r\n")
            wait_for(process, "waiting")
            process.send_signal(signal.SIGTERM)
            assert "1 requests took longer than 0.05s" in wait_for(process, "took longer")
            with pytest.raises(ConnectionResetError):
                client.recv(1)
        pipe.write_text("too late")
        assert process.wait() == 0


@pytest.mark.parametrize("step", ["start", "stop"])
@pytest.mark.parametrize("how", ["waits", "blocks"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_second_signal_ends_it_at_once(
    step: str, how: str, number: signal.Signals, code: int, write: Write
) -> None:
    """Whatever step a module is stuck in, even if it blocks the reactor."""
    module = f"{{module: tests.cli.modules.Stuck, config: {{step: {step}, how: {how}}}}}"
    with serving(write(f"modules: [{module}]\n" + STOP_SETTINGS.format(drain="30s"))) as process:
        wait_for(process, "listening on" if step == "stop" else "stuck in start")
        process.send_signal(number)
        if step == "stop":
            wait_for(process, "stuck in stop")
        elif how == "waits":
            wait_for(process, "not leaving")
        # A signal that comes before Python has handled the first is merged with it.
        while process.poll() is None:
            process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        rest = errors_of(process).read()
        assert process.returncode == code
    assert rest.endswith("second signal: exiting at once\n")
    assert "Traceback" not in rest
