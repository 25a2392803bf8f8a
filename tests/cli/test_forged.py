"""Nothing that modules or clients say can forge a line of the log, or control a terminal."""

from __future__ import annotations

import gc
import json
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from hostkit.errors import Place, Problem
from tests.cli.conftest import COLOUR, HEAD, run
from tests.cli.logged import write_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.logged import Logged
    from tests.files import Write

SECRET = "0123456789abcdefghijklmnopqrstuv"
FORGED = "2026-01-31 12:10:03.062Z CRITICAL hostkit: all is well"
EVIL = f"no\n{FORGED}\r\x1b[2J\u202e\x9b1m\u2028{FORGED}\x85{FORGED}\ud800"
DANGEROUS = set("\r\x1b\u202e\x9b\u2028\x85\ud800")
CHECK = ("validate",)
"""A command whose log shows warnings only, without their times."""


def lines_of(text: str) -> list[str]:
    """Split a log at everything that may end a line."""
    assert not set(text) & DANGEROUS
    return text.splitlines()


def raised_by(function: Callable[[], object]) -> Any:
    try:
        function()
    except BaseException:  # noqa: BLE001 -- whatever it raises
        return sys.exc_info()
    raise AssertionError


def syntax_error() -> None:
    raise SyntaxError(EVIL, ("x.py", 1, 1, f"x = {SECRET}\n"))


def noted() -> None:
    error = ValueError(EVIL)
    error.add_note(EVIL)
    raise error from KeyError(f"a\n{FORGED}")


def grouped() -> None:
    raise ExceptionGroup(EVIL, [ValueError(EVIL), noted_error()])


def noted_error() -> Exception:
    error: Exception = raised_by(noted)[1]
    return error


def named() -> None:
    raise type(f"Odd\n{FORGED}", (Exception,), {})("x")


def compiled() -> None:
    code = compile("1/0", f"x\n{FORGED}", "exec")
    exec(code.replace(co_name=f"y\n{FORGED}"))


RAISING = [noted, grouped, named, compiled, syntax_error]


def test_a_message_cannot_forge_a_line(logged: Logged) -> None:
    """Its further lines are indented, and every other kind of line break is written visibly."""
    lines = lines_of(logged(lambda: write_record(EVIL)))
    assert len(lines) == 2
    assert lines[0].endswith("WARNING hostkit.modules.a.B: no")
    assert lines[1].startswith(f"  {FORGED}\\r\\x1b[2J\\u202e\\x9b1m\\u2028{FORGED}\\x85")


@pytest.mark.parametrize("function", RAISING)
def test_an_exception_cannot_forge_a_line(function: Callable[[], object], logged: Logged) -> None:
    """Neither can its message, its notes, its class, its causes, nor the names of its frames."""
    raised = raised_by(function)
    lines = lines_of(logged(lambda: write_record("failed", raised), secrets=(SECRET,)))
    assert any(FORGED in line for line in lines)
    assert not [line for line in lines if line.startswith("2026")][1:]


def test_a_stack_cannot_forge_a_line_in_json(logged: Logged) -> None:
    """A record is one line, whatever is in it, and none of its fields controls a terminal."""
    raised = raised_by(noted)

    def log() -> None:
        write_record(EVIL, raised, name=f"a{EVIL}", stack_info=EVIL)

    (text,) = logged(log, "serve", "--log-format", "json").splitlines()
    fields = json.loads(text)
    assert not set("".join(map(str, fields.values()))) & DANGEROUS
    assert fields["message"].startswith(f"no\n{FORGED}\\r\\x1b[2J")


def test_a_secret_is_taken_out_before_lines_are_indented_and_cut(logged: Logged) -> None:
    """Also out of the lines of source code that a traceback shows, causes, and notes."""

    def failing() -> None:
        error = ValueError("x" * 16_370 + SECRET)
        error.add_note(f"as {SECRET[:20]}")
        raise error from KeyError(SECRET)

    several = "1234\n5678\nabcd\nefgh"
    raised = raised_by(failing)
    secrets = (SECRET, several, "raise error from")
    text = logged(lambda: write_record(f"is {several}", raised), *CHECK, secrets=secrets)
    assert text.startswith("WARNING hostkit.modules.a.B: is [redacted]\nKeyError")
    assert "    [redacted] KeyError(SECRET)\n" in text
    assert "KeyError: '[redacted]'" in text
    assert not any(SECRET[at : at + 8] in text for at in range(25))


