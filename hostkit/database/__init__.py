"""The database that the modules of a host share: interactions, and the schemas of modules."""

from hostkit.database._database import Database, DatabaseUse
from hostkit.database._engine import Engine, EngineName, Held
from hostkit.database._errors import (
    CommitUnknownError,
    DatabaseError,
    DatabaseTimeoutError,
    DatabaseUnavailable,
    IntegrityError,
    MigrationError,
)
from hostkit.database._host_database import HostDatabase
from hostkit.database._job import Job, Mode
from hostkit.database._migrations import (
    Applied,
    Migration,
    Migrator,
    Schema,
    check_migrations,
    read_applied,
)
from hostkit.database._transaction import Transaction
from hostkit.database._url import FORMS, ExtraMissingError, read_url

__all__ = [
    "FORMS",
    "Applied",
    "CommitUnknownError",
    "Database",
    "DatabaseError",
    "DatabaseTimeoutError",
    "DatabaseUnavailable",
    "DatabaseUse",
    "Engine",
    "EngineName",
    "ExtraMissingError",
    "Held",
    "HostDatabase",
    "IntegrityError",
    "Job",
    "Migration",
    "MigrationError",
    "Migrator",
    "Mode",
    "Schema",
    "Transaction",
    "check_migrations",
    "read_applied",
    "read_url",
]
