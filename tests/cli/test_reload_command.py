"""`hostkit reload`: how it finds the server, and what it shows."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.cli.answering import NUMBER
from tests.cli.conftest import SETTINGS, Write, run
from tests.cli.servers import holding, serving, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.answering import Answering


def test_no_signal_is_sent_without_a_pid_file(write: Write, signals: list[tuple[int, int]]) -> None:
    """The message says what to do instead."""
    file = write("modules: []\nhostkit: {categories: [tests.cli.modules.Comments]}\n")
    result = run("reload", file)
    assert result.exit_code == 2
    assert f"{file} has no `hostkit: pid_file:` to find its process by" in result.output
    assert "name the process by its number instead" in result.output
    assert signals == []


def test_a_refusal_is_shown(write_modules: Callable[..., str], write: Write) -> None:
    """All problems that the server found are printed, and the exit code is 1."""
    with serving(write_modules("a")) as process:
        wait_for(process, "listening on")
        broken = write("modules: [{module: missing.Missing}, {module: x}]\n" + SETTINGS)
        result = run("reload", broken)
        assert (result.exit_code, result.stdout) == (1, "")
        assert f"not reloaded, nothing was changed: {broken}:1:20: HK101 " in result.stderr
        assert f"{broken}:1:47: HK108 " in result.stderr
        file = write_modules("b fails")
        result = run("reload", file)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "module 'b' failed in start: RuntimeError: no database" in result.stderr


def test_a_server_may_end_meanwhile(write_modules: Callable[..., str]) -> None:
    """Then there is no new file that serves."""
    with serving(write_modules("a")) as process:
        wait_for(process, "listening on")
        file = write_modules("b waits")

        def kill() -> None:
            wait_for(process, "waiting")
            process.kill()

        killing = threading.Thread(target=kill)
        killing.start()
        result = run("reload", file)
        killing.join()
    assert result.exit_code == 1
    assert result.output == f"Error: process {process.pid} has ended before the reload was done\n"


def test_problems_may_hide_the_pid_file(write: Write) -> None:
    """They are shown as by other commands."""
    result = run("reload", write("modules: []\nhostkit: {pid_fiel: x}\n"))
    assert (result.exit_code, "HK021" in result.stderr) == (1, True)
    result = run("reload", "missing.yaml")
    assert (result.exit_code, "HK001" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("is_others", "said"), [(True, "is another user's"), (False, "cannot be asked at ")]
)
def test_a_control_socket_may_refuse(
    is_others: bool,
    said: str,
    write_modules: Callable[..., str],
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of another user's process, or of one that is just ending."""

    def refuse(*_: object) -> NoReturn:
        raise PermissionError

    file = write_modules()
    with holding(path), socket.socket(socket.AF_UNIX) as ending:
        ending.bind(f"{path}.sock")  # and does not listen
        if is_others:
            monkeypatch.setattr(socket.socket, "connect", refuse)
        result = run("reload", file)
    assert (result.exit_code, said in result.output) == (1, True)


def test_a_process_may_have_no_control_socket(
    write_modules: Callable[..., str], path: Path, signals: list[tuple[int, int]]
) -> None:
    """It gets the signal, and the exit code says that the result is not known."""
    file = write_modules()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with holding(path):
        result = run("reload", file)
    signal.signal(signal.SIGHUP, before)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        f"asked process {os.getpid()} to reload; its result is in its log only, since it has no "
        "control socket\n"
    )
    assert signals == [(os.getpid(), signal.SIGHUP)]


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
    with holding(path):
        if kind == "other":
            path.write_text("what?")
        else:
            path.unlink()
            path.symlink_to(path)
        result = run("reload", file)
    assert result.exit_code == 1
    why = f"{path} cannot be read: " if kind == "folder" else f"a process holds {path}, but "
    assert result.output.startswith(f"Error: {why}")
    assert signals == []


@pytest.mark.parametrize("number", [12, 1, 10**12])
def test_a_number_is_a_process(
    number: int, signals: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal is sent to it, without reading any file; a system may have no ``/proc``."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise FileNotFoundError

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    monkeypatch.setattr("pathlib.Path.read_text", refuse)
    assert run("reload", str(number)).exit_code == 3
    assert signals == [(number, signal.SIGHUP)]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        *((text, "HK001") for text in ("\u0663", "\uff11", "\u00b2", "-1", "+1", " 1", "1_0")),
        ("0", "greater than zero"),  # to the system it means all processes of the group
    ],
)
def test_only_ascii_digits_are_the_number_of_a_process(
    number: str, said: str, signals: list[tuple[int, int]]
) -> None:
    """Anything else is the name of a file."""
    result = run("reload", "--", number)
    assert (result.exit_code, signals) == (2, [])
    assert said in result.output


@pytest.mark.parametrize("text", ["-1\n", "\u0663\n", "1_0\n", "1\n"])
def test_the_number_must_be_that_of_the_process_that_holds_the_file(
    text: str, path: Path, write_modules: Callable[..., str], signals: list[tuple[int, int]]
) -> None:
    """Whatever another user may have written into it: process 1, or all processes."""
    file = write_modules()
    with holding(path):
        path.write_text(text)
        result = run("reload", file)
    assert (result.exit_code, signals) == (1, [])
    assert f"a process holds {path}, but its number is not there" in result.output


@pytest.mark.parametrize(
    ("error", "is_believed"),
    [(PermissionError(13, "no"), True), (FileNotFoundError(2, "gone"), False)],
)
def test_what_the_system_does_not_say_of_a_process_is_believed(
    error: OSError,
    path: Path,
    write_modules: Callable[..., str],
    signals: list[tuple[int, int]],
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_believed: bool,
) -> None:
    """Files of another user's process are not shown; those of one that is gone are not there."""

    def refuse(_: Path) -> NoReturn:
        raise error

    file = write_modules()
    with holding(path):
        monkeypatch.setattr("pathlib.Path.iterdir", refuse)
        result = run("reload", file)
    assert ("its number is not there" not in result.output) == is_believed


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


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("another", "is not `hostkit serve`: nothing was sent to it"),
        ("hostkit", "would end, as it does not handle SIGHUP"),
    ],
)
def test_a_process_that_would_end_gets_no_signal(name: str, said: str) -> None:
    """Most processes do not handle SIGHUP, and would end."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which the child inherits
    command = [sys.executable, "-c", "input()", name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd="/") as process:
        try:
            result = run("reload", str(process.pid))
            assert (result.exit_code, process.poll()) == (1, None)
            assert f"process {process.pid} {said}" in result.output
        finally:
            process.kill()
            signal.signal(signal.SIGHUP, before)


def test_both_are_data_as_well(answering: Answering) -> None:
    """Whatever the server has answered; the exit code is that of the text."""
    for ok, code in ((True, 0), (False, 1)):
        for options, command in (((), "reload"), (("--dry-run",), "preview")):
            answering.answer({"ok": ok, "message": "no", "changes": {}})
            result = run("reload", NUMBER, "--format", "json", *options)
            answer = {"ok": ok, "version": 1, "pid": 4711, "message": "no", "changes": {}}
            assert (result.exit_code, json.loads(result.output)) == (code, answer)
            assert answering.asked == [(command, {})]
