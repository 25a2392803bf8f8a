"""Calls while a result is being computed, under asyncio, under Twisted, and under both."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import Deferred

from hostkit import enter, start_entry
from tests.dispatch.fakes import run

from .worlds import CANCELLED, Slow, World

if TYPE_CHECKING:
    from .worlds import Call


def outcomes(*calls: Call) -> list[Any]:
    return [call.outcome for call in calls]


def test_calls_share_one_computation(world: World) -> None:
    """Who asks while somebody else's computation is under way gets its result."""
    slow = Slow(world)
    calls = [slow.begin(1) for _ in range(4)]
    assert [call.is_done for call in calls] == [False] * 4
    slow.answer(0, "one")
    assert outcomes(*calls) == ["one"] * 4
    assert slow.begin(1).outcome == "one"
    assert slow.asked == [1]


def test_keys_do_not_wait_for_each_other(world: World) -> None:
    """Other keys are computed at the same time, and end in any order."""
    slow = Slow(world)
    one, two = slow.begin(1), slow.begin(2)
    slow.answer(1, "two")
    assert (two.outcome, one.is_done) == ("two", False)
    slow.answer(0, "one")
    assert one.outcome == "one"


def test_a_failure_reaches_all_and_is_not_kept(world: World) -> None:
    """All who wait see the same exception; the next call tries again."""
    slow, error = Slow(world), KeyError("gone")
    calls = [slow.begin(1) for _ in range(3)]
    slow.answer(0, error)
    assert outcomes(*calls) == [error] * 3
    again = slow.begin(1)
    slow.answer(1, "one")
    assert (again.outcome, slow.asked) == ("one", [1, 1])


def test_who_only_waits_can_be_cancelled(world: World) -> None:
    """The computation, and the others who wait for it, do not notice."""
    slow = Slow(world)
    first, second, third = (slow.begin(1) for _ in range(3))
    second.cancel()
    world.go_on()
    assert second.outcome == CANCELLED
    slow.answer(0, "one")
    assert outcomes(first, third) == ["one", "one"]
    assert slow.asked == [1]


def test_another_goes_on_if_who_computes_is_cancelled(world: World) -> None:
    """One of those who wait computes anew, with its own arguments; the rest wait for that one."""
    slow = Slow(world)
    first, second, third = slow.begin(1, "a"), slow.begin(1, "b"), slow.begin(1, "c")
    first.cancel()
    world.go_on()
    assert first.outcome == CANCELLED
    assert slow.asked in ([(1, "a"), (1, "b")], [(1, "a"), (1, "c")])
    slow.answer(1, "one")
    assert outcomes(second, third) == ["one", "one"]
    assert slow.begin(1).outcome == "one"


def test_the_last_one_goes_on_when_all_others_are_cancelled(world: World) -> None:
    """However often who computes is cancelled, those who wait come to their result."""
    slow = Slow(world)
    calls = [slow.begin(1) for _ in range(5)]
    for call in calls[:4]:
        call.cancel()
        world.go_on()
    slow.answer(len(slow.gates) - 1, "one")
    assert outcomes(*calls) == [*[CANCELLED] * 4, "one"]


def test_who_waited_in_vain_finds_what_was_computed_since(world: World) -> None:
    """If the next one to compute is done at once, the others take it from the cache."""

    class Hurried(Slow):
        async def _wait(self, key: Any, note: Any) -> Any:
            return await super()._wait(key, note) if not self.asked else "at once"

    slow = Hurried(world)
    first, second, third = (slow.begin(1) for _ in range(3))
    first.cancel()
    world.go_on()
    assert outcomes(first, second, third) == [CANCELLED, "at once", "at once"]


def test_nothing_is_kept_if_the_only_caller_is_cancelled(world: World) -> None:
    """The next call computes anew."""
    slow = Slow(world)
    slow.begin(1).cancel()
    world.go_on()
    again = slow.begin(1)
    slow.answer(1, "one")
    assert (again.outcome, slow.asked) == ("one", [1, 1])


