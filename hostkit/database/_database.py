"""`Database`: a module's way to the database of its host."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar, final

from hostkit.database._job import Mode
from hostkit.database._migrations import Migrator, Schema
from hostkit.logs import logger_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.database._engine import EngineName
    from hostkit.database._host_database import HostDatabase
    from hostkit.database._job import Job
    from hostkit.database._transaction import Transaction

P = ParamSpec("P")
T = TypeVar("T")

_STOPPED: Final = "the module was stopped"


@final
class Database:
    """A module's way to the database that all modules of its host share.

    Args:
        module: The module's name.
        database: The host's.

    Attributes:
        schema: The module's migrations.
    """

    def __init__(self, module: str, database: HostDatabase) -> None:
        self._database = database
        self.schema = Schema(module)
        self._others: list[Schema] = []
        self._is_stopped = False
        self._running: set[Job] = set()

    @property
    def engine(self) -> EngineName:
        """The kind of database, ``sqlite`` or ``postgresql``, for statements that differ."""
        return self._database.engine.name

    async def run_interaction(
        self,
        description: str,
        func: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call a function with a transaction, in a thread, and commit what it has done.

        The transaction is serializable: its result is as if all transactions of all processes were
        done one after the other. For that, the function may be called several times, so it does
        nothing but to talk to the database.

        Args:
            description: What it is, for logs and errors: ``add_comment``.
            func: A plain function, which gets a `Transaction`.
            args: What else it is called with.
            kwargs: What else it is called with.

        Returns:
            What it returns.

        Raises:
            DatabaseError: A statement failed, so that nothing was done; `IntegrityError` if it
                contradicts a constraint.
            DatabaseUnavailable: The database cannot be reached, or is busy or full.
            CommitUnknownError: The connection was lost in the commit, so it may be done or not.
        """
        function = functools.partial(func, **kwargs) if kwargs else func
        job = self.job(description, function, *args)
        result: T = await self.run(job)
        return result

    async def fetch_all(
        self, description: str, sql: str, parameters: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """Execute a statement that reads; with SQLite it does not wait for those that write.

        Args:
            description: What it is, for logs and errors.
            sql: The statement, with ``?`` for each parameter.
            parameters: A value for each ``?``.

        Returns:
            All rows.

        Raises:
            DatabaseError: As for `run_interaction`; also if it would write.
        """

        def fetch(transaction: Transaction) -> list[tuple[Any, ...]]:
            return transaction.execute(sql, parameters).fetchall()

        rows: list[tuple[Any, ...]] = await self.run(self.job(description, fetch, mode=Mode.READ))
        return rows

    def job(
        self,
        description: str,
        function: Callable[..., Any],
        *args: Any,
        mode: Mode = Mode.WRITE,
    ) -> Job:
        """Describe an interaction; see `HostDatabase.job`."""
        return self._database.job(self.schema.module, description, function, *args, mode=mode)

    async def run(self, job: Job) -> Any:
        """Do an interaction; the module's schema is brought up to date before the first one.

        Args:
            job: The interaction.
        """
        if inspect.iscoroutinefunction(job.function):
            raise job.not_plain()
        self._check_open(job)
        await self.migrate()
        self._check_open(job)
        self._running.add(job)
        try:
            return await self._database.run(job)
        finally:
            self._running.discard(job)

    def _check_open(self, job: Job) -> None:
        if self._is_stopped:
            raise job.closed(_STOPPED)

    async def migrate(self) -> None:
        """Bring the module's schema up to date, unless that was done.

        Raises:
            MigrationError: It cannot be done (HK515, HK516, HK517).
            DatabaseUnavailable: The database cannot be reached.
        """
        for schema in self.schemas:
            if schema.steps and schema not in self._database.ready:
                await Migrator(schema, self._database).run(self._log_applied)
                self._database.ready.add(schema)

    def _log_applied(self, number: int, step: str) -> None:
        module = self.schema.module
        logger_of(module).info("module %r: migration %d, %s, is applied", module, number, step)

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """The module's own schema, and those that it needs as well."""
        return (self.schema, *self._others)

    def need(self, schema: Schema) -> None:
        """Bring another schema up to date as well, before the next interaction.

        Args:
            schema: The schema.
        """
        self._others.append(schema)

    def open(self) -> None:
        """Allow interactions: the module starts."""
        self._is_stopped = False

    def close(self) -> None:
        """End interactions in flight, and refuse others: the module has stopped."""
        self._is_stopped = True
        for job in [*self._running]:
            self._database.end(job, _STOPPED)


@final
class DatabaseUse:
    """What a module has to do with the database of its host; most have nothing.

    Attributes:
        database: The module's way to it, once the module has asked for one.
    """

    def __init__(self) -> None:
        self.database: Database | None = None

    def find(self, module: str, host: HostDatabase) -> Database:
        """Return the module's way to the database.

        Args:
            module: The module's name.
            host: The host's database.
        """
        if self.database is None:
            self.database = Database(module, host)
        return self.database

    async def open(self) -> None:
        """Bring the module's schema up to date, before it starts; see `Database.migrate`."""
        if self.database is not None:
            self.database.open()
            await self.database.migrate()

    def close(self) -> None:
        """End its interactions: the module has stopped."""
        if self.database is not None:
            self.database.close()
