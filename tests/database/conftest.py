"""Databases of both kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hostkit.database import Database, HostDatabase, read_url
from hostkit.testing import run
from tests.postgres import new_database

MakeDatabase = Callable[..., HostDatabase]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of one kind after the other."""
    return f"sqlite:///{tmp_path}/modules.db" if request.param == "sqlite" else new_database()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an empty database of SQLite."""
    return f"sqlite:///{tmp_path}/modules.db"


@pytest.fixture
def make_database(tmp_path: Path) -> Iterator[MakeDatabase]:
    """Make what a host has; closed at the end of the test."""
    made: list[HostDatabase] = []

    def make(url: str, *, seconds: float = 20.0, **options: Any) -> HostDatabase:
        made.append(HostDatabase(read_url(url, tmp_path, seconds), seconds=seconds, **options))
        return made[-1]

    yield make
    for each in made:
        run(each.close)


@pytest.fixture
def database(url: str, make_database: MakeDatabase) -> Database:
    """What the module `m` has, with a table `t` that has a column `n`."""
    made = Database("m", make_database(url))
    run(made.run_interaction("create", lambda txn: txn.execute("CREATE TABLE t (n INTEGER)")))
    return made


def insert(*numbers: int) -> Callable[[Any], None]:
    """Make a function that inserts numbers into the table."""
    return lambda txn: txn.executemany("INSERT INTO t VALUES (?)", [(n,) for n in numbers])


async def numbers_in(database: Database) -> list[int]:
    """List the numbers in the table."""
    return [n for (n,) in await database.fetch_all("read", "SELECT n FROM t ORDER BY n")]
