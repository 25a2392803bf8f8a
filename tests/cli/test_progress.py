"""How far a command is, on a terminal, once it takes longer than a second."""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from tests.cli.answering import NUMBER
from tests.cli.conftest import HEAD, Write, run
from tests.cli.terminals import ERASE, Terminal, drawn

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.answering import Answering

MODULES = ", ".join(f"{{module: tests.cli.modules.Words, name: m{n}}}" for n in range(3))
GOOD = f"{HEAD}modules: [{MODULES}]\n"
BAD = f"{HEAD}modules: [{MODULES}, {{module: tests.cli.modules.Broken, name: bad}}]\n"


def test_imports_and_builds_are_counted(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is drawn from the second second on, and erased at the end."""
    file = write(GOOD)
    written = Terminal(monkeypatch).run("validate", file)
    lines = drawn(written)
    counts = ["0/6", "1/6", "2/6", "3/6", "4/6", "5/6", "6/6"]
    assert [line.split()[-1] for line in lines if "[" in line] == counts
    assert all(line.startswith("checking /") and len(line) == 79 for line in lines[1:])
    assert written.endswith(ERASE)


def test_nothing_is_drawn_in_the_first_second(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most commands are done by then, and a line that flashes up says nothing."""
    assert Terminal(monkeypatch, 0.01).run("validate", write(GOOD)) == ""


def test_it_is_not_drawn_more_often_than_eyes_see(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times a second at most: drawing takes time itself."""
    lines = drawn(Terminal(monkeypatch, 0.09).run("validate", write(GOOD)))
    assert len(lines) == 0
    modules = ", ".join(f"{{module: tests.cli.modules.Words, name: m{n}}}" for n in range(20))
    file = write(f"{HEAD}modules: [{modules}]\n")
    lines = drawn(Terminal(monkeypatch, 0.09).run("validate", file))
    assert 10 < len(lines) < 20


@pytest.mark.parametrize("args", [["-q"], ["-v"]])
def test_other_amounts_of_output_have_no_progress(
    write: Write, monkeypatch: pytest.MonkeyPatch, args: list[str]
) -> None:
    """`--quiet` wants none, and `--verbose` says more."""
    assert ERASE not in Terminal(monkeypatch).run("validate", *args, write(GOOD))


@pytest.mark.parametrize("name", ["dumb", None])
def test_a_terminal_that_cannot_erase_gets_none(
    write: Write, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    """As in editors that run commands."""
    terminal = Terminal(monkeypatch)
    if name is None:
        monkeypatch.delenv("TERM")
    else:
        monkeypatch.setenv("TERM", name)
    assert terminal.run("validate", write(GOOD)) == ""


def test_a_pipe_gets_none(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs of CI are not full of it."""
    file = write(GOOD)
    Terminal(monkeypatch)
    assert run("validate", file).stderr == ""


def test_problems_stand_where_it_was(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is left before them."""
    written = Terminal(monkeypatch).run("list", write(BAD))
    problems = written.rpartition(ERASE)[2]
    assert "HK107" in problems
    assert "[##" not in problems


def test_warnings_meanwhile_have_lines_of_their_own(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is logged comes after the line was erased, which is drawn again."""
    (tmp_path / "talking.py").write_text(
        "import logging\n"
        "class Talking:\n"
        "    def __init__(self, config, api):\n"
        "        logging.getLogger('own').warning('careful')\n"
    )
    text = f"{HEAD[:-2]}, path: ['.']}}\nmodules: [{{module: talking.Talking}}, {MODULES}]\n"
    written = Terminal(monkeypatch).run("list", write(text))
    assert f"{ERASE}WARNING own: careful\n{ERASE}building" in written


def test_tracebacks_do_not_stop_it(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown of a step has a line of its own, too."""
    written = Terminal(monkeypatch).run("list", "--traceback", write(BAD))
    assert f"{ERASE}module 'bad' not built\nTraceback" in written


def test_several_files_are_numbered(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its own bar, and says which of them it is."""
    file = os.path.relpath(write(GOOD))
    monkeypatch.setenv("COLUMNS", "200")
    terminal = Terminal(monkeypatch)
    monkeypatch.setenv("COLUMNS", "200")
    for option in ["--no-build", "--static"]:
        lines = drawn(terminal.run("validate", option, file, file))
        assert f"checking {file} (2 of 2)" in lines[-1]


def test_what_is_received_says_enough(
    answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that shows receipts as they come has no line below them."""
    answering.answer({}, {"receipt": {"at": None}, "text": "receipt 1"})
    assert Terminal(monkeypatch).run("receipts", "--follow", NUMBER) == ""


def test_a_server_that_does_not_answer_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is drawn while nothing comes, also after something has come."""
    path = tmp_path / "words.pid.sock"
    drawing = threading.Event()

    def answer() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b'{"meanwhile": "a module is slow"}\n{"ok": ')
            assert drawing.wait(30)
            connection.sendall(b'true, "message": "reloaded"}\n')

    terminal = Terminal(monkeypatch, 1)
    passing = terminal.pass_time
    looks = 0

    def look() -> float:
        nonlocal looks
        looks += 1
        if looks > 6:
            drawing.set()
        return passing()

    monkeypatch.setattr("hostkit.cli._progress.monotonic", look)
    with path.with_suffix("").open("w"), socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        thread = threading.Thread(target=answer)
        thread.start()
        written = terminal.run("reload", NUMBER)
        thread.join()
    assert f"{ERASE}a module is slow\n{ERASE}waiting for process {NUMBER}: " in written
    assert written.endswith(ERASE)


def test_steps_of_a_search_are_counted(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar stays below what each step has come to, and ends at the most there may be."""
    file = write(BAD)
    written = Terminal(monkeypatch).run("bisect", file, "--cmd", "sleep 0.2; ! grep -q 'bad}' {}")
    assert f"{ERASE}with all modules: " in written
    assert "/5" in drawn(written)[0]


def test_what_a_command_prints_is_not_drawn_over(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `--show`, the command has the terminal."""
    written = Terminal(monkeypatch).run("bisect", write(BAD), "--show", "--cmd", "sleep 0.2; false")
    assert len(drawn(written)) < 4


def test_modules_that_start_are_counted(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """`explain` starts them, which may take longer than all else."""
    file = write(GOOD)
    written = Terminal(monkeypatch).run_apart("explain", "check_comment", file, "author=ann")
    starting = [line for line in drawn(written) if line.startswith("starting")]
    assert [line.split()[-1] for line in starting] == ["0/3", "1/3", "2/3", "3/3"][-len(starting) :]
    assert starting[-1].endswith("3/3")
