"""`Duty`: work that only one process does moves when a supervisor says so."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hostkit import Host, ModuleApi
from hostkit.background import Duty, Worker


class Counts:
    """Counts the runs of a loop."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.api = api
        self.runs = 0
        self.held: Deferred[None] | None = None
        self.loop = api.looping_background_call(self.run, 1000)
        api.looping_background_call(self.run_everywhere, 1000, run_on_all_instances=True)
        self.everywhere = 0

    async def run(self) -> None:
        self.runs += 1
        if self.held is not None:
            await self.held

    def run_everywhere(self) -> None:
        self.everywhere += 1


def host_with(duty: Duty, clock: Clock) -> Host:
    entry = {"module": Counts, "name": "counts"}
    return Host.from_config({"modules": [entry]}, worker_name="w1", duty=duty, clock=clock)


async def test_work_begins_and_ends_with_the_duty() -> None:
    """What runs in all processes goes on; without the duty nothing is logged about it."""
    duty, clock = Duty(), Clock()
    async with host_with(duty, clock) as host:
        counts: Any = host.modules[0].instance
        clock.advance(1)
        assert (counts.runs, counts.everywhere) == (0, 1)
        assert not counts.api.should_run_background_tasks()
        duty.begin()
        duty.begin()
        assert counts.api.should_run_background_tasks()
        clock.advance(1)
        assert (counts.runs, counts.everywhere) == (1, 2)
        await duty.end()
        clock.advance(1)
        assert (counts.runs, counts.everywhere) == (1, 3)
        duty.begin()
        clock.advance(1)
        assert counts.runs == 2


async def test_a_run_in_flight_ends_before_the_duty() -> None:
    """Two processes never do the work at the same time."""
    duty, clock = Duty(), Clock()
    duty.begin()
    async with host_with(duty, clock) as host:
        counts: Any = host.modules[0].instance
        counts.held = Deferred()
        clock.advance(1)
        await duty.end()
        assert counts.held.called


async def test_modules_that_are_stopped_are_forgotten() -> None:
    """Their work does not begin again; that of new ones does."""
    duty, clock = Duty(), Clock()
    host = host_with(duty, clock)
    async with host:
        old: Any = host.modules[0].instance
        entry = {"module": Counts, "name": "counts", "config": {"x": 1}}
        await host.reload({"modules": [entry]})
        new: Any = host.modules[0].instance
        duty.begin()
        clock.advance(1)
        assert (old.runs, new.runs) == (0, 1)
    duty.begin()
    clock.advance(1)
    assert new.runs == 1


@pytest.mark.parametrize("is_here", [True, False])
def test_a_supervisor_counts_more_than_a_name(*, is_here: bool) -> None:
    """As it may decide anew."""
    duty = Duty()
    if is_here:
        duty.begin()
    assert Worker("w1", "w1", duty).is_chosen is is_here
