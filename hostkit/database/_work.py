"""`carry_out`: do an interaction with a connection, in the thread that is its own."""

from __future__ import annotations

import itertools
from contextlib import closing
from typing import TYPE_CHECKING, Any

from hostkit.database._job import Kind
from hostkit.database._transaction import Transaction

if TYPE_CHECKING:
    from hostkit.database._engine import Engine, Held
    from hostkit.database._job import Job


def carry_out(engine: Engine, held: Held, job: Job) -> Any:
    """Do an interaction; again if something was in its way that may be gone.

    Args:
        engine: Knows the database.
        held: The connection.
        job: The interaction.

    Returns:
        What its function returns.

    Raises:
        DatabaseError: The database cannot do it.
        Abandoned: The caller has gone; nothing was done.
    """
    for attempt in itertools.count(1):
        job.check()
        connection = None
        try:
            connection = _connection(engine, held)
            return _attempt(engine, held, connection, job)
        except engine.error as error:
            kind = engine.classify(error, connection)
            if kind is Kind.LOST:
                held.drop()
            _check_repeat(engine, job, error, kind, attempt)
            job.pause(attempt, kind)
        finally:
            if job.was_interrupted:
                held.drop()  # it may be interrupted once more, when something else runs
    raise AssertionError  # pragma: no cover -- for type checkers, the numbers never end


def _connection(engine: Engine, held: Held) -> Any:
    connection = held.get()
    if engine.is_stale(connection):
        held.drop()
        connection = held.get()
    return connection


def _check_repeat(engine: Engine, job: Job, error: Exception, kind: Kind, attempt: int) -> None:
    """Raise what has happened, unless it can be tried again."""
    if kind is not Kind.LOST:
        job.may_be_done = False
    if not job.may_be_done and job.must_end:
        # The statement may have failed since nobody waits any more, or have waited for long.
        raise job.ended(f" ({job.shown(error)})") from error
    if job.may_be_done or attempt >= kind.attempts:
        raise job.failed(error, kind, engine.shown) from error


def _attempt(engine: Engine, held: Held, connection: Any, job: Job) -> Any:
    with engine.watching(connection, job), closing(connection.cursor()) as cursor:
        transaction = Transaction(engine, cursor, job)
        try:
            commits_itself = engine.commits_itself(job.mode)
            if not commits_itself:
                engine.begin(connection, job.mode)
            result = _call(engine, transaction, connection, job)
            if not commits_itself:
                _commit(engine, connection, job)
        except BaseException:
            _undo(engine, held, connection)
            raise
        finally:
            transaction.end()
        return result


def _call(engine: Engine, transaction: Transaction, connection: Any, job: Job) -> Any:
    try:
        result = job.call(transaction)
    except Exception as error:
        # However the function reports that a statement failed: the next attempt may succeed.
        failure = transaction.failure
        if failure is None or engine.classify(failure, connection).attempts == 1:
            raise
        raise failure from error
    if transaction.failure is not None:
        raise transaction.failure
    return result


def _commit(engine: Engine, connection: Any, job: Job) -> None:
    if not engine.is_open(connection):
        raise job.refused(
            "its function has ended the transaction itself",
            "execute no COMMIT and no ROLLBACK: return, or raise an exception",
        )
    job.check()
    job.may_be_done = not job.mode.reads_only
    connection.execute("COMMIT")


def _undo(engine: Engine, held: Held, connection: Any) -> None:
    try:
        connection.rollback()
    except engine.error:
        held.drop()
