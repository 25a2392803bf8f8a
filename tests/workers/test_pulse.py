"""`Pulse`: processes that do not answer are found."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from hostkit.workers import Pulse
from tests.workers.fakes import FakeProcess, make_fleet


def advance(clock: Clock, seconds: int, *answering: FakeProcess) -> None:
    """Let time pass, in which some processes answer."""
    for _ in range(seconds):
        clock.advance(1)
        for each in answering:
            each.say("alive")


def test_others_listen_for_a_process_that_does_not_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Until it does again."""
    fleet, processes, clock = make_fleet()
    first, second = processes.all
    pulse: Any = Pulse(fleet, clock)
    pulse.begin()
    advance(clock, 4, first)
    assert pulse.is_regular
    advance(clock, 4, first)
    assert not pulse.is_regular
    assert first.did("cover")[-1]["slots"] == [1]
    assert caplog.messages == [
        "worker w2, process 101, has not answered for 5s; the others listen in its place"
    ]
    second.say("alive")
    assert pulse.is_regular
    assert first.did("cover")[-1]["slots"] == []
    assert caplog.messages[1:] == ["worker w2 answers again"]
    pulse.end()
    pulse.end()
    assert clock.getDelayedCalls() == []
