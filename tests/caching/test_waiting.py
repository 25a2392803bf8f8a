"""Calls while a result is being computed, under asyncio, under Twisted, and under both."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from hostkit import enter, start_entry

from .drivers import CANCELLED, Call, Driver, Slow


def outcomes(*calls: Call) -> list[Any]:
    return [call.outcome for call in calls]


def test_calls_share_one_computation(driver: Driver) -> None:
    """A call during the computation of another call gets its result."""
    slow = Slow(driver)
    calls = [slow.begin(1) for _ in range(4)]
    assert [call.is_done for call in calls] == [False] * 4
    slow.answer(0, "one")
    assert outcomes(*calls) == ["one"] * 4
    assert slow.begin(1).outcome == "one"
    assert slow.asked == [1]


def test_keys_do_not_wait_for_each_other(driver: Driver) -> None:
    """Other keys are computed at the same time, and end in any order."""
    slow = Slow(driver)
    one, two = slow.begin(1), slow.begin(2)
    slow.answer(1, "two")
    assert (two.outcome, one.is_done) == ("two", False)
    slow.answer(0, "one")
    assert one.outcome == "one"


def test_a_failure_reaches_all_and_is_not_cached(driver: Driver) -> None:
    """All calls that wait see the same exception; the next call tries again."""
    slow, error = Slow(driver), KeyError("gone")
    calls = [slow.begin(1) for _ in range(3)]
    slow.answer(0, error)
    assert outcomes(*calls) == [error] * 3
    again = slow.begin(1)
    slow.answer(1, "one")
    assert (again.outcome, slow.asked) == ("one", [1, 1])


def test_a_call_that_only_waits_can_be_cancelled(driver: Driver) -> None:
    """Neither the computation nor the other calls that wait for it are affected."""
    slow = Slow(driver)
    first, second, third = (slow.begin(1) for _ in range(3))
    second.cancel()
    driver.go_on()
    assert second.outcome == CANCELLED
    slow.answer(0, "one")
    assert outcomes(first, third) == ["one", "one"]
    assert slow.asked == [1]


def test_a_waiter_computes_if_the_leader_is_cancelled(driver: Driver) -> None:
    """One waiting call computes anew, with its own arguments; the rest wait for that one."""
    slow = Slow(driver)
    first, second, third = slow.begin(1, "a"), slow.begin(1, "b"), slow.begin(1, "c")
    first.cancel()
    driver.go_on()
    assert first.outcome == CANCELLED
    assert slow.asked in ([(1, "a"), (1, "b")], [(1, "a"), (1, "c")])
    slow.answer(1, "one")
    assert outcomes(second, third) == ["one", "one"]
    assert slow.begin(1).outcome == "one"


def test_the_last_call_computes_when_all_others_are_cancelled(driver: Driver) -> None:
    """However often the leader is cancelled, those that wait get their result."""
    slow = Slow(driver)
    calls = [slow.begin(1) for _ in range(5)]
    for call in calls[:4]:
        call.cancel()
        driver.go_on()
    slow.answer(len(slow.gates) - 1, "one")
    assert outcomes(*calls) == [*[CANCELLED] * 4, "one"]


def test_a_retry_finds_what_was_cached_meanwhile(driver: Driver) -> None:
    """If the next leader completes at once, the others take its result from the cache."""

    class Hurried(Slow):
        async def _wait(self, key: Any, note: Any) -> Any:
            return await super()._wait(key, note) if not self.asked else "at once"

    slow = Hurried(driver)
    first, second, third = (slow.begin(1) for _ in range(3))
    first.cancel()
    driver.go_on()
    assert outcomes(first, second, third) == [CANCELLED, "at once", "at once"]


def test_nothing_is_cached_if_the_only_call_is_cancelled(driver: Driver) -> None:
    """The next call computes anew."""
    slow = Slow(driver)
    slow.begin(1).cancel()
    driver.go_on()
    again = slow.begin(1)
    slow.answer(1, "one")
    assert (again.outcome, slow.asked) == ("one", [1, 1])


def test_a_cancelled_leader_that_returns_shares_its_result(driver: Driver) -> None:
    """The result of a method that suppresses its cancellation is a result like any other."""

    class Stubborn(Slow):
        async def _wait(self, key: Any, note: Any) -> Any:
            try:
                return await super()._wait(key, note)
            except BaseException:  # noqa: BLE001 -- either CancelledError
                return "stubborn"

    slow = Stubborn(driver)
    first, second = slow.begin(1), slow.begin(1)
    first.cancel()
    driver.go_on()
    assert outcomes(first, second, slow.begin(1)) == ["stubborn"] * 3


@pytest.mark.parametrize("all_of_them", [False, True])
def test_a_result_that_was_invalidated_meanwhile_is_not_cached(
    driver: Driver, all_of_them: bool
) -> None:
    """Calls that wait get the stale result; later calls do not join them."""
    slow = Slow(driver)
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


def test_an_old_computation_never_replaces_a_newer_result(driver: Driver) -> None:
    """It is not stored either if it completes last, whether it returns or raises."""
    for last in ("old", KeyError("old")):
        slow = Slow(driver)
        before = slow.begin(1)
        slow.invalidate(1)
        after = slow.begin(1)
        slow.answer(1, "new")
        slow.answer(0, last)
        assert outcomes(before, after, slow.begin(1)) == [last, "new", "new"]


def test_a_retry_joins_the_computation_after_an_invalidation(driver: Driver) -> None:
    """If the leader of a stale computation is cancelled, its waiters wait for the new one."""
    slow = Slow(driver)
    old, waiting = slow.begin(1), slow.begin(1)
    slow.invalidate(1)
    new = slow.begin(1)
    old.cancel()
    driver.go_on()
    slow.answer(1, "new")
    assert outcomes(old, waiting, new) == [CANCELLED, "new", "new"]
    assert slow.asked == [1, 1]


def test_a_call_that_is_closed_keeps_no_other_waiting() -> None:
    """A coroutine that is closed while it computes counts as cancelled."""
    slow = Slow(Driver("bare"))
    first = slow.look(1)
    first.send(None)
    second = slow.begin(1)
    first.close()
    slow.answer(1, "one")
    assert second.outcome == "one"


@pytest.mark.parametrize("way", [Deferred.fromCoroutine, start_entry, asyncio.ensure_future])
async def test_calls_started_within_a_task_wait_as_well(way: Any) -> None:
    """Twisted may drive a coroutine within a step of a task, and it may wait for a task."""
    slow = Slow(Driver("bare"))
    first = asyncio.ensure_future(slow.look(1))
    await asyncio.sleep(0)
    second = way(slow.look(1))
    asyncio.get_running_loop().call_soon(slow.gates[0].callback, "one")
    assert [await first, await enter(second)] == ["one", "one"]


async def test_a_timeout_of_a_waiter_is_its_own() -> None:
    """`asyncio.timeout` around a call ends that call only."""
    slow = Slow(Driver("bare"))
    first = asyncio.ensure_future(slow.look(1))
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await slow.look(1)
    slow.gates[0].callback("one")
    assert [await first, slow.asked] == ["one", [1]]
