"""How commands end although threads go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from hostkit.cli import command, main
from tests.cli.servers import errors_of, serving, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.files import Write

BUSY = """
import asyncio, logging, logging.handlers, threading, time
from twisted.internet.threads import deferToThread

class Busy:
    def __init__(self, config, api):
        if config["how"] == "own":
            threading.Thread(target=crunch, name="own").start()
        self._how = config["how"]
        kept = logging.handlers.MemoryHandler(100, logging.CRITICAL)
        kept.setTarget(logging.FileHandler(config["log"], delay=True))
        logging.getLogger("kept").addHandler(kept)
        logging.getLogger("kept").warning("written at the end")

    async def start(self):
        if self._how == "asyncio":
            asyncio.get_running_loop().run_in_executor(None, crunch)
        elif self._how == "twisted":
            deferToThread(crunch)

def crunch():
    time.sleep(1000)
"""


@pytest.fixture
def write_busy(tmp_path: Path, write: Write) -> Callable[..., str]:
    """Write a file with a module that has a busy thread of some kind, and a log of its own."""
    (tmp_path / "busy.py").write_text(BUSY)

    def write_file(how: str, settings: str = "") -> str:
        config = f"{{how: {how}, log: {tmp_path / 'kept'}}}"
        return write(
            f"modules: [{{module: busy.Busy, config: {config}}}]\n"
            f"hostkit:\n  categories: []\n  stop_timeout: 200ms\n{settings}"
            '  listeners: [{endpoint: "tcp:0:interface=127.0.0.1"}]\n'
        )

    return write_file


def test_other_commands_end_as_well(tmp_path: Path, write_busy: Callable[..., str]) -> None:
    """A thread that a module begins when it is built would keep `validate` for ever."""
    file = write_busy("own")
    # A hundred times as fast, as five seconds are long for a test.
    code = "import time; sleep = time.sleep; time.sleep = lambda seconds: sleep(seconds / 100)\n"
    code += "from hostkit.cli import command; command()"
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

    monkeypatch.setattr(main, "main", leave)
    monkeypatch.setattr("hostkit.process.ending.Ending", FakeEnding)
    monkeypatch.setattr(os, "_exit", codes.append)
    for names in ([], ["hostkit-ending", "busy"], ["busy"]):
        found = [threading.Thread(name=name) for name in ("MainThread", *names)]
        monkeypatch.setattr(threading, "enumerate", lambda found=found: found)
        with pytest.raises(SystemExit):
            command()
    assert codes == [expected]


@pytest.mark.parametrize(
    ("how", "name"),
    [("own", "own ("), ("asyncio", "asyncio_0 ("), ("twisted", "PoolThread-twisted.internet.re")],
)
def test_a_server_ends_in_bounded_time(
    how: str, name: str, tmp_path: Path, write_busy: Callable[..., str]
) -> None:
    """Whatever kind of thread is busy, and logged to the end in the form that was chosen.

    The pid file and the control socket are gone, and other logs are written, too.
    """
    has_pid_file = how != "own"
    file = write_busy(how, "  pid_file: server.pid\n" if has_pid_file else "")
    if not has_pid_file:  # then a file of that name is somebody's
        (tmp_path / "server.pid").write_text("mine")
    with serving(file, "--reactor", "asyncio", "--log-format", "json") as process:
        wait_for(process, "listening on")
        process.send_signal(signal.SIGTERM)
        logged = [json.loads(line) for line in errors_of(process)]
        assert process.wait() == 0
    own = [each["message"] for each in logged if each["logger"] == "hostkit.serve"]
    assert len(own) == len(logged)
    assert "stopping" in own[0]
    assert f"waiting up to 0.2s for what is still running: {name}" in own[1]
    assert f"exiting although this is still running: {name}" in own[2]
    assert "busy.py:22 in crunch" in own[2]
    assert (tmp_path / "kept").read_text() == "written at the end\n"
    left = [] if has_pid_file else ["server.pid"]
    assert [path.name for path in tmp_path.glob("server*")] == left
