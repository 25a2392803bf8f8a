"""A process that forks while its event loop runs: the child does not go on in its place."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from types import FrameType

import pytest

from hostkit.loops._forks import AtReturn  # a child that shows what it notices is ended by it

ROOT = Path(__file__).parents[2]
LOOPS = ("asyncio", "uvloop", "select", "epoll")
SAID = "has forked at "


def fork_on(loop: str, deed: str) -> tuple[list[str], str]:
    """Run a deed in a program of its own; return what it prints, and its standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.loops.forking", loop, deed],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), done.stderr


@pytest.mark.parametrize("loop", LOOPS)
def test_a_child_that_returns_to_the_event_loop_is_ended(loop: str) -> None:
    """It says so, and names the module and the line; what it has sent before reaches nobody."""
    out, err = fork_on(loop, "go_on")
    assert out[0] == "the child has ended with 70"
    assert out[-1] == "1 bytes"
    assert "THE CHILD GOES ON" not in out
    assert f"hostkit: module 'words' {SAID}{ROOT / 'tests/loops/forking.py'}:" in err


def test_a_loop_without_frames_of_python_ends_a_child_in_its_next_turn() -> None:
    """What was to be done before may be done in the child."""
    out, err = fork_on("bare uvloop", "go_on")
    assert "the child has ended with 70" in out
    assert SAID in err


@pytest.mark.parametrize("loop", ["asyncio", "select"])
@pytest.mark.parametrize("deed", ["leave", "interrupt"])
def test_a_child_that_leaves_the_event_loop_is_ended(loop: str, deed: str) -> None:
    """It does nothing of what its parent does at its end."""
    out, err = fork_on(loop, deed)
    assert out[0] == "the child has ended with 70"
    assert SAID in err


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("end_by_itself", ["the child has ended with 7"]),
        ("execute", ["the child has ended with 8"]),
        ("fork_in_a_thread", ["the child has ended with 9"]),
        ("use_multiprocessing", ["the child has answered 42", "the child has ended with 0"]),
        ("terminate", ["the child has ended with -15"]),
        ("run_a_program", ["the child has ended with 0"]),
    ],
)
def test_a_child_that_ends_by_itself_is_left_alone(deed: str, said: list[str]) -> None:
    """It may run a program, or an event loop of its own."""
    out, err = fork_on("asyncio", deed)
    assert out == [*said, "the parent goes on", "the parent goes on", "0 bytes"]
    assert SAID not in err


async def test_a_return_to_the_event_loop_is_noticed() -> None:
    """Whatever the loop calls next, or if it ends; not what the code calls below it."""
    noticed: list[str] = []

    def called() -> FrameType:
        return sys._getframe()

    def below() -> None:
        at_return = AtReturn(sys._getframe(), lambda: noticed.append("returned"))
        at_return.notice(called(), "call", None)
        at_return.notice(called(), "return", None)
        assert noticed == []
        loop_frame = sys._getframe(1)
        at_return.notice(loop_frame, "c_call", None)
        assert noticed == []
        at_return.notice(loop_frame, "return", None)
        at_return.notice(loop_frame, "call", None)

    loop = asyncio.get_running_loop()
    loop.call_soon(below)
    await asyncio.sleep(0.001)
    assert noticed == ["returned"] * 2
