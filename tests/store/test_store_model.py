"""The store against a model: a dictionary, under failures, cancellations, restarts and rivals."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hostkit.database import (
    CommitUnknownError,
    Database,
    DatabaseTimeoutError,
    HostDatabase,
    read_url,
)
from hostkit.store import ABSENT, Store, StoreLimits
from hostkit.testing import Clock, run
from tests.postgres import new_database

KEYS = st.sampled_from(["a", "ab", "b", "b%", "ü"])
VALUES = st.none() | st.integers(0, 2) | st.lists(st.booleans(), max_size=2)
EXPECTED = st.just(ABSENT) | VALUES
TTLS = st.none() | st.integers(1, 5)
PROCESSES = st.integers(0, 1)


class StoreMachine(RuleBasedStateMachine):
    """Two processes with a store, of which each may be restarted, and what it must contain.

    An operation that was cancelled, or whose commit was lost, may have been done or not. What it
    was is looked up, and holds from then on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.model: dict[str, tuple[Any, float]] = {}
        self.url = self.make_url()
        self.hosts = [self.open_host(), self.open_host()]
        self.stores = [self.open_store(host) for host in self.hosts]

    def make_url(self) -> str:
        raise NotImplementedError

    def open_host(self) -> HostDatabase:
        return HostDatabase(read_url(self.url, Path(), 20.0), seconds=20.0)

    def open_store(self, host: HostDatabase) -> Store:
        return Store(Database("m", host), StoreLimits(1000, self.clock.seconds))

    def teardown(self) -> None:
        for host in self.hosts:
            run(host.close)

    # The model.

    def now(self, key: str) -> Any:
        value, expiry = self.model.get(key, (ABSENT, 0.0))
        return value if expiry > self.clock.seconds() else ABSENT

    def set(self, key: str, value: Any, ttl: float | None = None) -> None:
        expiry = float("inf") if ttl is None else self.clock.seconds() + ttl
        self.model[key] = (value, expiry)

    async def look_up(self, process: int, key: str, either: tuple[Any, ...]) -> None:
        """Find out what came of an operation that may have been done."""
        while self.hosts[process]._running:
            await asyncio.sleep(0.001)
        found = await self.stores[process].get(key, ABSENT)
        assert found in either
        if found != self.now(key) or found is ABSENT:
            self.set(key, found)

    # What modules do.

    @rule(process=PROCESSES, key=KEYS, value=VALUES, ttl=TTLS)
    def put(self, process: int, key: str, value: Any, ttl: float | None) -> None:
        run(self.stores[process].put(key, value, ttl=ttl))
        self.set(key, value, ttl)

    @rule(process=PROCESSES, key=KEYS)
    def delete(self, process: int, key: str) -> None:
        assert run(self.stores[process].delete(key)) == (self.now(key) is not ABSENT)
        self.set(key, ABSENT)

    @rule(process=PROCESSES, key=KEYS, expected=EXPECTED, value=EXPECTED, ttl=TTLS)
    def compare_and_set(
        self, process: int, key: str, expected: Any, value: Any, ttl: float | None
    ) -> None:
        done = run(self.stores[process].compare_and_set(key, expected, value, ttl=ttl))
        assert done == (self.now(key) == expected)
        if done:
            self.set(key, value, ttl)

    @rule(seconds=st.integers(1, 3))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    # What happens to them.

    @rule(key=KEYS, values=st.lists(st.integers(10, 99), min_size=2, max_size=6, unique=True))
    def race(self, key: str, values: list[int]) -> None:
        """Of several that replace one value, exactly one does."""

        async def start() -> list[bool]:
            before = self.now(key)
            calls = [
                self.stores[number % 2].compare_and_set(key, before, value)
                for number, value in enumerate(values)
            ]
            return await asyncio.gather(*calls)

        done = run(start)
        assert done.count(True) == 1
        self.set(key, values[done.index(True)])

    @rule(process=PROCESSES, key=KEYS, value=VALUES, turns=st.integers(0, 6))
    def cancel(self, process: int, key: str, value: Any, turns: int) -> None:
        async def start() -> None:
            task = asyncio.ensure_future(self.stores[process].put(key, value))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task})
            if task.cancelled():
                await self.look_up(process, key, (self.now(key), value))
            else:
                self.set(key, value)

        run(start)

    @rule(process=PROCESSES)
    def restart(self, process: int) -> None:
        run(self.hosts[process].close)
        self.hosts[process] = self.open_host()
        self.stores[process] = self.open_store(self.hosts[process])

    @rule(process=PROCESSES, key=KEYS, value=VALUES)
    def fail(self, process: int, key: str, value: Any) -> None:
        """Something goes wrong with the database, and then the store is written to."""

        async def start() -> None:
            with self.trouble(self.hosts[process]):
                try:
                    await self.stores[process].put(key, value)
                except DatabaseTimeoutError:
                    return  # and it is not done later either
                except CommitUnknownError:
                    await self.look_up(process, key, (self.now(key), value))
                else:
                    self.set(key, value)

        run(start)

    def trouble(self, host: HostDatabase) -> Any:
        raise NotImplementedError

    @invariant()
    def is_like_the_model(self) -> None:
        """Both processes find all of it, and nothing else."""
        keys = sorted(key for key in self.model if self.now(key) is not ABSENT)
        expected = {key: self.now(key) for key in keys}

        async def read(store: Store) -> dict[str, Any]:
            return {key: value async for key, value in store.items()}

        for store in self.stores:
            found = run(lambda store=store: read(store))  # type: ignore[misc]
            assert (found, list(found)) == (expected, keys)


class SqliteMachine(StoreMachine):
    def make_url(self) -> str:
        self.folder = tempfile.mkdtemp()
        return f"sqlite:///{self.folder}/modules.db"

    def teardown(self) -> None:
        super().teardown()
        shutil.rmtree(self.folder)

    def trouble(self, host: HostDatabase) -> Any:
        """Another program has locked the file for longer than the interaction may take."""
        return _Locked(f"{self.folder}/modules.db", host)


class _Locked:
    def __init__(self, path: str, host: HostDatabase) -> None:
        self.host = host
        self.connection = sqlite3.connect(path, isolation_level=None)

    def __enter__(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        self.host._seconds = 0.05

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.host._seconds = 20.0


class PostgresMachine(StoreMachine):
    def make_url(self) -> str:
        return new_database()

    def trouble(self, host: HostDatabase) -> Any:
        """An administrator ends all sessions."""
        return _Ended(self.url)


class _Ended:
    def __init__(self, url: str) -> None:
        self.url = url

    def __enter__(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def __exit__(self, *_: object) -> None: ...


COMMON = settings(suppress_health_check=list(HealthCheck))

TestSqlite = SqliteMachine.TestCase
TestSqlite.settings = settings(COMMON, max_examples=15, stateful_step_count=20)
TestPostgres = PostgresMachine.TestCase
TestPostgres.settings = settings(COMMON, max_examples=6, stateful_step_count=15)