def test_who_was_cancelled_and_has_a_result_nevertheless_shares_it(world: World) -> None:
    """A method that keeps its cancellation to itself has a result as any other."""

    class Stubborn(Slow):
        async def _wait(self, key: Any, note: Any) -> Any:
            try:
                return await super()._wait(key, note)
            except BaseException:  # noqa: BLE001 -- it is of either world
                return "stubborn"

    slow = Stubborn(world)
    first, second = slow.begin(1), slow.begin(1)
    first.cancel()
    world.go_on()
    assert outcomes(first, second, slow.begin(1)) == ["stubborn"] * 3


@pytest.mark.parametrize("all_of_them", [False, True])
def test_what_was_invalidated_meanwhile_is_not_kept(world: World, all_of_them: bool) -> None:
    """Those who wait get what was computed; later calls do not join them."""
    slow = Slow(world)
    before = [slow.begin(1), slow.begin(1)]
    if all_of_them:
        slow.look.invalidate_all()
    else:
        slow.invalidate(1)
    after = [slow.begin(1), slow.begin(1)]
    slow.answer(0, "old")
    assert outcomes(*before) == ["old", "old"]
    assert [call.is_done for call in after] == [False, False]
    slow.answer(1, "new")
    assert outcomes(*after, slow.begin(1)) == ["new", "new", "new"]
    assert slow.asked == [1, 1]


def test_an_old_computation_never_replaces_a_newer_result(world: World) -> None:
    """It is not stored either if it ends last, be it well or not."""
    for last in ("old", KeyError("old")):
        slow = Slow(world)
        before = slow.begin(1)
        slow.invalidate(1)
        after = slow.begin(1)
        slow.answer(1, "new")
        slow.answer(0, last)
        assert outcomes(before, after, slow.begin(1)) == [last, "new", "new"]


def test_who_waits_goes_on_with_what_is_new_after_an_invalidation(world: World) -> None:
    """If who computed the old result is cancelled, those who waited wait for the new one."""
    slow = Slow(world)
    old, waiting = slow.begin(1), slow.begin(1)
    slow.invalidate(1)
    new = slow.begin(1)
    old.cancel()
    world.go_on()
    slow.answer(1, "new")
    assert outcomes(old, waiting, new) == [CANCELLED, "new", "new"]
    assert slow.asked == [1, 1]


@pytest.mark.parametrize("error", [SystemExit(3), GeneratorExit()])
def test_what_ends_a_program_is_for_one_caller(error: BaseException) -> None:
    """It is no result for others, who try again."""
    world = World("bare")
    slow = Slow(world)
    first, second = slow.begin(1), slow.begin(1)
    slow.answer(0, error)
    slow.answer(1, "one")
    assert outcomes(first, second) == [error, "one"]


def test_a_caller_that_is_thrown_away_keeps_nobody_waiting() -> None:
    """A coroutine that is closed while it computes is as good as cancelled."""
    slow = Slow(World("bare"))
    first = slow.look(1)
    first.send(None)
    second = slow.begin(1)
    first.close()
    slow.answer(1, "one")
    assert second.outcome == "one"


@pytest.mark.parametrize("way", [Deferred.fromCoroutine, start_entry, asyncio.ensure_future])
def test_calls_begun_within_a_task_wait_as_well(way: Any) -> None:
    """Twisted's coroutines may begin within a step of a task, and wait for one that is a task."""

    async def main() -> list[Any]:
        slow = Slow(World("bare"))
        first = asyncio.ensure_future(slow.look(1))
        await asyncio.sleep(0)
        second = way(slow.look(1))
        asyncio.get_running_loop().call_soon(slow.gates[0].callback, "one")
        return [await first, await enter(second)]

    assert run(main()) == ["one", "one"]


def test_a_timeout_of_who_waits_is_its_own() -> None:
    """`asyncio.timeout` around a call ends that call only."""

    async def main() -> list[Any]:
        slow = Slow(World("bare"))
        first = asyncio.ensure_future(slow.look(1))
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await slow.look(1)
        slow.gates[0].callback("one")
        return [await first, slow.asked]

    assert run(main()) == ["one", [1]]
