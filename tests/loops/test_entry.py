"""`start_entry` and `enter`: what can be awaited in them, and what comes out."""

from __future__ import annotations

import asyncio
import contextvars
import traceback
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from hostkit.loops import enter, start_entry
from tests.dispatch.fakes import SPAM, Comments, done, wire

from .loops import both_loops, own_loop, run_on
from .ways import WAYS, in_between, later, wait_for

NUMBER = contextvars.ContextVar("NUMBER", default=0)


STARTS = pytest.mark.parametrize("start", [start_entry, enter])
ways = st.lists(st.tuples(st.sampled_from(sorted(WAYS)), st.integers()), max_size=6)


async def collect(steps: list[tuple[str, Any]], results: list[Any]) -> list[Any]:
    """Await one thing after the other, and note what comes of each."""
    for way, value in steps:
        try:
            results.append(await WAYS[way](value))
        except LookupError as error:
            results.append(error)
    return results


async def raise_it(error: BaseException) -> None:
    raise error


async def as_task(start: Any, coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Start an entry one way or the other, in a plain task, and wait for it."""
    if start is enter:
        return await enter(coroutine)
    return await start_entry(coroutine).asFuture(asyncio.get_running_loop())


@STARTS
@given_any(steps=ways)
def test_whatever_is_awaited_in_whatever_order_gives_its_value(
    start: Any, steps: list[tuple[str, int]]
) -> None:
    """Things of asyncio and of Twisted can be mixed, one after the other and inside each other."""
    results = run_on(asyncio.new_event_loop, as_task(start, collect(steps, [])))
    assert [value for _, value in steps] == results


@both_loops
@STARTS
@pytest.mark.parametrize(
    "way", ["Deferred", "Deferred that has fired", "future", "both", "entered"]
)
async def test_what_fails_raises_where_it_is_awaited(start: Any, way: str) -> None:
    """An error can be caught, and life goes on; nothing is logged as unhandled."""
    error = KeyError("ann")
    steps = [(way, Failure(error) if "future" not in way else error), ("both", 7)]
    if way == "Deferred that has fired":
        steps[0] = (way, error)
    assert await as_task(start, collect(steps, [])) == [error, 7]


def test_without_a_loop_an_entry_is_driven_by_twisted() -> None:
    """Under a reactor without asyncio, Deferreds are awaited as ever, with either function."""
    waiting: Deferred[int] = Deferred()

    async def double() -> int:
        return 2 * await enter(answer())

    async def answer() -> int:
        return await waiting

    entry = start_entry(double())
    assert not entry.called
    waiting.callback(21)
    assert done(entry) == 42


@both_loops
async def test_what_has_nothing_to_wait_for_is_done_at_once() -> None:
    """The result is there when the function returns, as with Twisted's own."""
    assert done(start_entry(collect([("Deferred that has fired", 7)], []))) == [7]
    error = SystemExit(3)
    assert done(start_entry(raise_it(error))) is error
    assert asyncio.all_tasks() - {asyncio.current_task()} != set()  # which is done with soon
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


@both_loops
@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), KeyError("ann")])
async def test_what_is_raised_later_is_what_the_deferred_fails_with(error: BaseException) -> None:
    """Whatever it is, it does not end the loop, and its traceback shows where it was raised."""

    async def fail_later() -> None:
        await later(None)
        await raise_it(error)

    with pytest.raises(type(error)) as caught:
        await start_entry(fail_later()).asFuture(asyncio.get_running_loop())
    assert caught.value is error
    functions = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert functions[-2:] == ["fail_later", "raise_it"]


@own_loop
async def test_what_cannot_be_awaited_fails() -> None:
    """What is neither asyncio's nor Twisted's is refused as by asyncio itself."""

    class Stranger:
        def __await__(self) -> Any:
            yield "hello"

    entry = start_entry(wait_for(Stranger()))
    with pytest.raises(RuntimeError, match="Task got bad yield: 'hello'"):
        await entry.asFuture(asyncio.get_running_loop())


@both_loops
async def test_an_entry_is_a_task_from_its_first_step_on() -> None:
    """It is one task all the time, and the caller's task is the current one again afterwards."""
    tasks: list[Any] = []

    async def note() -> None:
        tasks.append(asyncio.current_task())
        await later(None)
        tasks.append(asyncio.current_task())

    own = asyncio.current_task()
    entry = start_entry(note())
    assert asyncio.current_task() is own
    await entry.asFuture(asyncio.get_running_loop())
    first, second = tasks
    assert first is second
    assert first is not own


@own_loop
async def test_an_entry_may_begin_outside_of_tasks() -> None:
    """A reactor calls protocols in no task; there is none afterwards either."""
    results: list[Any] = []

    def receive() -> None:
        start_entry(in_between(7)).addCallback(results.append)
        results.append(asyncio.current_task())

    asyncio.get_running_loop().call_soon(receive)
    while len(results) < 2:
        await asyncio.sleep(0)
    assert results == [None, 7]


@own_loop
async def test_who_is_driven_by_twisted_on_an_asyncio_loop_can_enter() -> None:
    """A coroutine of a Twisted program on the asyncio reactor calls with `await enter(...)`."""
    outside: Deferred[Any] = Deferred()
    asyncio.get_running_loop().call_soon(
        lambda: Deferred.fromCoroutine(enter(in_between(7))).chainDeferred(outside)
    )
    assert await outside.asFuture(asyncio.get_running_loop()) == 7


@own_loop
async def test_several_entries_may_wait_for_the_same_deferred() -> None:
    """Each of them gets its value."""
    shared: Deferred[int] = Deferred()
    waiting = [asyncio.ensure_future(enter(wait_for(shared))) for _ in range(3)]
    await asyncio.sleep(0)
    shared.callback(7)
    assert await asyncio.gather(*waiting) == [7, 7, 7]


@own_loop
@pytest.mark.parametrize("way", ["answers", "fails", "is cancelled"])
async def test_what_twisted_drives_may_begin_in_a_task(way: str) -> None:
    """A coroutine that Twisted drives, begun while a task runs, still waits for Deferreds."""
    waiting: Deferred[Any] = Deferred()
    error = KeyError("ann")
    call = wire(Comments, "check", lambda author: waiting).start()
    assert not call.called
    if way == "answers":
        waiting.callback(SPAM)
        assert done(call) is SPAM
    elif way == "fails":
        waiting.errback(error)
        assert done(call).__cause__ is error
    else:
        call.cancel()
        assert isinstance(done(call), CancelledError)
