"""Transactions in each other's way: they are tried again, and not for ever."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from hostkit.database import Database, DatabaseTimeoutError, DatabaseUnavailable, Transaction
from tests.postgres import new_database

from .conftest import MakeDatabase, insert, numbers_in


def increase(txn: Transaction) -> None:
    (n,) = txn.execute("SELECT n FROM t").fetchone() or (0,)
    txn.execute("UPDATE t SET n = ?", [n + 1])


async def test_reading_and_writing_is_one_thing(database: Database) -> None:
    """No increase is lost, although all of them read before they write."""
    await database.run_interaction("insert", insert(0))
    tasks = [database.run_interaction("increase", increase) for _ in range(20)]
    await asyncio.gather(*tasks)
    assert await numbers_in(database) == [20]


RAISE = "DO $$ BEGIN RAISE EXCEPTION 'why?' USING ERRCODE = '{}'; END $$"


@pytest.mark.parametrize("state", ["40001", "40P01"])
async def test_a_conflict_is_tried_again(make_database: MakeDatabase, state: str) -> None:
    """A serialization failure or a deadlock is gone the next time; so it is never seen."""
    database = Database("m", make_database(new_database()))
    attempts: list[None] = []

    def conflict(txn: Transaction) -> int:
        attempts.append(None)
        if len(attempts) < 3:
            txn.execute(RAISE.format(state))
        return len(attempts)

    assert await database.run_interaction("meet", conflict) == 3


async def test_a_conflict_is_found_behind_an_error_of_the_function(
    make_database: MakeDatabase,
) -> None:
    """A function that replaces all errors by its own is tried again nevertheless."""
    database = Database("m", make_database(new_database()))
    attempts: list[None] = []

    def conflict(txn: Transaction) -> int:
        attempts.append(None)
        if len(attempts) == 1:
            try:
                txn.execute(RAISE.format("40001"))
            except Exception as error:
                raise LookupError from error
        return len(attempts)

    assert await database.run_interaction("meet", conflict) == 2


async def test_conflicts_without_end_are_an_outage(make_database: MakeDatabase) -> None:
    """After ten attempts the caller gets an error that says so."""
    database = Database("m", make_database(new_database()))
    attempts: list[None] = []

    def conflict(txn: Transaction) -> None:
        attempts.append(None)
        txn.execute(RAISE.format("40001"))

    with pytest.raises(DatabaseUnavailable, match="were in its way 10 times") as raised:
        await database.run_interaction("meet", conflict)
    assert (len(attempts), raised.value.code) == (10, "HK511")


async def test_two_transactions_that_wait_for_each_other(make_database: MakeDatabase) -> None:
    """PostgreSQL ends one of them, which is done after the other."""
    database = Database("m", make_database(new_database()))
    await database.run_interaction("create", lambda t: t.execute("CREATE TABLE t (n INTEGER)"))
    await database.run_interaction("insert", insert(1, 2))
    both = threading.Barrier(2)
    waited: set[int] = set()

    def cross(txn: Transaction, first: int, second: int) -> None:
        txn.execute("UPDATE t SET n = n + 10 WHERE n % 10 = ?", [first])
        if first not in waited:
            waited.add(first)
            both.wait(10)
        txn.execute("UPDATE t SET n = n + 10 WHERE n % 10 = ?", [second])

    await asyncio.gather(
        database.run_interaction("cross", cross, 1, 2),
        database.run_interaction("cross", cross, 2, 1),
    )
    assert await numbers_in(database) == [21, 22]


async def test_a_locked_file_is_waited_for(
    make_database: MakeDatabase, sqlite_url: str, tmp_path: Path
) -> None:
    """Another process that writes is waited for as long as the interaction may take."""
    database = Database("m", make_database(sqlite_url))
    await database.run_interaction("create", lambda t: t.execute("CREATE TABLE t (n INTEGER)"))
    other = sqlite3.connect(tmp_path / "modules.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(database.run_interaction("insert", insert(1)))
    assert await numbers_in(database) == []  # those that read do not wait
    other.execute("COMMIT")
    other.close()
    await waiting
    assert await numbers_in(database) == [1]


async def test_a_file_that_stays_locked_is_an_outage(
    make_database: MakeDatabase, sqlite_url: str, tmp_path: Path
) -> None:
    """The error names why it has taken so long."""
    database = Database("m", make_database(sqlite_url, seconds=0.3))
    await database.run_interaction("create", lambda t: t.execute("CREATE TABLE t (n INTEGER)"))
    other = sqlite3.connect(tmp_path / "modules.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseTimeoutError, match=r"took longer than 0\.3s") as raised:
        await database.run_interaction("insert", insert(1))
    other.close()
    assert raised.value.code == "HK513"
    await database.run_interaction("insert", insert(2))
    assert await numbers_in(database) == [2]


def test_a_file_that_stays_locked_is_named_without_an_event_loop(
    make_database: MakeDatabase, sqlite_url: str, tmp_path: Path
) -> None:
    """A command gets the driver's words, too."""
    host = make_database(sqlite_url, seconds=0.3)
    host.run_here(host.job("m", "create", lambda txn: txn.execute("CREATE TABLE t (n INTEGER)")))
    other = sqlite3.connect(tmp_path / "modules.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseTimeoutError, match=r"0\.3s \(database is locked\)"):
        host.run_here(host.job("m", "insert", insert(1)))
    other.close()