def test_a_long_message_is_cut(logged: Logged) -> None:
    """A megabyte in a message is not a megabyte in the log; a traceback keeps its end."""
    head = len("WARNING hostkit.modules.a.B: ")
    text = logged(lambda: write_record("x" * 10**6), *CHECK)
    assert text.endswith(f"x… ({10**6 + head - 16 * 1024} more characters)\n")

    def failing() -> None:
        raise ValueError("y" * 10**6)

    raised = raised_by(failing)
    lines = lines_of(logged(lambda: write_record("failed", raised)))
    assert lines[-1].endswith(f"y… ({10**6 + 12 - 16 * 1024} more characters)")


def test_a_problem_cannot_forge_a_line() -> None:
    """A key of the file, its name, what a module raised and its frames come from anyone."""
    place = Place(f"host{EVIL}.yaml", 1, 1)
    text = Problem("HK100", EVIL, (), place, (EVIL,), EVIL, EVIL).render()
    assert not set(text) & set("\r\x1b\u202e\x9b\u2028\x85\ud800")
    assert [line for line in text.splitlines() if not line.startswith(" ")] == ["hostno"]


def test_names_cannot_control_the_terminal_of_a_command(write: Write, tmp_path: Path) -> None:
    """The colours of the command itself stay."""
    file = write(
        HEAD + 'modules: [{module: tests.cli.modules.Strict, name: "a\\e[31m\\nb", config: {}}]\n'
    )
    for command in ("list", "validate", "routes"):
        result = run(command, file, color=True)
        assert COLOUR not in result.stdout
        assert "\x1b[31m" not in result.output.replace(f"{COLOUR}31m1 problem", "")
    result = run("validate", str(tmp_path / "no\x1b[2Jfile"), color=True)
    assert "no\\x1b[2Jfile" in result.stderr
    assert COLOUR in result.stderr


@pytest.mark.filterwarnings("default")
def test_warnings_are_logged(logged: Logged) -> None:
    """Python would write them to standard error, with their secrets and their lines."""
    before = warnings.showwarning
    text = logged(
        lambda: warnings.warn(f"{SECRET}\n{FORGED}", stacklevel=1), *CHECK, secrets=(SECRET,)
    )
    assert text.startswith(f"WARNING py.warnings: UserWarning: [redacted]\n  {FORGED} (at ")
    assert warnings.showwarning is before


def test_exceptions_of_threads_are_logged(logged: Logged) -> None:
    """With the name of the thread; one that ends itself is no failure."""

    def fail(error: BaseException) -> None:
        raise error

    def start(error: BaseException) -> None:
        thread = threading.Thread(target=fail, args=(error,), name="busy\x1b")
        thread.start()
        thread.join()

    text = logged(lambda: start(ValueError(SECRET)), *CHECK, secrets=(SECRET,))
    assert text.startswith("ERROR hostkit.uncaught: the thread 'busy\\x1b' has failed\nTraceback")
    assert text.endswith("ValueError: [redacted]\n")
    assert logged(lambda: start(SystemExit()), *CHECK) == ""
    args = threading.ExceptHookArgs((ValueError, ValueError("x"), None, None))
    assert "a thread has failed" in logged(lambda: threading.excepthook(args), *CHECK)


def test_exceptions_of_finalizers_are_logged(
    logged: Logged,
) -> None:
    """Nothing can catch them, and Python would write them as they are."""

    class Leaving:
        def __del__(self) -> None:
            raise ValueError(SECRET)

    def leave() -> None:
        Leaving()
        gc.collect()

    text = logged(leave, *CHECK, secrets=(SECRET,))
    assert "ERROR hostkit.uncaught: " in text
    assert "ValueError: [redacted]" in text
    assert SECRET not in text


def test_hooks_of_a_module_stay(logged: Logged) -> None:
    """What it has put there itself is not taken away when the command ends."""
    before = (warnings.showwarning, threading.excepthook, sys.unraisablehook)
    own: list[Any] = [lambda *_: None, lambda *_: None, lambda *_: None]

    def install() -> None:
        warnings.showwarning, threading.excepthook, sys.unraisablehook = own

    try:
        assert logged(install, *CHECK) == ""
        assert [warnings.showwarning, threading.excepthook, sys.unraisablehook] == own
    finally:
        warnings.showwarning, threading.excepthook, sys.unraisablehook = before
