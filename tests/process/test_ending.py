"""`Ending`: a process whose threads go on after its server has stopped."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import TYPE_CHECKING

from hostkit.process.ending import Ending, leave

if TYPE_CHECKING:
    import pytest


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
    monkeypatch.setattr(sys, "_current_frames", dict)
    end(5)
    assert caplog.messages == ["exiting although this is still running: MainThread"]


def test_the_command_itself_is_no_place(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says nothing about what the main thread waits for."""
    names = {"sys": sys, "__name__": "__main__"}
    frame = eval(compile("sys._getframe()", "/usr/bin/hostkit", "eval"), names)
    monkeypatch.setattr(threading, "enumerate", list)
    monkeypatch.setattr(sys, "_current_frames", lambda: {threading.main_thread().ident: frame})
    end(5)
    assert "MainThread (" in caplog.messages[-1]
    assert "/usr/bin/hostkit" not in caplog.text


def test_what_is_not_to_be_logged_is_not(caplog: pytest.LogCaptureFixture) -> None:
    """The levels that held when the server stopped hold to the end."""
    with caplog.at_level(logging.CRITICAL, "hostkit.serve"):
        end(5)
    assert caplog.messages == []


def test_leaving_writes_logs_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting for threads that go on."""
    steps: list[object] = []
    monkeypatch.setattr(os, "_exit", steps.append)
    monkeypatch.setattr(logging, "shutdown", lambda: steps.append("shutdown"))
    leave(3)
    assert steps == ["shutdown", 3]
