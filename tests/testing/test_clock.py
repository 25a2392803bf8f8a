from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvloop

from hostkit import ALLOW, ModuleApi, start_entry
from hostkit.loops import measure_by, monotonic_seconds
from hostkit.testing import (
    Clock,
    Recorder,
    assert_allowed,
    assert_failed,
    build_host,
    build_module,
    run,
)

from .shop import Comments, Slow, Words


class Looping:
    """Has a background loop of a second, which notes when it runs."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self._clock = config
        self.runs: list[float] = []
        api.looping_background_call(self.work, 1000)

    async def work(self) -> None:
        await asyncio.sleep(0)
        self.runs.append(self._clock.seconds())


def test_a_time_out_passes() -> None:
    """A module that takes longer than it may fails when its time is over."""
    clock = Clock()
    slow = {"module": Slow, "config": clock, "name": "slow", "timeout": "2s"}
    host = build_host([slow], categories=[Comments], clock=clock)

    async def main() -> None:
        asking = start_entry(host.ask("comments.check_comment", "ann"))
        await clock.advance(1.9)
        assert not asking.called
        await clock.advance(0.1)
        assert_failed(await asking, module="slow", outcome="timeout")

    run(main())


def test_a_module_may_take_its_time() -> None:
    """What is due happens in order, each at its own time."""
    clock = Clock()
    seen: list[float] = []
    slow = {"module": Slow, "config": clock, "name": "slow"}
    host = build_host([slow], categories=[Comments], clock=clock)
    clock.callLater(2, lambda: seen.append(clock.seconds()))
    clock.callLater(1, lambda: clock.callLater(0.5, lambda: seen.append(clock.seconds())))

    async def main() -> None:
        asking = start_entry(host.ask("comments.check_comment", "ann"))
        await clock.advance(90)
        assert_allowed(await asking)

    run(main())
    assert (seen, clock.seconds()) == ([1.5, 2.0], 90.0)


def test_loops_run_at_their_times() -> None:
    """Each run goes on as far as it can before the next, also in a test that is a function."""
    clock = Clock()
    host = build_host([(Looping, clock)], categories=[Comments], clock=clock)
    run(host.start())
    clock.advance(3.5)
    assert host.modules[0].instance.runs == [1.0, 2.0, 3.0]
    run(host.stop())
    assert clock.getDelayedCalls() == []


def test_caches_expire() -> None:
    """A cache that is used for the first time while there is a clock goes by it."""
    clock = Clock()
    words = build_module(Words, categories=[Comments], clock=clock).instance
    assert run(words.compute()) == 1
    clock.advance(59)
    assert run(words.compute()) == 1
    clock.advance(1)
    assert run(words.compute()) == 2


def test_the_newest_clock_counts() -> None:
    """Until it is gone."""
    first, second = Clock(), Clock()
    assert monotonic_seconds() == second.seconds
    measure_by(first)
    assert monotonic_seconds() == first.seconds
    del first
    assert monotonic_seconds()() > 0


def test_time_stands_still_for_what_never_rests() -> None:
    """What goes on by itself for ever does not keep time from passing."""
    clock = Clock()

    async def busy() -> None:
        while clock.seconds() < 1:
            await asyncio.sleep(0)

    async def main() -> None:
        task = asyncio.ensure_future(busy())
        await clock.advance(1)
        await task

    run(main())


def test_loops_of_other_makes_get_some_turns() -> None:
    """Where it is not known whether there is something to do."""

    async def main() -> None:
        turns: list[int] = []

        def turn() -> None:
            turns.append(1)
            if len(turns) < 10:
                asyncio.get_running_loop().call_soon(turn)

        turn()
        await Clock().advance(0)
        assert len(turns) == 10

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


def test_a_done_advance_can_be_awaited_anywhere() -> None:
    """In a coroutine that nothing drives but a test, for instance."""

    async def main() -> str:
        await clock.advance(1)
        return "done"

    clock = Clock()
    with pytest.raises(StopIteration, match="done"):
        main().send(None)
    clock.advance(0)


def test_optional_modules_are_tried_again() -> None:
    """The attempts go by the clock as well."""
    clock = Clock()
    attempts: list[float] = []

    class Late:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            attempts.append(clock.seconds())
            if len(attempts) < 3:
                raise ValueError("not yet")
            api.register_comments_callbacks(check_comment=self.check)

        async def check(self, author: str, text: str) -> Any:
            return ALLOW

    late = {"module": Late, "name": "late", "optional": True}
    host = build_host([late, Recorder()], categories=[Comments], clock=clock)
    run(host.start())
    clock.advance(60)
    assert attempts == [0.0, 5.0, 15.0]
    assert host.missing == ()
    run(host.stop())
