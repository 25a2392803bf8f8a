"""How much of the processor the thread of a channel takes."""

from __future__ import annotations

import asyncio
import time

import pytest

from hostkit.messages import Share


class Times:
    """What a thread has worked, what has passed, and how long it rests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.worked = self.passed = 0.0
        self.rests: list[float] = []
        monkeypatch.setattr(time, "thread_time", lambda: self.worked)
        monkeypatch.setattr(time, "monotonic", lambda: self.passed)
        monkeypatch.setattr(asyncio, "sleep", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.rests.append(round(seconds, 6))
        self.passed += seconds

    def work(self, seconds: float) -> None:
        self.worked += seconds
        self.passed += seconds


def keep(share: Share) -> None:
    """Run what never really waits."""
    with pytest.raises(StopIteration):
        share.keep().send(None)


def test_a_busy_thread_rests_after_each_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times as long."""
    times = Times(monkeypatch)
    share = Share()
    for _ in range(4):
        times.work(0.0015)
        keep(share)
    assert times.rests == [0.012, 0.012]


def test_a_thread_that_has_waited_does_not_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise some messages would be late, however few there are."""
    times = Times(monkeypatch)
    share = Share()
    for _ in range(3):
        times.work(0.003)
        times.passed += 0.010
        keep(share)
    assert times.rests == [0.002] * 3
    times.work(0.003)
    times.passed += 60
    keep(share)
    times.work(0.003)
    keep(share)
    assert times.rests[3:] == [0.0, 0.012]
