"""Compare cases in one process, in alternating rounds, so that noise affects all alike."""

from __future__ import annotations

import gc
import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

Case: TypeAlias = Callable[[int], Awaitable[None]]
"""Runs a case a number of times."""

ROUND_SECONDS = 0.006


def pin() -> None:
    """Pin the process to one core, where the system supports it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


async def ratios(
    cases: Mapping[str, Case],
    base: str,
    *,
    rounds: int = 41,
    clock: Callable[[], float] = time.thread_time,
) -> dict[str, float]:
    """Time every case once a round, in random order, and compare within the round.

    Args:
        cases: What to compare, by name.
        base: The name of the case that the others are compared with.
        rounds: How many rounds.
        clock: Reads seconds; by default the CPU time of this thread.

    Returns:
        For each case the median over the rounds of its time divided by the base's.
    """

    async def time_of(case: Case, count: int) -> float:
        start = clock()
        await case(count)
        return clock() - start

    counts = {}
    for name, case in cases.items():
        count = 1
        while await time_of(case, count) < ROUND_SECONDS / 2:
            count *= 2
        counts[name] = count
    times: dict[str, list[float]] = {name: [] for name in cases}
    gc.collect()
    gc.freeze()
    names = list(cases)
    for _ in range(rounds):
        random.shuffle(names)
        for name in names:
            times[name].append(await time_of(cases[name], counts[name]) / counts[name])
    gc.unfreeze()
    return {
        name: statistics.median(
            one / other for one, other in zip(times[name], times[base], strict=True)
        )
        for name in cases
    }


def print_table(title: str, columns: Mapping[str, Mapping[str, float]], *, digits: int = 2) -> None:
    """Print a table of ratios: a column each, a line per case."""
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    width = max(map(len, [title, *names]))
    print(title.ljust(width), *(heading.rjust(10) for heading in columns))
    for name in names:
        cells = (
            f"{column[name]:.{digits}f}".rjust(10) if name in column else "-".rjust(10)
            for column in columns.values()
        )
        print(name.ljust(width), *cells, flush=True)
