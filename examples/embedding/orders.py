"""A category, and a module that awaits both a Deferred and asyncio."""

import asyncio

from twisted.internet import defer

from hostkit import Category, ModuleApi, hookspec, rules


class Orders(Category):
    """Callbacks about orders."""

    @hookspec(rules.Exclusive(default=0))
    async def reserve_seat(self, name: str) -> int:
        """Called for each order."""


class Seats:
    """Counts seats, one order at a time: the lock is Twisted's, and gives Deferreds."""

    def __init__(self, _config: object, api: ModuleApi) -> None:
        self._lock = defer.DeferredLock()
        self._taken = 0
        api.register(Orders, reserve_seat=self.reserve)

    async def reserve(self, _name: str) -> int:
        """Take the next seat."""
        async with self._lock:
            await asyncio.sleep(0.001)
            self._taken += 1
            return self._taken
