"""`hostkit reload`, and how `hostkit serve` reloads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hostkit.cli._process import PidFile, send_hangup
from tests.cli.conftest import Write, run
from tests.cli.servers import connect, errors_of, run_to_end, serving, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS = """
hostkit:
  categories: [tests.cli.modules.Comments]
  pid_file: server.pid
  listeners: [{endpoint: "tcp:0:interface=127.0.0.1", serve: [modules, hooks]}]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the name of the pid file."""
    return tmp_path / "server.pid"


@pytest.fixture
def write_modules(write: Write, tmp_path: Path) -> Callable[..., str]:
    """Write a file with modules of these names; a word after a name is a key of its config."""

    def write_file(*names: str) -> str:
        lines = ["modules:"]
        for text in names:
            name, *keys = text.split()
            config = f"notes: {tmp_path / 'notes'}" + "".join(f", {key}: true" for key in keys)
            lines.append(
                f"  - {{module: tests.cli.modules.Noted, name: {name}, config: {{{config}}}}}"
            )
        return write("\n".join(lines) + SETTINGS)

    return write_file


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Collect signals instead of sending them."""
    signals: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *signalled: signals.append(signalled))
    return signals


def test_a_server_takes_over_what_has_changed(
    write_modules: Callable[..., str], tmp_path: Path, path: Path
) -> None:
    """By the name of its file or the number of its process; connections stay open."""
    with serving(write_modules("a", "b")) as process:
        connection = connect(wait_for(process, "listening on"))
        for target, names, what in (
            ("FILE", ["b", "c"], "1 new modules, 1 kept, 1 gone"),
            (str(process.pid), ["d"], "1 new modules, 0 kept, 2 gone"),
        ):
            file = write_modules(*names)
            result = run("reload", target.replace("FILE", file))
            assert result.exit_code == 0
            assert result.output == (
                f"asked process {process.pid} to reload; the result is in its log\n"
            )
            expected = f"INFO hostkit.serve: reloaded {file}: {what}\n"
            assert wait_for(process, "reloaded").endswith(expected)
            connection.request("GET", "/_hostkit/hooks")
            response = connection.getresponse()
            assert (response.status, bool(response.read())) == (200, True)
        connection.close()
        process.send_signal(signal.SIGTERM)
        assert "Traceback" not in errors_of(process).read()
        assert process.wait() == 0
    steps = "start a, start b, start c, stop a, start d, stop c, stop b, stop d"
    assert (tmp_path / "notes").read_text().splitlines() == steps.split(", ")
    assert not path.exists()


def test_problems_are_in_the_log(
    write_modules: Callable[..., str], write: Write, tmp_path: Path
) -> None:
    """All of it, with file and line; the server goes on, and reloads once the file is right."""
    with serving(write_modules("a")) as process:
        wait_for(process, "listening on")
        file = write(
            "modules:\n  - module: missing.Missing\n  - module: tests.cli.modules.Broken\n"
            + SETTINGS
        )
        process.send_signal(signal.SIGHUP)
        line = wait_for(process, "ERROR")
        assert f"not reloaded, nothing was changed: {file}:2:13: HK101 " in line
        assert wait_for(process, "HK107").startswith(f"{file}:3:5: HK107 ")
        file = write_modules("a", "b fails")
        process.send_signal(signal.SIGHUP)
        line = wait_for(process, "ERROR")
        assert line.endswith(
            f"module 'b' failed in start: RuntimeError: no database (its entry: {file}:3:5)\n"
        )
        write_modules("c")
        process.send_signal(signal.SIGHUP)
        wait_for(process, "reloaded")
        process.send_signal(signal.SIGTERM)
        errors_of(process).read()
        assert process.wait() == 0
    assert (tmp_path / "notes").read_text() == "start a\nstop b\nstart c\nstop a\nstop c\n"


def test_a_reload_that_does_not_end_may_be_stopped(
    write_modules: Callable[..., str], tmp_path: Path
) -> None:
    """A signal stops the server while a new module hangs in its start."""
    with serving(write_modules("a")) as process:
        wait_for(process, "listening on")
        write_modules("a", "b", "c waits")
        process.send_signal(signal.SIGHUP)
        wait_for(process, "waiting")
        process.send_signal(signal.SIGTERM)
        rest = errors_of(process).read()
        assert process.wait() == 0
    assert "Traceback" not in rest
    assert "not reloaded: the host was stopped while it was being reloaded" in rest
    assert (tmp_path / "notes").read_text() == "start a\nstart b\nstop c\nstop b\nstop a\n"


