"""Interactions that take too long, whose callers go away, or whose host stops."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.database import Database, DatabaseError, DatabaseTimeoutError, Transaction
from hostkit.errors import HostkitError
from hostkit.testing import capture_logs

from .conftest import MakeDatabase, insert, numbers_in

ENDLESS = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "
    "SELECT count(*) FROM c",
    "postgresql": "SELECT pg_sleep(600)",
}


class Endless:
    """A function that inserts 1 and then executes a statement that does not end."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()

    def __call__(self, txn: Transaction) -> None:
        insert(1)(txn)
        self.has_begun.set()
        txn.execute(ENDLESS[txn.engine])

    async def begun(self) -> None:
        while not self.has_begun.is_set():
            await asyncio.sleep(0.001)


def database_with(make_database: MakeDatabase, url: str, **options: Any) -> Database:
    return Database("m", make_database(url, **options))


async def prepared(database: Database) -> Database:
    await database.run_interaction("create", lambda t: t.execute("CREATE TABLE t (n INTEGER)"))
    return database


async def test_what_takes_too_long_is_ended(make_database: MakeDatabase, url: str) -> None:
    """Nothing of it is done, the error says how to change that, and the next one works."""
    host = make_database(url, seconds=0.5)
    database = await prepared(Database("m", host))
    with pytest.raises(DatabaseTimeoutError, match=r"took longer than 0\.5s") as raised:
        await database.run_interaction("count", Endless())
    assert (raised.value.code, isinstance(raised.value, TimeoutError)) == ("HK513", True)
    assert "`hostkit: database_timeout:`" in str(raised.value)
    assert await numbers_in(database) == []


async def test_what_waits_for_others_names_them(make_database: MakeDatabase, url: str) -> None:
    """The module whose interaction takes so long, and not only those that suffer from it."""
    host = make_database(url, seconds=0.5, most=1)
    begun, end = threading.Event(), threading.Event()

    def dawdle(_: Transaction) -> None:
        begun.set()
        end.wait(10)

    slow = asyncio.ensure_future(Database("slow", host).run_interaction("dawdle", dawdle))
    while not begun.is_set():
        await asyncio.sleep(0.001)
    said = r"\(it waited for others; longest in flight is 'dawdle' of module 'slow', for \d\.\ds\)"
    with pytest.raises(DatabaseTimeoutError, match=said):
        await Database("m", host).run_interaction("note", lambda _: None)
    end.set()
    with pytest.raises(DatabaseTimeoutError):
        await slow


async def test_a_caller_that_is_cancelled_leaves_nothing(database: Database) -> None:
    """The statement is interrupted, and the thread is free for others."""
    endless = Endless()
    task = asyncio.ensure_future(database.run_interaction("count", endless))
    await endless.begun()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await database.run_interaction("insert", insert(2))
    assert await numbers_in(database) == [2]


async def test_what_was_cancelled_before_it_began_is_not_begun(
    make_database: MakeDatabase, url: str
) -> None:
    """It waits for a thread in vain."""
    database = await prepared(database_with(make_database, url, most=1))
    endless, calls = Endless(), list[str]()
    first = asyncio.ensure_future(database.run_interaction("count", endless))
    await endless.begun()
    second = asyncio.ensure_future(database.run_interaction("note", lambda _: calls.append("x")))
    await asyncio.sleep(0)
    for task in (second, first):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await database.run_interaction("insert", insert(2))
    assert (await numbers_in(database), calls) == ([2], [])


async def test_other_threads_are_refused(database: Database) -> None:
    """Their event loop is another one, so what comes of it would never reach them."""

    def elsewhere() -> None:
        asyncio.run(numbers_in(database))

    with pytest.raises(HostkitError, match="the database is used on the thread whose event loop"):
        await asyncio.to_thread(elsewhere)


def test_another_event_loop_may_come_after_the_first(make_database: MakeDatabase, url: str) -> None:
    """As in a script that calls `asyncio.run` twice; what was in flight in the first is gone."""
    database = database_with(make_database, url)
    endless = Endless()

    async def leave() -> None:
        await prepared(database)
        task = asyncio.ensure_future(database.run_interaction("count", endless))
        await endless.begun()
        task.cancel()

    asyncio.run(leave())
    assert asyncio.run(numbers_in(database)) == []


