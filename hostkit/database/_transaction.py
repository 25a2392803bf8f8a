"""`Transaction`: what an interaction is given to talk to the database with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hostkit.database._engine import Engine, EngineName
    from hostkit.database._job import Job


@final
class Transaction:
    """A transaction; what is executed is committed when the interaction's function returns.

    If the function raises an exception, or a statement fails, nothing of it is done. It is only
    used in the function, and in its thread.

    Args:
        engine: Knows the database.
        cursor: The driver's cursor.
        job: The interaction.
    """

    def __init__(self, engine: Engine, cursor: Any, job: Job) -> None:
        self._engine = engine
        self._cursor = cursor
        self._job = job
        self._is_over = False
        self.failure: Exception | None = None

    @property
    def engine(self) -> EngineName:
        """``sqlite`` or ``postgresql``, for statements that differ."""
        return self._engine.name

    @property
    def rowcount(self) -> int:
        """How many rows the last statement has changed."""
        count: int = self._cursor.rowcount
        return count

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Execute a statement.

        Args:
            sql: The statement, with ``?`` for each parameter.
            parameters: A value for each ``?``.

        Returns:
            This, to fetch rows from: ``txn.execute("SELECT ...").fetchall()``.
        """
        _check_parameters(parameters)
        return self._run(self._cursor.execute, sql, tuple(parameters))

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> Self:
        """Execute a statement once for each row of parameters.

        Args:
            sql: The statement, with ``?`` for each parameter.
            rows: For each time, a value for each ``?``.
        """
        for row in rows:
            _check_parameters(row)
        return self._run(self._cursor.executemany, sql, [tuple(row) for row in rows])

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row of the last statement; `None` if there is none left."""
        if self._has_no_rows:
            return None
        row: tuple[Any, ...] | None = self._fetch(self._cursor.fetchone)
        return row

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows of the last statement that are left."""
        if self._has_no_rows:
            return []
        rows: list[tuple[Any, ...]] = self._fetch(self._cursor.fetchall)
        return rows

    @property
    def _has_no_rows(self) -> bool:
        """Whether the last statement is one that has no rows at all, which psycopg refuses."""
        return self._cursor.description is None

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        while (row := self.fetchone()) is not None:
            yield row

    def has_table(self, name: str) -> bool:
        """Whether there is a table.

        Args:
            name: Its name.
        """
        return self.execute(*self._engine.find_table(name)).fetchone() is not None

    def end(self) -> None:
        """Refuse everything from now on."""
        self._is_over = True

    def _run(self, method: Any, sql: str, parameters: Any) -> Self:
        self._fetch(lambda: method(self._engine.translate(sql), parameters))
        return self

    def _fetch(self, method: Any) -> Any:
        if self._is_over:
            raise self._job.refused(
                "its transaction is used after the end of the function that it was given to"
            )
        if self.failure is not None:
            raise self.failure
        self._job.check()
        mode = self._job.mode
        self._job.may_be_done = self._engine.commits_itself(mode) and not mode.reads_only
        try:
            return method()
        except self._engine.error as error:
            # Kept, in case that the function hides it: PostgreSQL would not commit after it.
            self.failure = error
            raise


def _check_parameters(parameters: object) -> None:
    if not isinstance(parameters, tuple | list):
        raise TypeError(
            f"the parameters of a statement are a tuple or a list, not {parameters!r:.100}"
        )
