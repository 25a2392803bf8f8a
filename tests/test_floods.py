"""Failures that repeat are written once, and then counted."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from twisted.internet.task import Clock

from hostkit.floods import FloodGate
from hostkit.logs import About


class Log:
    """A log behind a gate."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.written: list[str] = []
        start_timer: Any = self.clock.callLater
        self.gate = FloodGate(self._write, start_timer, self.clock.seconds)

    def _write(self, record: logging.LogRecord) -> None:
        assert self.gate.filter(record)
        assert not record.exc_info
        self.written.append(record.getMessage())

    def log(
        self,
        number: int = 0,
        about: About | None = None,
        error: Exception | None = None,
        *,
        name: str = "hostkit.modules.a",
        level: int = logging.WARNING,
    ) -> None:
        """Log a failure."""
        raised = None if error is None else (type(error), error, None)
        record = logging.LogRecord(name, level, "", 1, "failed: %d", (number,), raised)
        vars(record).update({} if about is None else about.extra)
        if self.gate.filter(record):
            self.written.append(record.getMessage())


HOOK = About(hook="a.b", receipt="1")


def test_the_first_failure_is_written_and_the_others_are_counted() -> None:
    """A line sums them up as long as there are more; after a quiet time all begins anew."""
    log = Log()
    for number in range(1000):
        log.log(number, HOOK)
    assert log.written == ["failed: 0"]
    log.clock.advance(10)
    assert log.written[1:] == ["999 more in 10 s; the last one: failed: 999"]
    log.log(1000, HOOK)
    log.clock.advance(10)
    assert log.written[2:] == ["1 more in 10 s; the last one: failed: 1000"]
    log.clock.advance(10)
    assert log.clock.calls == []
    log.log(1001, HOOK)
    assert log.written[3:] == ["failed: 1001"]


@pytest.mark.parametrize(
    "other",
    [
        {"about": About(hook="a.c")},
        {"about": About(loop="a.b")},
        {"about": About(page="GET /")},
        {"about": About(listener="tcp:80")},
        {"about": HOOK, "name": "hostkit.modules.b"},
        {"about": HOOK, "level": logging.ERROR},
        {"about": HOOK, "error": ValueError()},
    ],
)
def test_other_failures_are_others(other: dict[str, Any]) -> None:
    """Of another module, hook, loop, page, level or class of exception."""
    log = Log()
    log.log(1, HOOK)
    log.log(2, **other)
    assert log.written == ["failed: 1", "failed: 2"]


def test_the_receipt_makes_no_difference() -> None:
    """Every call has its own."""
    log = Log()
    log.log(1, About(hook="a.b", receipt="1"))
    log.log(2, About(hook="a.b", receipt="2"))
    assert log.written == ["failed: 1"]


@pytest.mark.parametrize("record", [{"about": None}, {"about": HOOK, "level": logging.INFO}])
def test_what_else_is_logged_is_never_held_back(record: dict[str, Any]) -> None:
    """What modules log themselves, and what is no failure."""
    log = Log()
    for number in range(3):
        log.log(number, **record)
    assert log.written == ["failed: 0", "failed: 1", "failed: 2"]


def test_what_was_counted_is_written_at_the_end() -> None:
    """When a command ends; nothing is left that would write later."""
    log = Log()
    log.log(1, HOOK)
    log.log(2, HOOK)
    log.clock.advance(3)
    log.gate.close()
    assert log.written == ["failed: 1", "1 more in 3 s; the last one: failed: 2"]
    assert log.clock.calls == []
    log.gate.close()
    assert len(log.written) == 2


def test_a_timer_does_not_keep_a_process() -> None:
    """It is a thread that the process does not wait for."""
    gate = FloodGate(lambda _: None)
    record = logging.LogRecord("a", logging.ERROR, "", 1, "failed", (), None)
    vars(record).update(HOOK.extra)
    gate.filter(record)
    assert all(each.daemon for each in threading.enumerate() if isinstance(each, threading.Timer))
    gate.close()
