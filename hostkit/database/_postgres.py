"""`Postgres`: a database of PostgreSQL, by the driver psycopg."""

from __future__ import annotations

import os
import select
import socket
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, final

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from hostkit.database._job import Kind, Mode
from hostkit.database._placeholders import percent_style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.database._engine import EngineName
    from hostkit.database._job import Job

_BEGIN: Final = {
    # As in SQLite: what is tested there holds here, and the other way round.
    Mode.READ: "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY",
    Mode.WRITE: "BEGIN ISOLATION LEVEL SERIALIZABLE",
    # A migration waits for those of other processes, and then sees what they have done. It may
    # take longer than other interactions.
    Mode.MIGRATE: "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0; "
    "SELECT pg_advisory_xact_lock({})",
}
_LOCK: Final = 0x686F73746B6974  # "hostkit", of all that take such locks in one database
_CANCEL_SECONDS: Final = 3.0
_DEFAULTS: Final = {
    "application_name": "hostkit",
    "connect_timeout": 5,
    # A server that vanishes without a word is noticed after some 30 seconds.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
}
_CONFLICTS: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_LOST: Final = frozenset({"57P01", "57P02", "57P03"})  # the server, or this session, is ended
_OUTAGES: Final = ("08", "53", "58")  # connections; no memory, room or slots; the server's system


@final
class Postgres:
    """A database of PostgreSQL.

    Args:
        url: Its URL.
        timeout_seconds: How long a statement may take.

    Raises:
        ValueError: It is not such a URL.
    """

    name: EngineName = "postgresql"
    driver = "psycopg"
    error: type[Exception] = psycopg.Error
    is_memory = False
    writers: int | None = None

    def __init__(self, url: str, timeout_seconds: float) -> None:
        try:
            given = conninfo_to_dict(url)
        except psycopg.Error as error:
            raise ValueError(str(error).strip()) from None
        self._url = url
        timeout = f"-c statement_timeout={max(round(timeout_seconds * 1000), 1)}"
        options = f"{timeout} {given.get('options') or ''}".strip()
        self._options = {
            **{key: value for key, value in _DEFAULTS.items() if key not in given},
            "options": options,
        }
        host, name = given.get("host") or "the local server", given.get("dbname") or ""
        self.shown = f"PostgreSQL, {name} at {host}" if name else f"PostgreSQL at {host}"

    def arguments(self) -> dict[str, Any]:
        """Return what `psycopg.connect` is called with."""
        # A statement that the server has prepared would fail after another process has changed the
        # columns of its table.
        own: dict[str, Any] = {"autocommit": True, "prepare_threshold": None}
        return {"conninfo": self._url, **own, **self._options}

    def exists(self) -> bool:
        """Return true: it has to be made before it is named."""
        return True

    def make(self) -> None:
        """Do nothing: the database is made by who runs the server."""

    def prepare(self, connection: Any) -> None:
        """Do nothing: all of it is said when the connection is made."""

    def is_stale(self, connection: Any) -> bool:
        """Whether the server has closed a connection that is not in use.

        A single statement that finds that out by itself could not be tried again.
        """
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))  # it has nothing to say unless it is asked

    def translate(self, sql: str) -> str:
        """Write ``%s`` for each ``?``."""
        return percent_style(sql)

    def commits_itself(self, mode: Mode) -> bool:
        """Whether it is one statement: that takes one turn to the server instead of three."""
        return mode.is_single

    def begin(self, connection: Any, mode: Mode) -> None:
        """Begin a transaction that is serializable; a migration takes a lock of all processes."""
        connection.execute(_BEGIN[mode].format(_LOCK))

    def is_open(self, connection: Any) -> bool:
        """Whether a transaction has begun and neither ended nor failed."""
        return bool(connection.info.transaction_status == TransactionStatus.INTRANS)

    @contextmanager
    def watching(self, connection: Any, job: Job) -> Iterator[None]:
        """Let a statement be interrupted from another thread."""

        def interrupt() -> None:
            with suppress(psycopg.Error):  # the server does not answer
                connection.cancel_safe(timeout=_CANCEL_SECONDS)
            _hang_up(connection)

        with job.lock:
            job.interrupt = interrupt
        try:
            yield
        finally:
            with job.lock:
                job.interrupt = None

    def classify(self, error: BaseException, connection: Any) -> Kind:
        """Find out what kind of failure it is, by the code that the standard has for it."""
        state: str = getattr(error, "sqlstate", None) or ""
        if isinstance(error, psycopg.IntegrityError):
            return Kind.INTEGRITY
        if state in _CONFLICTS:
            return Kind.CONFLICT
        # Where there is no connection, none could be made.
        if state in _LOST or (connection is None and not state) or _is_broken(connection):
            return Kind.LOST
        return Kind.UNAVAILABLE if state.startswith(_OUTAGES) else Kind.OTHER

    def find_table(self, name: str) -> tuple[str, tuple[Any, ...]]:
        """Look into the schemas that are searched."""
        return "SELECT 1 WHERE to_regclass(?) IS NOT NULL", (name,)


def _is_broken(connection: Any) -> bool:
    return connection is not None and bool(connection.closed)


def _hang_up(connection: Any) -> None:
    """Cut a connection at which another thread waits for a server that has gone away."""
    with suppress(psycopg.Error, OSError):
        copy = socket.socket(fileno=os.dup(connection.fileno()))
        with copy:
            copy.shutdown(socket.SHUT_RDWR)
