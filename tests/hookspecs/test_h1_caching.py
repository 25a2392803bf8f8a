"""Telling behaviours of caches, by their number in the list of thirty."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hostkit import cached
from tests.dispatch.fakes import run


class Lookup:
    """A module that asks a slow database."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: list[asyncio.Future[Any]] = []

    @cached()
    async def name_of(self, user: str) -> Any:
        self.asked.append(user)
        self.answers.append(asyncio.get_running_loop().create_future())
        return await self.answers[-1]

    async def two_calls(self) -> list[asyncio.Task[Any]]:
        """Begin two calls for one key."""
        calls = [asyncio.create_task(self.name_of("@ann:hs")) for _ in range(2)]
        await asyncio.sleep(0)
        return calls


def test_h1_28_two_calls_at_the_same_time_are_one_computation() -> None:
    """Both get its result, and so does everybody afterwards."""

    async def main() -> None:
        lookup = Lookup()
        calls = await lookup.two_calls()
        lookup.answers[0].set_result("Ann")
        assert await asyncio.gather(*calls) == ["Ann", "Ann"]
        assert await lookup.name_of("@ann:hs") == "Ann"
        assert lookup.asked == ["@ann:hs"]

    run(main())


def test_h1_28_a_failure_reaches_both_and_is_not_cached() -> None:
    """The next call asks again."""

    async def main() -> None:
        lookup, error = Lookup(), KeyError("no database")
        calls = await lookup.two_calls()
        lookup.answers[0].set_exception(error)
        assert await asyncio.gather(*calls, return_exceptions=True) == [error, error]
        again = asyncio.create_task(lookup.name_of("@ann:hs"))
        await asyncio.sleep(0)
        lookup.answers[1].set_result("Ann")
        assert await again == "Ann"

    run(main())


@pytest.mark.parametrize("all_of_them", [False, True])
def test_h1_28_what_is_invalidated_in_flight_is_kept_out_of_the_cache(all_of_them: bool) -> None:
    """Both get the old result, and whoever calls afterwards has it computed anew."""

    async def main() -> None:
        lookup = Lookup()
        calls = await lookup.two_calls()
        if all_of_them:
            lookup.name_of.invalidate_all()
        else:
            lookup.name_of.invalidate(("@ann:hs",))
        new = asyncio.create_task(lookup.name_of("@ann:hs"))
        lookup.answers[0].set_result("old")
        assert await asyncio.gather(*calls) == ["old", "old"]
        lookup.answers[1].set_result("new")
        assert [await new, await lookup.name_of("@ann:hs")] == ["new", "new"]
        assert lookup.asked == ["@ann:hs"] * 2

    run(main())
