"""The store as modules have it."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit.store import StoreError
from hostkit.testing import Clock, MakeHost


class Counts:
    """Keeps a number in the store."""

    def __init__(self, config: dict[str, Any], api: Any) -> None:
        self.store = api.store
        assert self.store is api.store

    async def start(self) -> None:
        await self.store.put("n", await self.store.get("n", 0) + 1, ttl=60)


async def test_the_store_is_kept_over_restarts(hostkit_host: MakeHost, url: str) -> None:
    """Of each module by itself."""
    entries = [{"module": Counts, "name": name} for name in ("one", "other")]
    for _ in range(2):
        async with hostkit_host(entries, database=url):
            pass
    async with hostkit_host(entries[:1], database=url) as host:
        assert await host.modules[0].instance.store.get("n") == 3
        small = hostkit_host(entries, database=url, store_value=20)
        with pytest.raises(StoreError, match="and 20 are allowed"):
            await small.modules[0].instance.store.put("n", "x" * 20)


async def test_the_store_goes_by_the_clock_of_a_test(
    hostkit_host: MakeHost, hostkit_clock: Clock
) -> None:
    """Whose time passes when it is moved."""
    async with hostkit_host([Counts]) as host:
        store = host.modules[0].instance.store
        await hostkit_clock.advance(59)
        assert await store.get("n") == 1
        await hostkit_clock.advance(1)
        assert await store.get("n") is None
