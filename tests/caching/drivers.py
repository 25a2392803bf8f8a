"""Calls in asyncio tasks, in coroutines that Twisted drives, and in both on one loop."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import attrs
import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit import cached
from hostkit.caching import CachedMethod, CacheOptions
from hostkit.loops import settle

CANCELLED = "cancelled"


@attrs.define(eq=False)
class Call:
    """One call in flight.

    Attributes:
        cancel: Cancels it.
        outcome: What came of it: a value, an exception, or `CANCELLED`.
    """

    cancel: Callable[[], object]
    outcomes: list[Any] = attrs.field(factory=list)

    @property
    def is_done(self) -> bool:
        return bool(self.outcomes)

    @property
    def outcome(self) -> Any:
        (outcome,) = self.outcomes
        return outcome

    def note(self, outcome: Any) -> None:
        is_cancelled = isinstance(outcome, CancelledError | asyncio.CancelledError)
        self.outcomes.append(CANCELLED if is_cancelled else outcome)


class Driver:
    """Makes calls, as a ``task`` and as a ``deferred`` by turns.

    Args:
        kinds: Which of the two; ``bare`` is a Deferred without an asyncio loop.
    """

    def __init__(self, *kinds: str) -> None:
        self._kinds = itertools.cycle(kinds)
        self._loop = None if "bare" in kinds else asyncio.new_event_loop()

    def begin(self, coroutine: Coroutine[Any, Any, Any]) -> Call:
        """Start a call, and run it until it waits."""
        if next(self._kinds) == "task":
            assert self._loop is not None
            task = self._loop.create_task(coroutine)
            call = Call(task.cancel)
            task.add_done_callback(lambda task: call.note(_outcome_of(task)))
        else:
            call = Call(lambda: self.do(deferred.cancel))
            deferred = self.do(lambda: Deferred.fromCoroutine(coroutine))
            deferred.addCallbacks(call.note, lambda failure: call.note(failure.value))
        self.go_on()
        return call

    def do(self, function: Callable[[], Any]) -> Any:
        """Call a function while the loop is running, if there is one, but outside of tasks."""
        if self._loop is None:
            return function()
        results: list[Any] = []
        self._loop.call_soon(lambda: results.append(function()))
        self.go_on()
        (result,) = results
        return result

    def go_on(self) -> None:
        """Run everything that is ready."""
        for _ in range(8 if self._loop is not None else 0):
            assert self._loop is not None
            self._loop.call_soon(self._loop.stop)
            self._loop.run_forever()

    def close(self) -> None:
        if self._loop is not None:
            self._loop.close()


def _outcome_of(task: asyncio.Task[Any]) -> Any:
    if task.cancelled():
        return asyncio.CancelledError()
    return task.exception() or task.result()


KINDS = [("task",), ("deferred",), ("bare",), ("task", "deferred"), ("deferred", "task")]


@pytest.fixture(params=KINDS, ids=" then ".join)
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """All kinds of drivers."""
    made = Driver(*request.param)
    yield made
    made.close()


def limited(**options: Any) -> type[Slow]:
    """Make such a class whose method is cached with other options."""
    every = CacheOptions(uncached=frozenset({"note"}), **options)

    class Limited(Slow):
        look: Any = CachedMethod(Slow.__dict__["look"].__wrapped__, every)

    return Limited


class Slow:
    """Has a method whose computations end when the test ends them.

    Args:
        driver: Makes its calls.
    """

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.asked: list[Any] = []
        self.gates: list[Deferred[Any]] = []

    @cached(uncached_args=("note",))
    async def look(self, key: Any, note: Any = None) -> Any:
        return await self._wait(key, note)

    async def _wait(self, key: Any, note: Any) -> Any:
        self.asked.append((key, note) if note else key)
        gate: Deferred[Any] = Deferred()
        self.gates.append(gate)
        return await settle(gate)

    def begin(self, key: Any, note: Any = None) -> Call:
        return self.driver.begin(self.look(key, note))

    def answer(self, at: int, value: Any) -> None:
        """End a computation, by its number, with a value or an exception."""
        gate = self.gates[at]
        end = gate.errback if isinstance(value, BaseException) else gate.callback
        self.driver.do(lambda: end(value))
        self.driver.go_on()

    def invalidate(self, key: Any) -> None:
        self.look.invalidate((key,))
