"""Interactions, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from hostkit.database import Database, DatabaseError, IntegrityError, Transaction

from .conftest import MakeDatabase, insert, numbers_in


async def test_what_a_function_does_is_committed(database: Database) -> None:
    """Its result is returned, and its arguments are passed on, by position and by name."""

    def add(txn: Transaction, first: int, *, second: int) -> int:
        return txn.executemany("INSERT INTO t VALUES (?)", [[first], [second]]).rowcount

    assert await database.run_interaction("add", add, 1, second=2) == 2
    assert await numbers_in(database) == [1, 2]


async def test_rows_are_fetched_in_all_ways(database: Database) -> None:
    """One by one, in a loop, all that are left."""
    await database.run_interaction("insert", insert(1, 2, 3))

    def read(txn: Transaction) -> Any:
        rows = txn.execute("SELECT n FROM t WHERE n > ? ORDER BY n", [0])
        first, looped = rows.fetchone(), []
        for (n,) in txn:
            looped.append(n)
        again = txn.execute("SELECT n FROM t ORDER BY n DESC").fetchall()
        return first, looped, again, txn.fetchone()

    assert await database.run_interaction("read", read) == (
        (1,),
        [2, 3],
        [(3,), (2,), (1,)],
        None,
    )


async def test_what_has_no_rows_has_none(database: Database) -> None:
    """A statement that only writes, on both kinds of databases."""

    def write(txn: Transaction) -> Any:
        txn.execute("INSERT INTO t VALUES (1)")
        return txn.rowcount, txn.fetchone(), txn.fetchall(), list(txn)

    assert await database.run_interaction("write", write) == (1, None, [], [])


async def test_an_exception_undoes_all(database: Database) -> None:
    """It is raised as it is, and the next interaction finds nothing of this one."""

    def fail(txn: Transaction) -> None:
        insert(1)(txn)
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        await database.run_interaction("fail", fail)
    assert await numbers_in(database) == []


async def test_a_statement_that_is_refused_names_module_and_interaction(
    database: Database,
) -> None:
    """The driver's words are in the message, and its exception is the cause."""
    with pytest.raises(DatabaseError) as raised:
        await database.run_interaction("find words", lambda txn: txn.execute("SELECT * FROM no"))
    error = raised.value
    assert (error.code, error.module, error.description) == ("HK512", "m", "find words")
    assert "module 'm': the database interaction 'find words' failed: " in str(error)
    assert isinstance(error.__cause__, Exception)


async def test_a_constraint_has_an_error_of_its_own(database: Database) -> None:
    """So that a module can tell that something is there already, whatever the database is."""
    await database.run_interaction("key", lambda t: t.execute("CREATE UNIQUE INDEX i ON t (n)"))
    with pytest.raises(IntegrityError):
        await database.run_interaction("twice", insert(1, 1))
    assert await numbers_in(database) == []


async def test_an_error_that_is_hidden_is_raised_nevertheless(database: Database) -> None:
    """PostgreSQL would undo the rest without a word."""

    def hide(txn: Transaction) -> str:
        insert(1)(txn)
        for sql in ("SELECT * FROM no", "INSERT INTO t VALUES (2)"):
            try:
                txn.execute(sql)
            except Exception:  # noqa: BLE001 -- as modules do
                continue
        return "done"

    with pytest.raises(DatabaseError, match="HK512"):
        await database.run_interaction("hide", hide)
    assert await numbers_in(database) == []


async def test_an_error_may_be_replaced(database: Database) -> None:
    """What the function makes of an error reaches the caller."""

    def replace(txn: Transaction) -> None:
        try:
            txn.execute("SELECT * FROM no")
        except Exception as error:
            raise LookupError("nothing here") from error

    with pytest.raises(LookupError, match="nothing here"):
        await database.run_interaction("replace", replace)


async def answer(txn: Transaction) -> None:
    """Do what cannot be done in a thread."""


def answer_later(txn: Transaction) -> Any:
    """Hide it."""
    return answer(txn)


@pytest.mark.parametrize("function", [answer, answer_later, lambda _: Deferred()])
async def test_an_asynchronous_function_is_refused(
    database: Database, function: Callable[[Transaction], Any]
) -> None:
    """It would be a coroutine that is never awaited; the message says what to write."""
    with pytest.raises(DatabaseError, match="is asynchronous") as raised:
        await database.run_interaction("ask", function)
    assert raised.value.code == "HK518"
    assert "write it as a plain `def`" in str(raised.value)


@pytest.mark.parametrize("sql", ["COMMIT", "ROLLBACK"])
async def test_a_function_does_not_end_its_transaction(database: Database, sql: str) -> None:
    """Otherwise what comes after it would be done even if the rest fails."""
    with pytest.raises(DatabaseError, match="has ended the transaction itself"):
        await database.run_interaction("end", lambda txn: txn.execute(sql))


async def test_a_transaction_is_over_with_its_function(database: Database) -> None:
    """A function that hands it out does not let others write in the next one."""
    kept = await database.run_interaction("keep", lambda txn: txn)
    with pytest.raises(DatabaseError, match="used after the end of the function"):
        kept.execute("SELECT 1")


async def test_one_string_is_not_a_list_of_parameters(database: Database) -> None:
    """Its letters would be the parameters."""
    with pytest.raises(TypeError, match="are a tuple or a list, not 'abc'"):
        await database.fetch_all("name", "SELECT ?", "abc")
    with pytest.raises(TypeError, match="are a tuple or a list, not 'abc'"):
        await database.run_interaction("name", lambda txn: txn.executemany("SELECT ?", ["abc"]))


async def test_reading_writes_nothing(database: Database) -> None:
    """A statement that would is refused."""
    with pytest.raises(DatabaseError, match="HK512"):
        await database.fetch_all("write", "INSERT INTO t VALUES (?) RETURNING n", [1])
    assert await numbers_in(database) == []


async def test_percent_signs_and_question_marks_are_what_they_are(database: Database) -> None:
    """In strings of a statement as well as in parameters."""
    rows = await database.fetch_all("odd", "SELECT '100%? %s', CAST(? AS TEXT), 7 % 4", ("%s?",))
    assert rows == [("100%? %s", "%s?", 3)]


def test_without_an_event_loop_it_is_done_at_once(url: str, make_database: MakeDatabase) -> None:
    """As in a script, or a plain test: the coroutine never waits."""
    database = Database("m", make_database(url))
    coroutine = database.fetch_all("one", "SELECT 1")
    with pytest.raises(StopIteration) as ended:
        coroutine.send(None)
    assert ended.value.value == [(1,)]


async def test_the_engine_is_named(database: Database, url: str) -> None:
    """For statements that differ."""
    inside = await database.run_interaction("name", lambda txn: txn.engine)
    assert (database.engine, inside) == (url.partition(":")[0],) * 2


async def test_a_table_is_found(database: Database) -> None:
    """For migrations that come after tables which a module had made before."""
    found = await database.run_interaction("look", lambda t: (t.has_table("t"), t.has_table("u")))
    assert found == (True, False)
