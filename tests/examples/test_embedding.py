from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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


def test_embedding_takes_about_forty_lines() -> None:
    """To have modules does not take much, and the programs show all of it."""
    programs = tracked("examples/embedding")
    long = [path for path in programs if len(path.read_text("utf-8").splitlines()) > 45]
    assert long == []


def test_every_program_is_run_here() -> None:
    """No program is added without a test."""
    assert [path.name for path in tracked("examples/embedding")] == [
        "orders.py",  # what two of them have in common
        "with_aiohttp.py",
        "with_asyncio.py",
        "with_starlette.py",
        "with_twisted.py",
    ]
