"""What `hostkit serve --workers` does before and besides its processes."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from hostkit.cli._supervise import line_writer, names_of, worker_command
from hostkit.control.worker import WorkerNotifier
from tests.cli.conftest import HEAD, Write, run


def test_workers_have_names() -> None:
    """They begin with that of the supervisor, if it has one."""
    assert names_of(2, None) == ["w1", "w2"]
    assert names_of(2, "web") == ["web-1", "web-2"]


def test_each_line_has_the_name_of_its_worker(capfdbinary: Any) -> None:
    """A line that is JSON has it already; one that is not becomes JSON."""
    line_writer(is_json=False)("w1", b"serving")
    write = line_writer(is_json=True)
    write("w1", b'{"worker": "w1", "message": "serving"}')
    write("w1", b"printed \xff")
    first, *others = capfdbinary.readouterr().err.splitlines()
    assert first == b"[w1] serving"
    assert [json.loads(each) for each in others] == [
        {"worker": "w1", "message": "serving"},
        {"worker": "w1", "message": "printed \ufffd"},
    ]


@pytest.mark.parametrize("is_here", [True, False])
def test_modules_are_found_as_in_the_supervisor(
    monkeypatch: pytest.MonkeyPatch, *, is_here: bool
) -> None:
    """So the current folder counts only if it does there."""
    monkeypatch.setattr(sys, "path", ["" if is_here else "/usr/bin", *sys.path])
    flags = [] if is_here else ["-P"]
    assert worker_command() == [sys.executable, *flags, "-m", "hostkit.cli._worker"]


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect what would be supervised."""
    seen: list[Any] = []

    def fake(file: Any, names: Any, _options: Any, _check: Any, *, does_tasks: bool) -> int:
        seen.append((file.name, names, does_tasks))
        return 0

    monkeypatch.setattr("hostkit.cli._supervise.supervise", fake)
    return seen


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ([], ["w1", "w2", "w3"]),
        (["--workers", "1"], ["w1"]),
        (["--worker", "web", "--workers", "1"], ["web-1"]),
    ],
)
def test_the_command_line_counts_before_the_file(
    options: list[str], names: list[str], write: Write, supervised: list[Any]
) -> None:
    """With a name, it is that of another process that does background work."""
    file = write("hostkit: {workers: 3, categories: [tests.cli.modules.Comments]}")
    assert run("serve", *options, file).exit_code == 0
    assert supervised == [(file, names, "--worker" not in options)]


@pytest.mark.parametrize("text", ["modules: [{x: 1}]", HEAD.replace("}", ", pid_file: /none/x}")])
def test_what_is_wrong_is_said_before_a_process_begins(
    text: str, write: Write, supervised: list[Any]
) -> None:
    """As by `hostkit validate`."""
    result = run("serve", "--workers", "2", write(text))
    assert result.exit_code == 1
    assert "HK" in result.stderr
    assert supervised == []


def test_a_file_must_be_there(supervised: list[Any]) -> None:
    """With or without workers."""
    assert run("serve", "none.yaml").exit_code == 2
    assert run("serve", "--workers", "2", "none.yaml").exit_code == 2
    assert supervised == []


def test_workers_are_some(write: Write) -> None:
    """None is not a number of workers."""
    assert run("serve", "--workers", "0", write(HEAD)).exit_code == 2
    result = run("validate", write("hostkit: {workers: 0}"))
    assert "a number from 1 to 256" in result.stderr


def test_a_worker_notifies_its_supervisor() -> None:
    """Of its start; all else the supervisor knows."""
    said: list[Any] = []
    notifier = WorkerNotifier(said.append)
    notifier.started()
    notifier.reloading()
    notifier.ready("reloaded")
    notifier.stopping()
    assert said == [{"is": "ready"}]


def test_a_server_is_restarted_by_its_control_socket(tmp_path: Path) -> None:
    """Without one the command says so."""
    result = run("restart", str(tmp_path / "none.yaml"))
    assert result.exit_code == 2


def test_a_file_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe cannot be read a second time."""
    served: list[Any] = []

    def run_nothing(host: Any) -> int:
        served.append(host)
        return 0

    monkeypatch.setattr("hostkit.cli._serve.run", run_nothing)
    reading, writing = os.pipe()
    os.write(writing, HEAD.encode())
    os.close(writing)
    result = run("serve", f"/dev/fd/{reading}")
    os.close(reading)
    assert (result.exit_code, len(served)) == (0, 1)
    assert served[0].file.text == HEAD
