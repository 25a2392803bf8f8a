"""How `hostkit serve`, as a program of its own, is stopped."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from contextlib import suppress
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_serve import LIMIT_SECONDS, errors_of, serving, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Write

SETTINGS = """
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
    module = f"modules: [{{module: tests.cli.slow.Gate, config: {{pipe: {pipe}}}}}]\n"
    return module + SETTINGS.format(drain=drain)


def port_of(line: str) -> int:
    """Find the port in a log line."""
    match = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
    assert match is not None
    return int(match[1])


def test_a_request_under_way_is_answered(pipe: Path, write: Write) -> None:
    """Nobody is let in any more, but who is in gets an answer; then the exit code is 0."""
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
    """The setting `drain:` says how long is too long; the end is a good one all the same."""
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
    """Whatever a module is stuck in, even if it keeps the reactor from running."""
    module = f"{{module: tests.cli.slow.Stuck, config: {{step: {step}, how: {how}}}}}"
    with serving(write(f"modules: [{module}]\n" + SETTINGS.format(drain="30s"))) as process:
        wait_for(process, "listening on" if step == "stop" else "stuck in start")
        process.send_signal(number)
        if step == "stop":
            wait_for(process, "stuck in stop")
        elif how == "waits":
            wait_for(process, "not leaving")
        # One that comes before Python has seen the first is taken for the same.
        while process.poll() is None:
            process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        rest = errors_of(process).read()
        assert process.returncode == code
    assert rest.endswith("told to stop again: leaving at once\n")
    assert "Traceback" not in rest
