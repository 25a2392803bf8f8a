"""`StoreApi`: the part of the module api that leads to the store."""

from __future__ import annotations

from functools import cached_property

from hostkit.api._base import BaseApi
from hostkit.store import Store


class StoreApi(BaseApi):
    """Offers the module's store."""

    @cached_property
    def store(self) -> Store:
        """What the module keeps by key, over restarts and in all processes."""
        database = self._registrations.database.find(self._name, self._services.database)
        return Store(database, self._services.store)
