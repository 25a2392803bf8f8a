"""The times at which the runs of a loop start."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock, LoopingCall

from hostkit.background import BackgroundLoop

from .jobs import FakeTime, Job, begun

EIGHTHS = st.integers(0, 40).map(lambda number: number / 8)  # which floats hold exactly


def test_the_first_run_is_after_one_interval() -> None:
    """It does not run at once; then it runs at every multiple."""
    clock = Clock()
    job = Job(clock, [])
    begun(job, 1.5, clock)
    clock.pump([0.5] * 12)
    assert job.starts == [1.5, 3.0, 4.5, 6.0]


@given(
    st.integers(1, 24).map(lambda number: number / 8),
    st.lists(st.tuples(EIGHTHS, st.booleans()), max_size=8),
)
def test_its_times_are_those_of_a_simple_model(
    interval: float, runs: list[tuple[float, bool]]
) -> None:
    """Each run starts at the first multiple after the end of the one before; none overlap."""
    clock = Clock()
    job = Job(clock, [(took, ValueError()) if fails else took for took, fails in runs])
    logging.disable()
    try:
        begun(job, interval, clock)
        clock.pump([1 / 8] * 8 * 40)
    finally:
        logging.disable(logging.NOTSET)
    expected, number = [], 1
    for took, _ in [*runs, *[(0.0, False)] * 400]:
        expected.append(number * interval)
        number = int((number * interval + took) / interval) + 1
    assert job.starts == [start for start in expected if start <= clock.seconds()]
    assert job.most <= 1


@pytest.mark.parametrize(
    ("interval", "pauses"),
    [(1, [*[1] * 8, 2, 4, 8, 16, 32, 60, 60]), (40, [40] * 12), (90, [90] * 12)],
)
def test_a_loop_that_keeps_failing_is_put_off(
    interval: int, pauses: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    """After eight failures in a row the pause doubles each time, up to a minute or its interval."""
    clock = Clock()
    job = Job(clock, [(0, ValueError())] * 40)
    begun(job, interval, clock)
    clock.pump([interval] * 1 + [1] * sum(pauses))
    starts = [interval]
    for pause in pauses:
        starts.append(starts[-1] + pause)
    assert job.starts[: len(starts)] == starts
    if interval == 1:
        assert "failed 9 times in a row, and runs again in 2 s: ValueError" in caplog.messages[8]


def test_a_run_that_succeeds_ends_the_pause() -> None:
    """The loop has its own interval again."""
    clock = Clock()
    job = Job(clock, [*[(0, ValueError())] * 10, 0])
    begun(job, 1, clock)
    clock.pump([1] * 20)
    assert job.starts == [*range(1, 10), 11, 15, 16, 17, 18, 19, 20]


@given(st.integers(1, 24).map(lambda number: number / 8), st.lists(EIGHTHS, max_size=8))
def test_its_times_are_those_of_twisteds_loop(interval: float, takes: list[float]) -> None:
    """`LoopingCall` would have the same starts."""
    clock = Clock()
    ours, theirs = Job(clock, takes), Job(clock, takes)
    begun(ours, interval, clock)
    call = LoopingCall(theirs)
    call.clock = clock
    call.start(interval, now=False)
    clock.pump([1 / 8] * 8 * 30)
    assert ours.starts == theirs.starts


@given(st.floats(0.001, 10), st.integers(1, 200))
def test_rounding_loses_no_run_and_adds_none(interval: float, count: int) -> None:
    """Also with an interval that has no exact binary representation."""
    clock = Clock()
    job = Job(clock, [])
    begun(job, interval, clock)
    for _ in range(count):
        (call,) = clock.getDelayedCalls()
        clock.rightNow = call.getTime()
        clock.advance(0)
    assert job.starts == pytest.approx([interval * (n + 1) for n in range(count)])


@pytest.mark.parametrize("early", [1e-9, 0.0005, 0.4])
def test_a_clock_that_calls_early_has_it_run_once(early: float) -> None:
    """Such as uvloop's, which rounds to milliseconds; the next run is not affected."""
    time: Any = FakeTime()
    runs: list[float] = []
    BackgroundLoop("m", "work", 1.0, lambda: runs.append(time.now)).begin(time)
    for _ in range(3):
        ((due, function),) = time.scheduled
        time.scheduled.clear()
        time.now = due - early
        function()
    assert pytest.approx([101 - early, 102 - early, 103 - early]) == runs


@pytest.mark.parametrize("jump", [-3600.0, 3600.5])
def test_a_clock_that_jumps_delays_no_run_by_more_than_an_interval(jump: float) -> None:
    """Twisted's clock is the wall clock, which can be set."""
    clock = Clock()
    job = Job(clock, [])
    begun(job, 1, clock)
    clock.advance(1)
    clock.rightNow += jump
    clock.calls[0].time += jump
    clock.advance(1)  # the run that was scheduled
    (call,) = clock.getDelayedCalls()
    assert 0 < call.getTime() - clock.seconds() <= 1
