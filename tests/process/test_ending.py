"""Processes whose threads go on after the server has stopped."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from hostkit.cli import _command
from hostkit.cli._serve import _leave
from hostkit.config import load
from hostkit.process._frames import where
from hostkit.process.ending import Ending
from tests.cli.servers import errors_of, serving, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.files import Write


def end(seconds: float) -> tuple[list[float], list[int]]:
    """Let an ending do everything that it does; give what it waited and the exit codes."""
    waited: list[float] = []
    left: list[int] = []
    done = threading.Event()

    def leave(code: int) -> None:
        left.append(code)
        done.set()

    Ending(lambda: seconds, leave, waited.append).begin(3)
    assert done.wait(60)
    return waited, left


def test_threads_are_named_and_left(caplog: pytest.LogCaptureFixture) -> None:
    """With the line of the module's own code at which they are."""
    held = threading.Event()

    def crunch() -> None:
        held.wait()

    busy = threading.Thread(target=crunch, name="cruncher")
    busy.start()
    try:
        waited, left = end(5)
    finally:
        held.set()
        busy.join()
    assert (waited, left) == ([1, 5], [3])
    first, second = caplog.messages
    line = crunch.__code__.co_firstlineno + 1
    assert first.startswith("waiting up to 5s for what is still running: ")
    assert second.startswith("exiting although this is still running: ")
    for message in (first, second):
        assert f"cruncher ({__file__}:{line} in crunch)" in message


def test_a_thread_may_have_no_code_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    """Such as one that waits for work; its name has to do."""
    held = threading.Event()
    idle = threading.Thread(target=held.wait, name="idler")
    idle.start()
    try:
        end(0.2)
    finally:
        held.set()
        idle.join()
    assert "idler" in caplog.messages[0]
    assert "idler (" not in caplog.messages[0]


def test_it_may_be_the_main_thread_that_is_busy(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function that a module has registered for the end of the program, for instance."""
    monkeypatch.setattr(threading, "enumerate", list)
    end(5)
    assert ": MainThread (" in caplog.messages[1]


def test_a_main_thread_that_only_waits_is_not_named_at_first(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a time of its own for the tasks that it cancels."""
    monkeypatch.setattr(threading, "enumerate", list)
    monkeypatch.setattr("hostkit.process.ending.where", lambda _frame: "")
    end(5)
    assert caplog.messages == ["exiting although this is still running: MainThread"]


def test_the_command_itself_is_no_place() -> None:
    """It says nothing about what the main thread waits for."""
    names = {"sys": sys, "__name__": "__main__"}
    frame = eval(compile("sys._getframe()", "/usr/bin/hostkit", "eval"), names)
    assert "/usr/bin/hostkit" not in where(frame)


def test_what_is_not_to_be_logged_is_not(caplog: pytest.LogCaptureFixture) -> None:
    """The levels that held when the server stopped hold to the end."""
    with caplog.at_level(logging.CRITICAL, "hostkit.serve"):
        end(5)
    assert caplog.messages == []


def test_files_are_deleted_and_logs_written_even_so(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Python would do at the end of a process is not done by then."""
    steps: list[object] = []
    monkeypatch.setattr(os, "_exit", steps.append)
    monkeypatch.setattr(logging, "shutdown", lambda: steps.append("shutdown"))
    for settings in ("{}", "{pid_file: server.pid}"):
        for name in ("server.pid", "server.pid.sock"):
            (tmp_path / name).write_text(f"{os.getpid()}\n")
        _leave(load(write(f"hostkit: {settings}")), 3)
    assert steps == ["shutdown", 3] * 2
    assert [path.name for path in tmp_path.iterdir()] == ["host.yaml"]


BUSY = """
import asyncio, threading, time
from twisted.internet.threads import deferToThread

class Busy:
    def __init__(self, config, api):
        if config["how"] == "own":
            threading.Thread(target=crunch, name="own").start()
        self._how = config["how"]

    async def start(self):
        if self._how == "asyncio":
            asyncio.get_running_loop().run_in_executor(None, crunch)
        elif self._how == "twisted":
            deferToThread(crunch)

def crunch():
    time.sleep(1000)
"""


def test_other_commands_end_as_well(tmp_path: Path, write: Write) -> None:
    """A thread that a module begins when it is built would keep `validate` for ever."""
    (tmp_path / "busy.py").write_text(BUSY)
    file = write("modules: [{module: busy.Busy, config: {how: own}}]\nhostkit: {categories: []}\n")
    code = "import hostkit.cli._command as c; c._LIMIT_SECONDS = 0.1; c.command()"
    done = subprocess.run(
        [sys.executable, "-c", code, "validate", "--path", str(tmp_path), file],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "no problems" in done.stdout) == (0, True)
    assert "exiting although this is still running: own (" in done.stderr


@pytest.mark.parametrize(("code", "expected"), [(None, 0), (2, 2), ("why", 1)])
def test_commands_begin_to_end_only_with_threads(
    code: int | str | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing to wait for otherwise; and a server sees to its own threads."""
    codes: list[int] = []

    def leave() -> None:
        raise SystemExit(code)

    class FakeEnding:
        def __init__(self, seconds: Callable[[], float], leave: Callable[[int], object]) -> None:
            assert seconds() == 5
            self._leave = leave

        def begin(self, exit_code: int) -> None:
            self._leave(exit_code)

    monkeypatch.setattr(_command, "main", leave)
    monkeypatch.setattr("hostkit.process.ending.Ending", FakeEnding)
    monkeypatch.setattr(os, "_exit", codes.append)
    for names in ([], ["hostkit-ending", "busy"], ["busy"]):
        found = [threading.Thread(name=name) for name in ("MainThread", *names)]
        monkeypatch.setattr(threading, "enumerate", lambda found=found: found)
        with pytest.raises(SystemExit):
            _command.command()
    assert codes == [expected]


@pytest.mark.parametrize(
    ("how", "name"),
    [("own", "own ("), ("asyncio", "asyncio_0 ("), ("twisted", "PoolThread-twisted.internet.re")],
)
def test_a_server_ends_in_bounded_time(how: str, name: str, tmp_path: Path, write: Write) -> None:
    """Whatever kind of thread is busy, and logged to the end in the form that was chosen.

    The pid file and the control socket are gone.
    """
    (tmp_path / "busy.py").write_text(BUSY)
    file = write(
        f"modules: [{{module: busy.Busy, config: {{how: {how}}}}}]\n"
        "hostkit:\n  categories: []\n  pid_file: server.pid\n  stop_timeout: 200ms\n"
        '  listeners: [{endpoint: "tcp:0:interface=127.0.0.1"}]\n'
    )
    with serving(file, "--reactor", "asyncio", "--log-format", "json") as process:
        wait_for(process, "listening on")
        process.send_signal(signal.SIGTERM)
        logged = [json.loads(line) for line in errors_of(process)]
        assert process.wait() == 0
    assert {each["logger"] for each in logged} == {"hostkit.serve"}
    lines = [each["message"] for each in logged]
    assert "stopping" in lines[0]
    assert f"waiting up to 0.2s for what is still running: {name}" in lines[1]
    assert f"exiting although this is still running: {name}" in lines[2]
    assert "busy.py:18 in crunch" in lines[2]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("server")) == []
