"""Databases without room, without a folder, or that are something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostkit.database import Database, DatabaseUnavailable, Transaction

from .conftest import MakeDatabase, insert, numbers_in


async def test_a_file_that_is_full_keeps_what_it_has(
    make_database: MakeDatabase, sqlite_url: str
) -> None:
    """The interaction fails as a whole, as an outage; and works when there is room again."""
    database = Database("m", make_database(sqlite_url))
    await database.run_interaction("create", lambda t: t.execute("CREATE TABLE t (n INTEGER)"))
    await database.run_interaction("insert", insert(1))

    def limit(txn: Transaction, pages: int) -> None:
        txn.execute(f"PRAGMA max_page_count = {pages}").fetchall()

    await database.run_interaction("limit", limit, 2)
    with pytest.raises(DatabaseUnavailable, match="database or disk is full") as raised:
        await database.run_interaction("insert many", insert(*range(10_000)))
    assert raised.value.code == "HK511"
    assert await numbers_in(database) == [1]
    await database.run_interaction("limit", limit, 1_000_000)
    await database.run_interaction("insert", insert(2))
    assert await numbers_in(database) == [1, 2]


@pytest.mark.parametrize(
    ("name", "said"),
    [("none/modules.db", "No such file or directory"), (".", "Is a directory")],
)
async def test_a_file_that_cannot_be_opened(
    make_database: MakeDatabase, tmp_path: Path, name: str, said: str
) -> None:
    """The message names it, and why."""
    database = Database("m", make_database(f"sqlite:///{name}"))
    with pytest.raises(DatabaseUnavailable, match=f"{tmp_path}.*it cannot be opened: {said}"):
        await numbers_in(database)


async def test_a_file_that_is_not_a_database(make_database: MakeDatabase, tmp_path: Path) -> None:
    """It is left as it is."""
    (tmp_path / "modules.db").write_text("This is a letter, and not a database. " * 100)
    database = Database("m", make_database("sqlite:///modules.db"))
    with pytest.raises(DatabaseUnavailable, match="file is not a database"):
        await numbers_in(database)
    assert (tmp_path / "modules.db").read_text().startswith("This is a letter")


async def test_a_file_is_made_for_this_user_only(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    """Modules keep there what others need not know."""
    await Database("m", make_database("sqlite:///modules.db")).fetch_all("one", "SELECT 1")
    assert (tmp_path / "modules.db").stat().st_mode & 0o777 == 0o600
