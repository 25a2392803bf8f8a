"""What cached methods are to a type checker."""

from __future__ import annotations

import datetime as dt
from typing import Any, assert_type

from twisted.internet.defer import Deferred, succeed

from hostkit import CachedFunction, cached


class Words:
    """A module."""

    @cached()
    async def look(self, word: str, limit: int = 5) -> list[str]:
        """Look a word up."""
        return [word] * limit

    @cached
    async def count(self) -> int:
        """Count all words."""
        return 5

    @cached(max_entries=5, ttl=dt.timedelta(hours=1), uncached_args=["user"])
    async def by_name(self, word: str, *, user: str) -> bool | None:
        """Look it up for somebody."""
        return bool(word and user)


def takes_any(function: CachedFunction[..., Any]) -> None:
    """Take a cached method of any kind, as registering it does."""


async def calls_are_typed(words: Words) -> None:
    """Arguments and results are those that were written."""
    assert_type(await words.look("a", limit=3), list[str])
    assert_type(await words.look("a"), list[str])
    assert_type(await words.count(), int)
    assert_type(await words.by_name("a", user="ann"), bool | None)
    await words.look(5)  # type: ignore[arg-type]
    await words.look()  # type: ignore[call-arg]
    await words.by_name("a", "ann")  # type: ignore[call-arg]
    assert_type(await words.look.__wrapped__("a"), list[str])


def its_attributes_are_typed(words: Words) -> None:
    """A key is a tuple."""
    words.look.invalidate(("a", 5))
    words.look.invalidate("a")  # type: ignore[arg-type]
    words.look.invalidate_all()
    assert_type(words.look.key_names, tuple[str, ...])
    takes_any(words.look)
    takes_any(words.by_name)
    takes_any(words.calls)  # type: ignore[attr-defined]


def options_are_typed() -> None:
    """Those that do not exist are type errors."""
    cached(size=5)  # type: ignore[call-overload]
    cached(max_entries="5")  # type: ignore[call-overload]
    cached(num_args="5")  # type: ignore[call-overload]


class Plain:
    """A module whose methods are not coroutines."""

    @cached(num_args=1)
    def look(self, word: str, limit: int = 5) -> str:
        """Look a word up, without waiting."""
        return word * limit

    @cached
    def count(self) -> int:
        """Count all words."""
        return 5

    @cached(uncached_args=None)
    def fetch(self, word: str) -> Deferred[int]:
        """Look a word up elsewhere."""
        return succeed(len(word))


async def plain_functions_are_awaited(plain: Plain) -> None:
    """The result is what the function returns, or what its Deferred fires with."""
    assert_type(await plain.look("a", limit=3), str)
    assert_type(await plain.count(), int)
    assert_type(await plain.fetch("a"), int)
    await plain.fetch(5)  # type: ignore[arg-type]
