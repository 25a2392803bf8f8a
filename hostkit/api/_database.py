"""`DatabaseApi`: the part of the module api that leads to the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from hostkit.api._base import BaseApi
from hostkit.codes import Code
from hostkit.database import check_migrations
from hostkit.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.database import Database, Migration


class DatabaseApi(BaseApi):
    """Offers the database that all modules of the host share."""

    @property
    def database(self) -> Database:
        """The database that all modules of the host share; see `hostkit.database.Database`."""
        return self._database()

    def register_migrations(self, migrations: Sequence[Migration]) -> None:
        """Register the steps that make the module's tables, in order.

        Those that the database has not had yet are applied before the module's ``start()``, each in
        a transaction of its own, once for all processes. Steps are never changed, renamed or moved
        once they were applied somewhere; new ones are added at the end.

        Args:
            migrations: Plain functions, each of which takes a `hostkit.database.Transaction`.

        Raises:
            RegistrationError: They are not a list of such functions (HK518), or it is too late
                (HK205).
        """
        self._registrations.check_open("registering migrations")
        steps = check_migrations(migrations)
        database = self._database()
        if database.schema.steps:
            raise RegistrationError(
                Code.NOT_A_PLAIN_FUNCTION,
                "migrations are registered twice, so their numbers are not clear",
                expected="one list with all of them",
            )
        database.schema = attrs.evolve(database.schema, steps=steps)

    def _database(self) -> Database:
        return self._registrations.database.find(self._name, self._services.database)
