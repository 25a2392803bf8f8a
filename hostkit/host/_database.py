"""The database of a host, as the setting ``database:`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from hostkit.codes import Code
from hostkit.database import FORMS, ExtraMissingError, HostDatabase, read_url

if TYPE_CHECKING:
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


def _without_excerpt(problem: Problem) -> Problem:
    """Do not show the line, since it may have a password."""
    place = None if problem.place is None else attrs.evolve(problem.place, excerpt="")
    return attrs.evolve(problem, place=place)