async def test_a_deferred_can_be_cancelled_as_well(database: Database) -> None:
    """Under Twisted, the caller gets its own kind of cancellation."""
    endless = Endless()
    deferred = Deferred.fromCoroutine(database.run_interaction("count", endless))
    await endless.begun()
    deferred.cancel()
    failure = deferred.result
    deferred.addErrback(lambda _: None)
    assert getattr(failure, "type", None) is CancelledError
    assert await numbers_in(database) == []


async def test_a_function_that_sees_that_nobody_waits(database: Database) -> None:
    """Its next statement is refused, so that it ends."""
    going, cancelled, ended = threading.Event(), threading.Event(), list[BaseException]()

    def go_on(txn: Transaction) -> None:
        going.set()
        cancelled.wait(10)
        try:
            txn.execute("SELECT 1")
        except Exception as error:
            ended.append(error)
            raise

    task = asyncio.ensure_future(database.run_interaction("go on", go_on))
    while not going.is_set():
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.sleep(0)
    cancelled.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    while not ended:
        await asyncio.sleep(0.001)
    assert type(ended[0]).__name__ == "Abandoned"


async def test_an_interrupt_that_comes_too_late_does_nothing(database: Database) -> None:
    """The connection may be another's by then."""
    job = database.job("look", lambda txn: txn.execute("SELECT 1").fetchall())
    await database.run(job)
    job.stop()
    assert (job.was_interrupted, await numbers_in(database)) == (False, [])


async def test_a_slow_interaction_is_logged(
    make_database: MakeDatabase, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the names of the module and of the interaction."""
    monkeypatch.setattr("hostkit.database._host_database._SLOW_SECONDS", 0.0)
    database = database_with(make_database, url)
    with capture_logs("m") as logs:
        await database.fetch_all("look around", "SELECT 1")
        with pytest.raises(DatabaseError):
            await database.fetch_all("look elsewhere", "SELECT * FROM no")  # which is no news
    (message,) = logs.messages
    assert re.fullmatch(
        r"module 'm': the database interaction 'look around' took \d+\.\ds "
        r"\(\d+\.\ds until a thread was free\)",
        message,
    )


async def test_a_host_that_stops_ends_what_is_in_flight(
    make_database: MakeDatabase, url: str
) -> None:
    """Its caller gets an error, later ones as well, until the host is started again."""
    host = make_database(url)
    database = await prepared(Database("m", host))
    endless = Endless()
    task = asyncio.ensure_future(database.run_interaction("count", endless))
    await endless.begun()
    await host.close()
    with pytest.raises(DatabaseError, match="the host was stopped") as raised:
        await task
    assert raised.value.code == "HK519"
    with pytest.raises(DatabaseError, match="the host was stopped"):
        await numbers_in(database)
    host.open()
    assert await numbers_in(database) == []


async def test_a_module_that_stops_ends_what_is_in_flight(database: Database) -> None:
    """Others go on."""
    endless = Endless()
    task = asyncio.ensure_future(database.run_interaction("count", endless))
    await endless.begun()
    database.close()
    with pytest.raises(DatabaseError, match="the module was stopped"):
        await task
    with pytest.raises(DatabaseError, match="the module was stopped"):
        await numbers_in(database)
    database.open()
    assert await numbers_in(database) == []


async def test_what_never_ends_is_left_behind(
    make_database: MakeDatabase, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A function that waits for something else keeps no host from stopping."""
    host = make_database(url)
    begun, end = threading.Event(), threading.Event()

    def wait(_: Transaction) -> None:
        begun.set()
        end.wait(10)

    task = asyncio.ensure_future(Database("m", host).run_interaction("wait", wait))
    while not begun.is_set():
        await asyncio.sleep(0.001)
    with caplog.at_level(logging.WARNING):
        await host.close(0.01)
    assert [record.getMessage() for record in caplog.records] == [
        "module 'm': the database interaction 'wait' does not end: it is left behind"
    ]
    with pytest.raises(DatabaseError, match="the host was stopped"):
        await task
    end.set()
