"""Cached methods that await themselves, and some that only seem to."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from hostkit import cached
from tests.dispatch.fakes import done

from .drivers import Driver


class Recursive:
    """Has methods that await each other."""

    @cached()
    async def direct(self, key: int) -> int:
        return await self.direct(key)

    @cached()
    async def there(self, key: int) -> int:
        return await self.back(key)

    @cached()
    async def back(self, key: int) -> int:
        return await self.there(key)

    @cached()
    async def sum(self, key: int) -> int:
        return key + await self.sum(key - 1) if key else 0


@pytest.mark.parametrize("name", ["direct", "there"])
def test_a_method_that_awaits_itself_fails(driver: Driver, name: str) -> None:
    """It would wait forever; the error names it, and the next call gets the same."""
    method = getattr(Recursive(), name)
    for _ in range(2):
        error = driver.begin(method(1)).outcome
        assert RuntimeError is type(error)
        assert f"Recursive.{name} awaits itself with the same key" in str(error)


def test_a_method_may_await_itself_with_other_keys(driver: Driver) -> None:
    """Recursion ends as usual, and all results on the way are kept."""
    recursive = Recursive()
    assert driver.begin(recursive.sum(4)).outcome == 10
    assert driver.begin(recursive.sum(3)).outcome == 6


def test_code_that_a_computation_wakes_may_wait_for_it() -> None:
    """A coroutine that a computation wakes, by firing a Deferred, is not part of it."""
    news: Deferred[None] = Deferred()
    finish: Deferred[str] = Deferred()

    class Waking:
        @cached()
        async def look(self, key: int) -> str:
            news.callback(None)
            return await finish

    waking = Waking()

    async def listen() -> str:
        await news
        return await waking.look(1)

    listening = Deferred.fromCoroutine(listen())
    computing = Deferred.fromCoroutine(waking.look(1))
    finish.callback("done")
    assert [done(listening), done(computing)] == ["done", "done"]
