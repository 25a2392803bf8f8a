"""Connections that are lost: what cannot have been committed is tried again, and nothing else."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import psycopg
import pytest

from hostkit.database import (
    CommitUnknownError,
    Database,
    DatabaseTimeoutError,
    DatabaseUnavailable,
    Mode,
    Transaction,
)
from hostkit.errors import Unavailable
from tests.postgres import new_database, server

from .conftest import MakeDatabase, insert, numbers_in

KILL = "SELECT pg_terminate_backend(pg_backend_pid())"
KILL_IN_COMMIT = """
CREATE FUNCTION kill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER kill AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.n = 13) EXECUTE FUNCTION kill()
"""


def terminate_all(url: str) -> None:
    """End all other sessions of a database, as an administrator does."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def url() -> str:
    """The URL of an empty database of PostgreSQL."""
    return new_database()


async def test_a_connection_that_is_lost_before_the_commit(database: Database) -> None:
    """All is done again with another connection, and once."""
    attempts: list[None] = []

    def lose(txn: Transaction) -> int:
        attempts.append(None)
        insert(1)(txn)
        if len(attempts) < 3:
            txn.execute(KILL)
        return len(attempts)

    assert await database.run_interaction("lose", lose) == 3
    assert await numbers_in(database) == [1]


async def test_a_connection_that_is_lost_again_and_again(database: Database) -> None:
    """It ends after four attempts, as an outage."""
    with pytest.raises(DatabaseUnavailable, match="HK511") as raised:
        await database.run_interaction("lose", lambda txn: txn.execute(KILL))
    assert isinstance(raised.value, Unavailable)
    assert await numbers_in(database) == []


async def test_a_connection_that_is_lost_in_the_commit(database: Database) -> None:
    """It may be committed or not, so it is not done again; the error says so."""
    await database.run_interaction("trigger", lambda txn: txn.execute(KILL_IN_COMMIT))
    with pytest.raises(CommitUnknownError, match="lost while it was being committed") as raised:
        await database.run_interaction("commit", insert(13))
    assert raised.value.code == "HK514"
    assert await numbers_in(database) == []  # this time


async def test_a_single_statement_that_loses_its_connection(database: Database) -> None:
    """It commits by itself, so whether it was done is not known either; reading is done again."""
    attempts: list[None] = []

    def lose(txn: Transaction) -> int:
        attempts.append(None)
        if len(attempts) == 1:
            txn.execute(KILL)
        return len(attempts)

    with pytest.raises(CommitUnknownError):
        await database.run(database.job("write", lose, mode=Mode.WRITE_ONE))
    attempts.clear()
    assert await database.run(database.job("read", lose, mode=Mode.READ_ONE)) == 2


@pytest.mark.parametrize("mode", [Mode.WRITE, Mode.WRITE_ONE, Mode.READ])
async def test_connections_that_ended_meanwhile_are_not_used(
    database: Database, url: str, mode: Mode
) -> None:
    """After a restart of the server not even a single statement fails."""
    await numbers_in(database)
    terminate_all(url)
    job = database.job("one", lambda txn: txn.execute("SELECT 1").fetchall(), mode=mode)
    assert await database.run(job) == [(1,)]


async def test_a_server_that_is_not_there(make_database: MakeDatabase) -> None:
    """The message names the server and the module, and never the password."""
    url = "postgresql://ann:s3cret-word@127.0.0.1:1/words"
    database = Database("m", make_database(url))
    with pytest.raises(DatabaseUnavailable) as raised:
        await database.fetch_all("one", "SELECT 1")
    message = str(raised.value)
    assert "PostgreSQL, words at 127.0.0.1: " in message
    assert ("s3cret-word" in message, "module 'm'" in message) == (False, True)


async def test_a_database_that_does_not_exist(make_database: MakeDatabase) -> None:
    """The server's words are in the message."""
    database = Database("m", make_database(server().get_uri(database="nothing")))
    with pytest.raises(DatabaseUnavailable, match='database "nothing" does not exist'):
        await database.fetch_all("one", "SELECT 1")


async def test_a_server_without_room_is_an_outage(database: Database) -> None:
    """And not a mistake of the module."""
    sql = "DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$"
    with pytest.raises(DatabaseUnavailable, match="no room"):
        await database.run_interaction("write", lambda txn: txn.execute(sql))


async def test_a_server_that_hangs(make_database: MakeDatabase, url: str) -> None:
    """The caller does not wait for ever, and the thread is free again when the time is over."""
    database = Database("m", make_database(url, seconds=0.5, most=1))
    pids: list[int] = []
    stopped = threading.Event()

    def hang(txn: Transaction) -> None:
        pids.extend(txn.execute("SELECT pg_backend_pid()").fetchone() or ())
        os.kill(pids[0], signal.SIGSTOP)
        stopped.set()
        txn.execute("SELECT 1")

    try:
        with pytest.raises(DatabaseTimeoutError):
            await database.run_interaction("hang", hang)
        rows: Any = await database.fetch_all("one", "SELECT 1")
    finally:
        stopped.wait(10)
        os.kill(pids[0], signal.SIGCONT)
    assert rows == [(1,)]
