"""Stores in databases of both kinds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hostkit.database import Database
from hostkit.store import Store, StoreLimits
from hostkit.testing import Clock
from tests.database.conftest import MakeDatabase, make_database, url

__all__ = ["make_database", "url"]

MakeStore = Callable[..., Store]


@pytest.fixture
def clock() -> Clock:
    """The time by which values expire."""
    return Clock()


@pytest.fixture
def make_store(url: str, make_database: MakeDatabase, clock: Clock) -> MakeStore:
    """Make the store of a module in another process."""

    def make(module: str = "m") -> Store:
        return Store(Database(module, make_database(url)), StoreLimits(1000, clock.seconds))

    return make


@pytest.fixture
def store(make_store: MakeStore) -> Store:
    """The store of the module `m`."""
    return make_store()


async def all_of(store: Store, prefix: str = "") -> dict[str, object]:
    return {key: value async for key, value in store.items(prefix)}
