from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from hostkit.cli import main
from tests.tracked import tracked

PROGRAMS = Path(__file__).parents[2] / "examples" / "embedding"


def run(name: str) -> list[str]:
    """Run a program, and give the lines it prints; it must not complain about anything."""
    command = [sys.executable, "-W", "error", str(PROGRAMS / name)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_a_program_may_use_asyncio() -> None:
    """The asyncio program prints both decisions, and who decided."""
    allowed, denied, head, step = run("with_asyncio.py")
    assert (allowed, denied) == ("hello -> ALLOW", "HELLO -> shouting: we can hear you")
    assert head == "comments.check_comment: deny by calm (shouting: we can hear you)"
    assert step.startswith("  1. calm: deny, shouting: we can hear you")


def test_a_program_may_use_twisted() -> None:
    """The Twisted program waits for its module's Deferreds."""
    assert run("with_twisted.py") == ["one two -> 2", "three -> 1"]


@pytest.mark.parametrize("program", ["with_aiohttp.py", "with_starlette.py"])
def test_a_program_may_use_a_framework_of_asyncio(program: str) -> None:
    """Both requests are answered, though the module waits for a Deferred for the second."""
    assert run(program) == ["200 1", "200 2"]


SERVICE = """
modules: [{module: orders.Seats, name: seats}]
hostkit:
  categories: [orders.Orders]
  pid_file: server.pid
  listeners: [{endpoint: "tcp:0:interface=127.0.0.1", serve: [modules]}]
"""


def test_a_program_may_be_a_service(tmp_path: Path) -> None:
    """Systemd is notified, operators ask it as they ask `hostkit serve`, and it stops in order."""
    file = tmp_path / "host.yaml"
    file.write_text(SERVICE)
    notify = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(notify))
        manager.settimeout(60)
        with subprocess.Popen(
            [sys.executable, "-W", "error", str(PROGRAMS / "as_a_service.py"), str(file)],
            env={**os.environ, "PYTHONPATH": str(PROGRAMS), "NOTIFY_SOCKET": str(notify)},
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert manager.recv(1000) == b"READY=1\nSTATUS=serving"
            assert f", process {process.pid}\n" in hostkit("status", str(file))
            assert hostkit("reload", str(file)).startswith(f"reloaded {file}: ")
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert [path.name for path in tmp_path.glob("server*")] == []


def hostkit(*words: str) -> str:
    """Run a command, and give what it prints."""
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def test_embedding_takes_about_forty_lines() -> None:
    """To have modules does not take much, and the programs show all of it."""
    programs = tracked("examples/embedding")
    long = [path for path in programs if len(path.read_text("utf-8").splitlines()) > 45]
    assert long == []


def test_every_program_is_run_here() -> None:
    """No program is added without a test."""
    assert [path.name for path in tracked("examples/embedding")] == [
        "as_a_service.py",
        "orders.py",  # what two of them have in common
        "with_aiohttp.py",
        "with_asyncio.py",
        "with_starlette.py",
        "with_twisted.py",
    ]
