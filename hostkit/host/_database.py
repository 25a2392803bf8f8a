"""The database of a host, as the setting ``database:`` says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import attrs
from twisted.internet import task

from hostkit.codes import Code
from hostkit.database import FORMS, ExtraMissingError, HostDatabase, read_url
from hostkit.store import StoreLimits

if TYPE_CHECKING:
    from twisted.internet.interfaces import IReactorTime

    from hostkit.config import HostFile
    from hostkit.errors import Problem

_PATH = ("hostkit", "database")


def make_database(file: HostFile, chosen: str | None) -> tuple[HostDatabase, tuple[Problem, ...]]:
    """Make the database that the modules share; it is opened when a module uses it.

    Args:
        file: The config file.
        chosen: Its URL, if the host's program has chosen it and not the file.

    Returns:
        The database; and what is wrong with its URL: it cannot be read (HK510), or the package for
        it is not installed (HK110).
    """
    settings = file.settings
    url, seconds = settings.database if chosen is None else chosen, settings.database_timeout
    problem = None
    try:
        make_engine = read_url(url, file.folder, seconds)
    except ExtraMissingError:
        make_engine = read_url("sqlite://", file.folder, seconds)
        problem = file.problem(
            Code.EXTRA_MISSING,
            "`database:` needs the package psycopg, which is not installed",
            _PATH,
            hint="pip install 'hostkit-framework[postgres]'",
        )
    except ValueError as error:
        make_engine = read_url("sqlite://", file.folder, seconds)
        problem = file.problem(
            Code.NOT_A_DATABASE_URL,
            f"this is not the URL of a database: {error}",
            _PATH,
            expected=FORMS,
        )
    database = HostDatabase(
        make_engine,
        most=settings.database_connections,
        seconds=seconds,
        redact=file.redact,
    )
    return database, () if problem is None else (_without_excerpt(problem),)


def make_limits(file: HostFile, clock: IReactorTime | None) -> StoreLimits:
    """Find what the stores of modules go by.

    Args:
        file: The config file.
        clock: The host's clock. Values expire by the time of day, as they outlive any process; but
            a test's clock, which only moves when it is moved, counts for them, too.
    """
    given: Any = clock  # to pyright, no class implements an interface of Twisted's
    now = given.seconds if isinstance(given, task.Clock) else time.time
    return StoreLimits(file.settings.store_value, now)


def _without_excerpt(problem: Problem) -> Problem:
    """Do not show the line, since it may have a password."""
    place = None if problem.place is None else attrs.evolve(problem.place, excerpt="")
    return attrs.evolve(problem, place=place)
