"""Schemas: numbered migrations, applied once, whole or not at all."""

from __future__ import annotations

import asyncio
import functools
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from hostkit.database import (
    Database,
    DatabaseError,
    DatabaseUnavailable,
    MigrationError,
    Migrator,
    Schema,
    Transaction,
    check_migrations,
    read_applied,
)
from hostkit.errors import RegistrationError
from hostkit.testing import capture_logs, run
from tests.postgres import new_database

from .conftest import MakeDatabase, insert, numbers_in


def create(txn: Transaction) -> None:
    txn.execute("CREATE TABLE t (n INTEGER)")


def fill(txn: Transaction) -> None:
    insert(1)(txn)


def break_it(txn: Transaction) -> None:
    txn.execute("ALTER TABLE t ADD COLUMN x INTEGER")
    insert(2)(txn)
    txn.execute("CREATE TABLE t (n INTEGER)")


@pytest.fixture
def make(url: str, make_database: MakeDatabase) -> Callable[..., Database]:
    """Make what the module `m` of another process has, with these migrations."""

    def make(*steps: Any, module: str = "m") -> Database:
        database = Database(module, make_database(url))
        database.schema = Schema(module, check_migrations(steps))
        return database

    return make


async def applied_to(database: Database) -> list[str]:
    found = await database.run_interaction("look", read_applied)
    return [each.step for each in found.get("m", [])]


async def test_migrations_are_applied_in_order_and_once(make: Callable[..., Database]) -> None:
    """Each is logged; a later process, with one more, applies only that."""
    with capture_logs("m") as logs:
        await make(create).migrate()
        database = make(create, fill)
        await database.migrate()
        await database.migrate()
    assert logs.messages == [
        "module 'm': migration 1, create, is applied",
        "module 'm': migration 2, fill, is applied",
    ]
    assert await numbers_in(database) == [1]
    assert await applied_to(database) == ["create", "fill"]


async def test_an_interaction_finds_the_schema_up_to_date(make: Callable[..., Database]) -> None:
    """Also in a host that was not started, as in tests."""
    assert await numbers_in(make(create, fill)) == [1]


def add_column(txn: Transaction) -> None:
    txn.execute("ALTER TABLE t ADD COLUMN m INTEGER")


async def test_a_process_goes_on_while_another_one_migrates(make: Callable[..., Database]) -> None:
    """Statements that it has executed many times see the new columns."""
    old, new = make(create, fill), make(create, fill, add_column)
    select = "SELECT * FROM t"
    assert [await old.fetch_all("all", select) for _ in range(10)] == [[(1,)]] * 10
    await new.migrate()
    assert await old.run_interaction("all", lambda t: t.execute(select).fetchall()) == [(1, None)]
    assert await old.fetch_all("all", select) == [(1, None)]


async def test_modules_have_versions_of_their_own(make: Callable[..., Database]) -> None:
    """Modules that have nothing to do with each other share the database."""
    await make(create).migrate()
    await make(fill, module="other").migrate()
    assert await numbers_in(make(create)) == [1]


async def test_a_migration_that_fails_leaves_the_old_schema(make: Callable[..., Database]) -> None:
    """Nothing of the step is left; those before it stay; the problem names module and step."""
    database = make(create, fill, break_it)
    with pytest.raises(MigrationError) as raised:
        await database.migrate()
    problem = raised.value.problem
    assert problem.code == "HK515"
    assert problem.message.startswith("module 'm': step 3 of its schema, break_it, failed: ")
    assert problem.hint == "the database is as it was before, at version 2 of this schema"
    older = make(create, fill)
    assert await older.fetch_all("all", "SELECT * FROM t") == [(1,)]
    assert await applied_to(older) == ["create", "fill"]


async def test_whatever_a_migration_raises_is_reported_with_its_step(
    make: Callable[..., Database],
) -> None:
    """A mistake in its own code as well."""

    def divide(_: Transaction) -> None:
        raise ZeroDivisionError("by zero")

    with pytest.raises(MigrationError, match="step 1 of its schema, divide, failed: Zero"):
        await make(divide).migrate()


