"""`hostkit serve` as a program of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from tests.cli.conftest import COLOUR, HEAD, Write

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 60
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


@contextmanager
def serving(file: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run `hostkit serve`; what does not end in time is killed, so that no test waits for ever."""
    code = "from hostkit.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "serve", *options, file],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        alarm = threading.Timer(LIMIT_SECONDS, process.kill)
        alarm.start()
        try:
            yield process
        finally:
            alarm.cancel()
            process.kill()


def errors_of(process: subprocess.Popen[str]) -> IO[str]:
    """Give the program's standard error."""
    assert process.stderr is not None
    return process.stderr


def wait_for(process: subprocess.Popen[str], text: str) -> str:
    """Read what the program says until a line has a text, and give that line."""
    return next(line for line in errors_of(process) if text in line)


def run(file: str) -> tuple[int, str]:
    """Run a program that ends by itself; give its exit code and what it said."""
    with serving(file) as process:
        out, err = process.communicate()
    assert out == ""
    return process.returncode, err


def connect(line: str) -> HTTPConnection:
    """Connect to the place that a log line tells."""
    match = re.search(r"listening on http://127\.0\.0\.1:(\d+)/ for modules, hooks\n$", line)
    assert match is not None
    return HTTPConnection("127.0.0.1", int(match[1]), timeout=LIMIT_SECONDS)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_file_is_served_until_a_signal(number: signal.Signals, notes: Path, write: Write) -> None:
    """Ctrl-C and SIGTERM stop the modules in reverse order, and both are good ends."""
    with serving(write(file_text(notes))) as process:
        connection = connect(wait_for(process, "listening on"))
        connection.request("POST", "/_hostkit/hooks/comments/check_comment", '{"author": "ann"}')
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"{}\n")
        connection.request("GET", "/nowhere")
        response = connection.getresponse()
        assert (response.status, response.headers["Content-Type"]) == (404, "application/json")
        connection.close()
        process.send_signal(number)
        rest = errors_of(process).read()
        assert process.wait() == 0
    assert notes.read_text().splitlines() == [
        "start first",
        "start second",
        "stop second",
        "stop first",
    ]
    assert [line.split(" ", 2)[2] for line in rest.splitlines()] == ["INFO hostkit.serve: stopping"]


def test_a_start_may_be_interrupted(notes: Path, write: Write) -> None:
    """A module that takes long to start does not keep anybody from stopping the server."""
    with serving(write(file_text(notes, ", waits: true"))) as process:
        wait_for(process, "waiting")
        process.send_signal(signal.SIGINT)
        rest = errors_of(process).read()
        assert process.wait() == 0
    assert rest.endswith("INFO hostkit.serve: stopping\n")
    assert "Traceback" not in rest
    assert notes.read_text().splitlines() == ["start first", "stop first"]


def test_a_module_that_cannot_start_is_named(notes: Path, write: Write) -> None:
    """The server ends with 1; the modules before are stopped, and nothing was served."""
    code, err = run(write(file_text(notes, ", fails: true")))
    assert code == 1
    assert "module 'second' failed in start: RuntimeError: no database" in err
    assert "listening" not in err
    assert notes.read_text().splitlines() == ["start first", "stop first"]


def test_a_taken_port_is_a_problem_of_the_file(notes: Path, write: Write) -> None:
    """The server ends with 1 and shows the line in the file, without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        endpoint = f"tcp:{other.getsockname()[1]}:interface=127.0.0.1"
        file = write(file_text(notes, endpoint=endpoint))
        code, err = run(file)
    assert code == 1
    assert err.startswith(f"{file}:7:26: HK403 cannot listen at {endpoint}: ")
    assert err.endswith("\n1 problem found\n")
    assert "Traceback" not in err
    assert COLOUR not in err
    assert notes.read_text().splitlines()[2:] == ["stop second", "stop first"]


def test_a_bad_endpoint_is_told_before_anything_starts(notes: Path, write: Write) -> None:
    """An endpoint that cannot be understood is a problem of the file as any other."""
    file = write(file_text(notes, endpoint="pigeon:1"))
    code, err = run(file)
    assert code == 1
    assert err.startswith(f"{file}:7:26: HK402 ")
    assert not notes.exists()


def test_a_bad_file_is_not_served(write: Write) -> None:
    """What `validate` finds keeps a file from being served."""
    code, err = run(write(HEAD + "modules: [{module: tests.cli.modules.Broken}]"))
    assert code == 1
    assert "HK107" in err


def test_a_resource_that_raises_is_logged(write: Write) -> None:
    """Who fails to answer a request is named in the log, with what went wrong."""
    file = write("""
modules: [{module: tests.cli.modules.Page, config: {path: /page}}]
hostkit: {listeners: [{endpoint: "tcp:0:interface=127.0.0.1", serve: [modules, hooks]}]}
""")
    with serving(file) as process:
        connection = connect(wait_for(process, "listening on"))
        connection.request("GET", "/page")
        assert connection.getresponse().status == 500
        connection.close()
        line = wait_for(process, "ERROR")
        assert "module 'tests.cli.modules.Page' failed to answer GET /page" in line
        process.send_signal(signal.SIGTERM)
        assert "RuntimeError: out of paper" in errors_of(process).read()
        assert process.wait() == 0
