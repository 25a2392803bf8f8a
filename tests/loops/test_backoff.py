"""Pauses between attempts, and that many processes do not come in step."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from hostkit.loops import Backoff


def pauses(count: int, chance: float = 1.0) -> list[float]:
    backoff = Backoff(0.05, 1.0, lambda: chance)
    return [backoff.next() for _ in range(count)]


def test_pauses_double_up_to_the_limit() -> None:
    """And begin anew after a success."""
    assert pauses(7) == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert pauses(7, 0.0) == [0.025, 0.05, 0.1, 0.2, 0.4, 0.5, 0.5]
    backoff = Backoff(0.05, 1.0, lambda: 1.0)
    backoff.next()
    backoff.reset()
    assert backoff.next() == 0.05


def test_pauses_stay_the_same_for_ever() -> None:
    """Without numbers that grow."""
    assert pauses(5000)[-1] == 1.0


@given(st.integers(0, 2**32))
def test_processes_do_not_come_in_step(seed: int) -> None:
    """Of 100 that lose a server together, no 25 ms see more than a quarter from the fifth try on.

    The last attempt of each is within a second of the one before, so each finds the server within
    a second of its return.
    """
    chance = random.Random(seed)
    times: list[list[float]] = []
    for _ in range(100):
        backoff, now, mine = Backoff(0.05, 1.0, chance.random), 0.0, []
        for _ in range(10):
            pause = backoff.next()
            assert 0.025 <= pause <= 1.0
            now += pause
            mine.append(now)
        times.append(mine)
    for attempt in range(4, 10):
        at = sorted(each[attempt] for each in times)
        most = max(sum(0 <= other - one < 0.025 for other in at) for one in at)
        assert most <= 25


def test_each_process_has_chances_of_its_own() -> None:
    """Also those that were forked, so they come from the system."""
    one, other = Backoff(1.0, 1.0), Backoff(1.0, 1.0)
    assert [one.next() for _ in range(4)] != [other.next() for _ in range(4)]
