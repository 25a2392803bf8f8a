"""`Sqlite`: a database that is a file beside the config file, or in memory."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.database._job import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hostkit.database._engine import EngineName
    from hostkit.database._job import Job

# A longer wait could not be cancelled; the interaction is tried again as long as its time lasts.
_BUSY_SECONDS: Final = 0.2
_STEPS: Final = 10_000
"""After how many steps of SQLite's machine it looks whether anybody still waits: some 0.1 ms."""

_PRIVATE: Final = 0o600
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_OUTAGES: Final = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
_AT_ONCE: Final = "BEGIN IMMEDIATE"
_BEGIN: Final = {
    Mode.READ: "BEGIN",
    Mode.WRITE: _AT_ONCE,
    Mode.WRITE_ONE: _AT_ONCE,
    Mode.MIGRATE: _AT_ONCE,
}


@final
class Sqlite:
    """A database of SQLite.

    Args:
        path: The file; `None`: in memory, for as long as the connection is open.
    """

    name: EngineName = "sqlite"
    driver = "sqlite3"
    error: type[Exception] = sqlite3.Error
    writers: int | None = 1

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.is_memory = path is None
        self.shown = "the database in memory" if path is None else str(path)

    def arguments(self) -> dict[str, Any]:
        """Return what `sqlite3.connect` is called with."""
        return {
            "database": ":memory:" if self._path is None else str(self._path),
            "timeout": _BUSY_SECONDS,
            "isolation_level": None,  # transactions begin and end where this package says so
            "check_same_thread": False,  # all connections are closed by one thread
        }

    def exists(self) -> bool:
        """Whether the file is there."""
        return self._path is not None and self._path.exists()

    def make(self) -> None:
        """Make the file for this user only: modules keep there what others need not know."""
        if self._path is None:
            return
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _PRIVATE))
        except OSError as error:
            raise sqlite3.OperationalError(f"it cannot be opened: {error.strerror}") from error

    def prepare(self, connection: Any) -> None:
        """Make a new connection ready: WAL, durable commits, foreign keys."""
        if not self.is_memory:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    def is_stale(self, connection: Any) -> bool:  # noqa: ARG002
        """Return false: there is no other side."""
        return False

    def translate(self, sql: str) -> str:
        """Return the statement: this is its style."""
        return sql

    def commits_itself(self, mode: Mode) -> bool:
        """Whether it only reads one thing: what waits for a lock must not be done afterwards."""
        return mode is Mode.READ_ONE

    def begin(self, connection: Any, mode: Mode) -> None:
        """Begin a transaction; what writes locks at once, so that it cannot fail later."""
        connection.execute(_BEGIN[mode])

    def is_open(self, connection: Any) -> bool:
        """Whether a transaction has begun and not ended."""
        return bool(connection.in_transaction)

    @contextmanager
    def watching(self, connection: Any, job: Job) -> Iterator[None]:
        """Have SQLite itself look whether anybody still waits."""
        connection.execute(f"PRAGMA query_only = {'ON' if job.mode.reads_only else 'OFF'}")
        connection.set_progress_handler(lambda: job.must_end, _STEPS)
        try:
            yield
        finally:
            connection.set_progress_handler(None, 0)

    def classify(self, error: BaseException, connection: Any) -> Kind:
        """Find out what kind of failure it is, by SQLite's own code."""
        if isinstance(error, sqlite3.IntegrityError):
            return Kind.INTEGRITY
        # Errors of Python's own module, such as a wrong number of parameters, have no code.
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            return Kind.UNAVAILABLE if isinstance(error.__cause__, OSError) else Kind.OTHER
        primary = code & 0xFF
        if primary in _BUSY:
            return Kind.LOCKED
        if code == sqlite3.SQLITE_READONLY and _reads(connection):
            return Kind.OTHER
        return Kind.UNAVAILABLE if primary in _OUTAGES else Kind.OTHER

    def find_table(self, name: str) -> tuple[str, tuple[Any, ...]]:
        """Look into the schema of the file."""
        return "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)


def _reads(connection: Any) -> bool:
    """Whether an interaction that only reads has tried to write."""
    return bool(connection.execute("PRAGMA query_only").fetchone() == (1,))
