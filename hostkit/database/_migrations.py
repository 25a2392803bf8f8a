"""The schemas of modules: numbered migrations, applied once for all processes of a database."""

from __future__ import annotations

import inspect
import time
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

import attrs
from twisted.internet.defer import CancelledError

from hostkit.codes import Code
from hostkit.database._errors import DatabaseError, DatabaseUnavailable, MigrationError
from hostkit.database._job import Mode
from hostkit.errors import RegistrationError
from hostkit.presenting import exception_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.database._host_database import HostDatabase
    from hostkit.database._job import Job
    from hostkit.database._transaction import Transaction

Migration: TypeAlias = "Callable[[Transaction], object]"
"""One step of a schema: a function that is given a transaction."""

_TABLE: Final = "hostkit_schema"
_CREATE: Final = f"""
CREATE TABLE IF NOT EXISTS {_TABLE} (
    module TEXT NOT NULL,
    version INTEGER NOT NULL,
    step TEXT NOT NULL,
    applied_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (module, version)
)
"""


@final
@attrs.frozen
class Applied:
    """A migration that was applied.

    Attributes:
        version: Its number, from 1.
        step: Its name.
        at: When, in seconds since 1970.
    """

    version: int
    step: str
    at: float


@final
@attrs.frozen
class Schema:
    """The migrations of a module, which are its schema's versions.

    Attributes:
        module: The module's name.
        steps: The migrations, the first of which makes version 1.
    """

    module: str
    steps: tuple[Migration, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of the migrations, which are those of their functions."""
        return [step.__name__ for step in self.steps]

    def pending(self, applied: Sequence[Applied]) -> list[int]:
        """List the numbers of the migrations that are still to be applied.

        Args:
            applied: Those that were.

        Raises:
            MigrationError: Others were applied than these (HK517), or more (HK516).
        """
        names = self.names
        for each in applied[: len(names)]:
            if each.step != names[each.version - 1]:
                raise MigrationError(
                    Code.MIGRATIONS_DIFFER,
                    self.module,
                    f"step {each.version} of its schema is {names[each.version - 1]}, but the "
                    f"database has had {each.step} as that step",
                    hint="add new steps at the end, and leave names and order of old ones alone",
                )
        if len(applied) > len(names):
            raise MigrationError(
                Code.SCHEMA_NEWER,
                self.module,
                f"the database has version {len(applied)} of its schema "
                f"({applied[-1].step}), and this module knows {len(names)}",
                hint="install the newer version of the module again, or restore the database as "
                "it was before",
            )
        return [*range(len(applied) + 1, len(names) + 1)]


def check_migrations(given: Any) -> tuple[Migration, ...]:
    """Make sure that what a module registers are migrations.

    Args:
        given: What it has given.

    Raises:
        RegistrationError: They are not a list of plain functions with names of their own (HK518).
    """
    if not isinstance(given, list | tuple):
        raise _not_migrations(f"migrations are a list of functions, not {given!r}")
    names: set[str] = set()
    for each in given:
        name = getattr(each, "__name__", "<lambda>")
        if not callable(each) or name == "<lambda>":
            raise _not_migrations(f"this is not a function with a name: {each!r}")
        if inspect.iscoroutinefunction(each):
            raise _not_migrations(f"{name} is asynchronous, and migrations run in a thread")
        if name in names:
            raise _not_migrations(f"two of the migrations are called {name}")
        names.add(name)
    return tuple(given)


def _not_migrations(message: str) -> RegistrationError:
    return RegistrationError(
        Code.NOT_A_PLAIN_FUNCTION,
        message,
        expected="api.register_migrations([create_tables, add_column]) with plain functions that "
        "take a transaction",
    )


def read_applied(transaction: Transaction) -> dict[str, list[Applied]]:
    """Read which migrations of all modules were applied, in order.

    Args:
        transaction: A transaction, which may only read.
    """
    if not transaction.has_table(_TABLE):
        return {}
    sql = f"SELECT module, version, step, applied_at FROM {_TABLE} ORDER BY module, version"  # noqa: S608
    found: dict[str, list[Applied]] = {}
    for module, *rest in transaction.execute(sql).fetchall():
        found.setdefault(module, []).append(Applied(*rest))
    return found


@final
class Migrator:
    """Applies the migrations of a module.

    Args:
        schema: The migrations.
        database: The database.
    """

    def __init__(self, schema: Schema, database: HostDatabase) -> None:
        self._schema = schema
        self._database = database

    def look(self) -> Job:
        """Make the job that finds which migrations are pending; it returns their numbers."""
        return self._job("reading the version of its schema", self._look, Mode.READ)

    def step(self, number: int) -> Job:
        """Make the job that applies a migration; it returns whether another process had not.

        Args:
            number: Its number.
        """
        name = self._schema.names[number - 1]
        return self._job(f"migration {number}, {name}", self._apply, Mode.MIGRATE, number)

    async def run(self, notify: Callable[[int, str], None]) -> None:
        """Apply all that are pending, each in a transaction of its own.

        Args:
            notify: Is called with number and name of each that was applied here, and not by another
                process meanwhile.

        Raises:
            MigrationError: One of them failed, or they are not those of the database.
            DatabaseUnavailable: The database cannot be reached.
        """
        for number in await self._database.run(self.look()):
            try:
                if await self._database.run(self.step(number)):
                    notify(number, self._schema.names[number - 1])
            except (MigrationError, DatabaseUnavailable, CancelledError):
                raise
            except Exception as error:
                raise self._failure(number, error) from error

    def _failure(self, number: int, error: Exception) -> MigrationError:
        name = self._schema.names[number - 1]
        reason = error.reason if isinstance(error, DatabaseError) else exception_line(error)
        return MigrationError(
            Code.MIGRATION_FAILED,
            self._schema.module,
            f"step {number} of its schema, {name}, failed: {reason}",
            hint=f"the database is as it was before, at version {number - 1} of this schema",
        )

    def _job(self, description: str, function: Callable[..., Any], mode: Mode, *args: Any) -> Job:
        module = self._schema.module
        return self._database.job(module, description, function, *args, mode=mode, seconds=None)

    def _look(self, transaction: Transaction) -> list[int]:
        return self._schema.pending(read_applied(transaction).get(self._schema.module, []))

    def _apply(self, transaction: Transaction, number: int) -> Any:
        transaction.execute(_CREATE)
        # Read again, as only one process comes this far at a time.
        if number not in self._look(transaction):
            return False
        module, step = self._schema.module, self._schema.steps[number - 1]
        result = step(transaction)
        if inspect.isawaitable(result):
            return result  # which is refused
        sql = f"INSERT INTO {_TABLE} VALUES (?, ?, ?, ?)"  # noqa: S608
        transaction.execute(sql, (module, number, step.__name__, time.time()))
        return True