def test_a_server_needs_its_pid_file_for_itself(
    write_modules: Callable[..., str], tmp_path: Path, path: Path
) -> None:
    """If another process holds it, no module is started and no port opened."""
    file = write_modules("a")
    with PidFile(path).held():
        code, err = run_to_end(file)
        assert path.exists()
    assert code == 1
    assert err.startswith(
        f"{file}:5:13: HK406 {path} cannot be used as a pid file: another serving process"
    )
    assert err.endswith("\n1 problem found\n")
    assert not (tmp_path / "notes").exists()


def test_no_signal_is_sent_without_a_pid_file(write: Write, signals: list[tuple[int, int]]) -> None:
    """The message says what to do instead."""
    file = write("modules: []\nhostkit: {categories: [tests.cli.modules.Comments]}\n")
    result = run("reload", file)
    assert result.exit_code == 2
    assert f"{file} has no `hostkit: pid_file:` to find its process by" in result.output
    assert "hostkit reload PID" in result.output
    assert signals == []


def test_a_bad_file_sends_no_signal(write: Write, signals: list[tuple[int, int]]) -> None:
    """The command shows its problems instead."""
    result = run("reload", write("modules: [{module: missing.Missing}]\n" + SETTINGS))
    assert (result.exit_code, "HK101" in result.output) == (1, True)
    assert signals == []


@pytest.mark.parametrize("left", [False, True])
def test_no_signal_is_sent_if_no_process_serves(
    left: bool, path: Path, write_modules: Callable[..., str], signals: list[tuple[int, int]]
) -> None:
    """Also when a killed process has left its number, which may be another's by now."""
    if left:
        path.write_text(f"{os.getpid()}\n")
    file = write_modules()
    result = run("reload", file)
    assert result.exit_code == 1
    assert result.output == f"Error: no process serves {file}: none holds {path}\n"
    assert signals == []


@pytest.mark.parametrize("kind", ["folder", "other"])
def test_a_pid_file_may_be_unreadable(
    kind: str, path: Path, write_modules: Callable[..., str], signals: list[tuple[int, int]]
) -> None:
    """The message names it and the reason."""
    file = write_modules()
    with PidFile(path).held():
        if kind == "other":
            path.write_text("what?")
        else:
            path.unlink()
            path.symlink_to(path)
        result = run("reload", file)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {path} cannot be read: ")
    assert signals == []


@pytest.mark.parametrize("number", [12, 1])
def test_a_number_is_a_process(
    number: int, signals: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal is sent to it, without reading any config file."""
    monkeypatch.setattr("hostkit.cli._process._survives_hangup", lambda _: True)
    assert run("reload", str(number)).exit_code == 0
    assert signals == [(number, signal.SIGHUP)]


def test_zero_is_refused(signals: list[tuple[int, int]]) -> None:
    """To the system it means all processes of the group."""
    result = run("reload", "0")
    assert (result.exit_code, signals) == (2, [])
    assert "greater than zero" in result.output


def test_the_process_may_be_gone() -> None:
    """The message says so, also for numbers that no process can have."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    for number in (process.pid, 10**12):
        result = run("reload", str(number))
        assert (result.exit_code, result.output) == (1, f"Error: there is no process {number}\n")


def test_the_process_may_be_another_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system refuses; the message says why."""

    def refuse(number: int, signalled: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    result = run("reload", "12")
    assert (result.exit_code, result.output) == (1, "Error: process 12 is another user's\n")


def test_sighup_is_sent(signals: list[tuple[int, int]]) -> None:
    """Service managers can send the same signal themselves."""
    send_hangup(7)
    assert signals == [(7, signal.SIGHUP)]


def test_a_process_that_would_end_gets_no_signal() -> None:
    """Most processes do not handle SIGHUP, and would end."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which the child inherits
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            result = run("reload", str(process.pid))
            assert result.exit_code == 1
            assert f"process {process.pid} would end, as it does not handle SIGHUP" in result.output
            assert process.poll() is None
        finally:
            process.kill()
            signal.signal(signal.SIGHUP, before)
