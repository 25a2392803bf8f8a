"""What a call of a cached method costs, compared with a dict in an `async def` and with others.

Run it with `nox -s bench`, or by itself; `pip install matrix-synapse` adds the homeserver's
decorator. The methods have nothing to compute, which is the hardest case.
"""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import random
from collections import OrderedDict
from typing import Any

import async_lru
from pairing import Case, pin, print_table, ratios

from hostkit import cached

KEYS = 5000
MOST = 1000
DRAWS = 20_000
HAND = "a dict in an async def"
HOSTKIT = "hostkit"
KNOWN = {(key, room): key for key in range(KEYS) for room in (0, 1)} | {
    key: key for key in range(KEYS)
}


class ByHand:
    """The limit: a dict that holds every result."""

    async def one(self, key: Any) -> Any:
        return KNOWN[key]

    async def two(self, key: Any, room: Any) -> Any:
        return KNOWN[key, room]


class Recent(ByHand):
    """What one would write for a limited number of results: an ordered dict, and nothing else."""

    def __init__(self) -> None:
        self._known: OrderedDict[Any, Any] = OrderedDict()
        self.misses = 0

    async def one(self, key: Any) -> Any:
        known = self._known
        try:
            known.move_to_end(key)
        except KeyError:
            self.misses += 1
            known[key] = value = KNOWN[key]
            if len(known) > MOST:
                known.popitem(last=False)
            return value
        return known[key]


class Hostkit:
    """hostkit."""

    @cached(max_entries=MOST)
    async def one(self, key: Any) -> Any:
        return key

    @cached(max_entries=MOST)
    async def two(self, key: Any, room: Any) -> Any:
        return key


class HostkitExpiring:
    """The same, with a ttl."""

    @cached(max_entries=MOST, ttl=3600)
    async def one(self, key: Any) -> Any:
        return key

    @cached(max_entries=MOST, ttl=3600)
    async def two(self, key: Any, room: Any) -> Any:
        return key


class AsyncLru:
    """async-lru."""

    @async_lru.alru_cache(maxsize=MOST)
    async def one(self, key: Any) -> Any:
        return key

    @async_lru.alru_cache(maxsize=MOST)
    async def two(self, key: Any, room: Any) -> Any:
        return key


class AsyncLruExpiring:
    """The same, with a ttl."""

    @async_lru.alru_cache(maxsize=MOST, ttl=3600)
    async def one(self, key: Any) -> Any:
        return key

    @async_lru.alru_cache(maxsize=MOST, ttl=3600)
    async def two(self, key: Any, room: Any) -> Any:
        return key


class LruCache:
    """Python's own, for plain functions: its calls are not awaited."""

    @functools.lru_cache(maxsize=MOST)  # noqa: B019
    def one(self, key: Any) -> Any:
        return key

    @functools.lru_cache(maxsize=MOST)  # noqa: B019
    def two(self, key: Any, room: Any) -> Any:
        return key


def synapse() -> Any:
    """The homeserver's decorator, which halves the size by default."""
    from synapse.logging.context import LoggingContext, set_current_context
    from synapse.module_api import cached as own_cached
    from synapse.util.clock import Clock
    from twisted.internet import reactor

    class Synapse:
        server_name = "bench"
        clock = Clock(reactor, server_name="bench")

        @own_cached(max_entries=2 * MOST)  # type: ignore[untyped-decorator, unused-ignore]
        async def one(self, key: Any) -> Any:
            return key

        @own_cached(max_entries=2 * MOST)  # type: ignore[untyped-decorator, unused-ignore]
        async def two(self, key: Any, room: Any) -> Any:
            return key

    set_current_context(LoggingContext(name="bench", server_name="bench"))
    return Synapse()


def one(target: Any) -> Case:
    """Hits with one argument."""

    async def run(count: int) -> None:
        for _ in range(count):
            await target.one(5)

    return run


def two(target: Any) -> Case:
    """Hits with two arguments."""

    async def run(count: int) -> None:
        for _ in range(count):
            await target.two(5, 1)

    return run


def by_name(target: Any) -> Case:
    """Hits with two arguments, the last one by name."""

    async def run(count: int) -> None:
        for _ in range(count):
            await target.two(5, room=1)

    return run


def zipf(target: Any) -> Case:
    """Calls with keys of which a few are frequent, and most are rare."""
    weights = [1 / (rank + 1) ** 1.1 for rank in range(KEYS)]
    drawn = random.Random(1).choices(range(KEYS), weights, k=DRAWS)

    async def run(count: int) -> None:
        for at in range(count):
            await target.one(drawn[at % DRAWS])

    return run


def draw(*, moving: bool) -> list[int]:
    """Draw keys of which a few are frequent; which ones these are may change all the time."""
    weights = [1 / (rank + 1) ** 1.1 for rank in range(KEYS)]
    ranks = random.Random(1).choices(range(KEYS), weights, k=10 * DRAWS)
    # Every twenty calls the most frequent key is gone, and a new one becomes the most rare.
    return [rank + at // 20 if moving else rank for at, rank in enumerate(ranks)]


async def hit_ratio(target: Any, keys: list[int]) -> float:
    """The share of calls that compute nothing, of a cache that is empty at first."""
    KNOWN.update((key, key) for key in keys)
    before = target.misses if isinstance(target, Recent) else target.one.info().misses
    for key in keys:
        await target.one(key)
    after = target.misses if isinstance(target, Recent) else target.one.info().misses
    return 1 - (after - before) / len(keys)


def without_awaiting(target: LruCache) -> dict[str, Case]:
    """The same calls of plain functions."""
    weights = [1 / (rank + 1) ** 1.1 for rank in range(KEYS)]
    drawn = random.Random(1).choices(range(KEYS), weights, k=DRAWS)

    async def run_one(count: int) -> None:
        for _ in range(count):
            target.one(5)

    async def run_two(count: int) -> None:
        for _ in range(count):
            target.two(5, 1)

    async def run_by_name(count: int) -> None:
        for _ in range(count):
            target.two(5, room=1)

    async def run_zipf(count: int) -> None:
        for at in range(count):
            target.one(drawn[at % DRAWS])

    return {"one": run_one, "two": run_two, "by name": run_by_name, "Zipf": run_zipf}


async def main() -> None:
    """Measure and print."""
    pin()
    targets: dict[str, Any] = {
        HAND: ByHand(),
        "an OrderedDict in one": Recent(),
        HOSTKIT: Hostkit(),
        "hostkit, ttl": HostkitExpiring(),
        "async-lru": AsyncLru(),
        "async-lru, ttl": AsyncLruExpiring(),
    }
    if importlib.util.find_spec("synapse") is not None:
        targets["Synapse's decorator"] = synapse()
    columns = {}
    for heading, case in {"one": one, "two": two, "by name": by_name, "Zipf": zipf}.items():
        cases = {name: case(target) for name, target in targets.items()}
        if heading in ("two", "by name"):
            del cases["an OrderedDict in one"]
        cases["functools.lru_cache, sync"] = without_awaiting(LruCache())[heading]
        columns[heading] = await ratios(cases, HAND)
    print_table(f"time / {HAND}", columns)
    print()
    kept = {}
    for heading, moving in {"Zipf": False, "moving": True}.items():
        keys = draw(moving=moving)
        caches = {"exact LRU": Recent(), HOSTKIT: Hostkit()}
        kept[heading] = {name: await hit_ratio(each, keys) for name, each in caches.items()}
    print_table(f"share of hits, {MOST} of {KEYS} keys", kept, digits=3)
    print()


if __name__ == "__main__":
    asyncio.run(main())
