"""How many results are cached, and for how long."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from twisted.internet.task import Clock

from hostkit import cached
from hostkit.caching import CacheInfo, CacheOptions
from hostkit.testing import run

from .drivers import Driver, Slow, limited


class Books:
    def __init__(self) -> None:
        self.asked: list[int] = []

    @cached(max_entries=4)
    async def look(self, key: int) -> int:
        self.asked.append(key)
        return key

    @cached()
    async def usual(self, key: int) -> int:
        self.asked.append(key)
        return key


def asked_of(books: Books, method: Any, *keys: int) -> list[int]:
    """Ask for keys, and list those that are computed."""
    books.asked.clear()
    for key in keys:
        assert run(method(key)) == key
    return list(books.asked)


def test_max_entries_results_are_kept() -> None:
    """A cache for four holds four."""
    books = Books()
    assert asked_of(books, books.look, 1, 2, 3, 4) == [1, 2, 3, 4]
    assert asked_of(books, books.look, 4, 3, 2, 1) == []


def test_a_result_that_was_asked_for_again_outlives_others() -> None:
    """The oldest ones are dropped first, but not one that was a hit since it was spared last."""
    books = Books()
    asked_of(books, books.look, 1, 2, 3, 4, 1)
    assert asked_of(books, books.look, 5, 1, 3, 4, 5) == [5]  # 2 was dropped for it
    assert asked_of(books, books.look, 2) == [2]  # and then 3: all were hits since, it was next
    assert asked_of(books, books.look, 1, 4, 5, 2) == []
    assert asked_of(books, books.look, 3) == [3]


def test_a_scan_does_not_displace_what_is_asked_for_often() -> None:
    """Keys that are asked for once displace each other."""
    books = Books()
    asked_of(books, books.look, 1, 2, 3, 1, 2, 3)
    asked_of(books, books.look, *range(10, 60))
    assert asked_of(books, books.look, 1, 2, 3) == [1, 2, 3]
    asked_of(books, books.look, 1, 2, 3)
    for scanned in range(100, 150):
        assert asked_of(books, books.look, scanned, 1, 2, 3) == [scanned]


def test_a_thousand_is_the_default() -> None:
    """Without ``max_entries=`` a thousand results are kept."""
    books = Books()
    asked_of(books, books.usual, *range(1000))
    assert asked_of(books, books.usual, *range(1, 1001)) == [1000]
    assert asked_of(books, books.usual, 0) == [0]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ask(slow: Slow, key: Any) -> Any:
    """Ask, and answer with the number of the computation if there is one."""
    call = slow.begin(key)
    if not call.is_done:
        slow.answer(-1, len(slow.gates))
    return call.outcome


def test_a_result_is_kept_for_its_time(clock: Clock) -> None:
    """The time is counted from the computation; a hit does not prolong it."""
    slow = limited(ttl_seconds=10.0, clock=clock.seconds)(Driver("bare"))
    call = slow.begin(1)
    clock.advance(20)
    slow.answer(0, 1)
    assert call.outcome == 1
    clock.advance(9)
    assert ask(slow, 1) == 1
    clock.advance(1)
    assert ask(slow, 1) == 2
    clock.advance(9)
    assert ask(slow, 1) == 2


def test_a_stale_result_is_not_returned_if_computing_fails(clock: Clock) -> None:
    """The failure reaches the caller, as if there had never been a result."""
    slow = limited(ttl_seconds=10.0, clock=clock.seconds)(Driver("bare"))
    assert ask(slow, 1) == 1
    clock.advance(10)
    call, error = slow.begin(1), KeyError("gone")
    slow.answer(1, error)
    assert error is call.outcome


def test_none_expires_as_well(clock: Clock) -> None:
    """It is a result like any other."""
    slow = limited(ttl_seconds=10.0, clock=clock.seconds)(Driver("bare"))
    for asked in (1, 1, 2):
        call = slow.begin(1)
        if not call.is_done:
            slow.answer(-1, None)
        assert (None, asked) == (call.outcome, len(slow.asked))
        clock.advance(5 * asked + 1 if asked == 1 else 0)


def test_without_a_ttl_no_clock_is_read() -> None:
    """A result is kept until there are too many."""

    def broken() -> float:
        raise AssertionError

    slow = limited(clock=broken)(Driver("bare"))
    assert [ask(slow, 1), ask(slow, 1)] == [1, 1]


def test_no_call_waits_forever_if_the_clock_fails() -> None:
    """Even then the calls that wait get the result."""

    def broken() -> float:
        raise KeyError("no clock")

    slow = limited(ttl_seconds=10.0, clock=broken)(Driver("bare"))
    first, second = slow.begin(1), slow.begin(1)
    slow.answer(0, "one")
    assert "no clock" in str(first.outcome)
    assert second.outcome == "one"


def test_a_retry_finds_no_expired_result(clock: Clock) -> None:
    """When a leader was cancelled, and the next one's result has expired before it is found."""

    class Hurried(limited(ttl_seconds=10.0, clock=clock.seconds)):  # type: ignore[misc]
        async def _wait(self, key: Any, note: Any) -> Any:
            return await super()._wait(key, note) if not self.asked else len(self.asked)

    slow = Hurried(Driver("bare"))

    async def slowly() -> Any:
        result = await slow.look(1)
        clock.advance(20)
        slow.asked.append("later")
        return result

    first = slow.begin(1)
    second, third = slow.driver.begin(slowly()), slow.begin(1)
    first.cancel()
    assert (second.outcome, third.outcome) == (1, 2)


@pytest.mark.parametrize("ttl", [90, 90.0, dt.timedelta(minutes=1.5)])
def test_a_ttl_is_seconds_or_a_timedelta(ttl: Any) -> None:
    """Both are converted to seconds."""
    assert CacheOptions.checked(5, ttl, ()).ttl_seconds == 90.0
    assert None is CacheOptions.checked(5, None, ()).ttl_seconds


def test_a_ttl_works_with_the_real_clock() -> None:
    """A result of a moment ago has not expired."""

    class Timed:
        @cached(ttl=3600)
        async def look(self, key: int) -> object:
            return object()

    timed = Timed()
    assert run(timed.look(1)) is run(timed.look(1))


def test_a_cache_says_what_it_holds() -> None:
    """Hits are counted only while that is wanted, since counting takes time."""
    books = Books()
    assert books.look.info() == CacheInfo(0, 4, misses=0, evictions=0, hits=None)
    asked_of(books, books.look, 1, 2, 1)
    books.look.count_hits()
    asked_of(books, books.look, 1, 2, 1, 3, 4, 5)
    assert books.look.info() == CacheInfo(4, 4, misses=5, evictions=1, hits=3)
    books.look.count_hits(on=False)
    asked_of(books, books.look, 1)
    books.look.invalidate_all()
    assert books.look.info() == CacheInfo(0, 4, misses=5, evictions=1, hits=3)


def test_hits_are_counted_with_a_ttl(clock: Clock) -> None:
    """Those that have expired are none."""
    slow = limited(ttl_seconds=10.0, clock=clock.seconds)(Driver("bare"))
    slow.look.count_hits()
    for seconds in (0, 5, 5):
        clock.advance(seconds)
        ask(slow, 1)
    assert (slow.look.info().hits, slow.look.info().misses) == (1, 2)