async def test_a_migration_that_must_be_awaited_is_refused(make: Callable[..., Database]) -> None:
    """Even if it does not look like one; it would otherwise count as applied."""

    async def later() -> None: ...

    def hidden(_: Transaction) -> Any:
        return later()

    with pytest.raises(MigrationError, match=r"hidden, failed: .* is asynchronous"):
        await make(hidden).migrate()
    assert await applied_to(make()) == []


async def test_a_database_without_room_is_no_fault_of_the_migration(
    make_database: MakeDatabase,
) -> None:
    """It is an outage, as for any other interaction."""

    def fill_up(txn: Transaction) -> None:
        txn.execute("DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$")

    with pytest.raises(DatabaseUnavailable, match=r"'migration 1, fill_up' failed: .*full"):
        await Migrator(Schema("m", (fill_up,)), make_database(new_database())).run(print)


async def test_a_newer_schema_is_refused(make: Callable[..., Database]) -> None:
    """An older version of the module would not understand what the newer one has written."""
    await make(create, fill).migrate()
    with pytest.raises(
        MigrationError, match=r"has version 2 of its schema \(fill\), and"
    ) as raised:
        await make(create).migrate()
    assert raised.value.code == "HK516"
    assert "install the newer version of the module again" in str(raised.value)


async def test_steps_that_were_moved_are_refused(make: Callable[..., Database]) -> None:
    """They would be applied to a schema that they were not written for."""
    await make(create).migrate()
    with pytest.raises(MigrationError, match="step 1 of its schema is fill, but") as raised:
        await make(fill, create).migrate()
    assert raised.value.code == "HK517"


async def test_several_hosts_migrate_at_once(make: Callable[..., Database]) -> None:
    """Each step is applied by one of them, and all go on with the result."""
    databases = [make(create, fill) for _ in range(4)]
    await asyncio.gather(*(each.migrate() for each in databases))
    assert await numbers_in(databases[0]) == [1]


PROCESS = """
import sys, time
from pathlib import Path
from hostkit import Host

class Words:
    def __init__(self, config, api):
        api.register_migrations([create, fill, fill_more])

def create(txn):
    txn.execute("CREATE TABLE t (n INTEGER)")

def fill(txn):
    time.sleep(0.05)
    txn.execute("INSERT INTO t VALUES (1)")

def fill_more(txn):
    txn.execute("INSERT INTO t SELECT n + 1 FROM t")

async def main():
    host = Host.from_config(
        {"modules": [{"module": Words}], "hostkit": {"database": sys.argv[1]}}, categories=[]
    )
    host.build()
    print("ready", flush=True)
    sys.stdin.readline()
    async with host:
        print("started")

import asyncio
asyncio.run(main())
"""


def test_processes_migrate_at_once(make: Callable[..., Database], url: str) -> None:
    """Hosts that start at the same moment all start, and each step is applied once."""
    command = [sys.executable, "-c", PROCESS, url]
    pipe = subprocess.PIPE
    hosts = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(3)]
    for host in hosts:
        assert host.stdout is not None
        assert host.stdout.readline() == "ready\n"
    for host in hosts:
        assert host.stdin is not None
        host.stdin.write("\n")
        host.stdin.flush()
    assert [host.communicate()[0] for host in hosts] == ["started\n"] * 3
    assert run(lambda: numbers_in(make())) == [1, 2]


def test_what_is_registered_must_be_migrations() -> None:
    """Each mistake has a message of its own."""

    async def later(_: Transaction) -> None: ...

    for given, message in [
        (create, "migrations are a list of functions, not <function create"),
        ([lambda _: None], "this is not a function with a name: <function"),
        ([functools.partial(create)], "this is not a function with a name: functools.partial"),
        (["CREATE TABLE t (n INTEGER)"], "this is not a function with a name: 'CREATE"),
        ([later], "later is asynchronous, and migrations run in a thread"),
        ([create, create], "two of the migrations are called create"),
    ]:
        with pytest.raises(RegistrationError) as raised:
            check_migrations(given)
        assert (raised.value.code, raised.value.problem.message[: len(message)]) == (
            "HK518",
            message,
        )


async def test_a_module_that_is_stopped_while_it_migrates(make: Callable[..., Database]) -> None:
    """It gets the error of any other interaction."""
    database = make(create)
    database.close()
    with pytest.raises(DatabaseError, match="the module was stopped"):
        await numbers_in(database)
