"""`hostkit db`: the schemas of modules."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Write, run


class Words:
    """Has as many steps as its config says."""

    def __init__(self, config: dict[str, Any], api: Any) -> None:
        steps = [create_words, add_count, interrupted if config.get("interrupted") else broken]
        api.register_migrations(steps[: config.get("steps", 2)])


class Quiet:
    """Has nothing to do with the database."""

    def __init__(self, config: dict[str, Any], api: Any) -> None: ...


class Keeps:
    """Uses the store."""

    def __init__(self, config: dict[str, Any], api: Any) -> None:
        self.store = api.store


class Asks:
    """Uses the database without tables of its own."""

    def __init__(self, config: dict[str, Any], api: Any) -> None:
        self.database = api.database


def create_words(txn: Any) -> None:
    txn.execute("CREATE TABLE words (word TEXT PRIMARY KEY)")


def add_count(txn: Any) -> None:
    txn.execute("ALTER TABLE words ADD COLUMN count INTEGER")


def broken(txn: Any) -> None:
    txn.execute("ALTER TABL words")


def interrupted(txn: Any) -> None:
    txn.execute("DROP TABLE words")
    raise KeyboardInterrupt


def file(config: str, name: str = "words") -> str:
    words = f"{{module: tests.cli.test_db_command.Words, name: {name}, config: {config}}}"
    quiet = "{module: tests.cli.test_db_command.Quiet}"
    asks = "{module: tests.cli.test_db_command.Asks}"
    return f"modules: [{quiet}, {asks}, {words}]\nhostkit: {{categories: []}}\n"


def test_steps_are_shown_applied_and_shown_again(write: Write, tmp_path: Path) -> None:
    """The exit code says whether something is to be done; what only shows makes no file."""
    name = write(file("{steps: 2}"))
    head = f"sqlite: {tmp_path}/modules.db\nMODULE  SCHEMA  KNOWS  STATE\n"
    first = run("db", "status", name)
    state = "2 steps to apply: create_words, add_count"
    assert (first.exit_code, first.stdout) == (3, f"{head}words   0       2      {state}\n")
    assert not (tmp_path / "modules.db").exists()
    done = run("db", "migrate", name)
    assert (done.exit_code, done.stdout) == (
        0,
        "words: 1, create_words: applied\nwords: 2, add_count: applied\n",
    )
    last = run("db", "status", name)
    assert (last.exit_code, last.stdout) == (0, f"{head}words   2       2      up to date\n")
    again = run("db", "migrate", name)
    assert (again.exit_code, again.stdout) == (0, "all schemas are up to date\n")


def test_a_step_that_fails_is_shown(write: Write) -> None:
    """Those before it stay, and the exit code says it."""
    result = run("db", "migrate", write(file("{steps: 3}")))
    assert (result.exit_code, result.stdout.count("applied")) == (1, 2)
    assert "HK515 module 'words': step 3 of its schema, broken, failed: " in result.stderr


def test_an_older_module_is_refused(write: Write) -> None:
    """By `migrate` and by `status`, which says why."""
    run("db", "migrate", write(file("{steps: 2}")))
    older = write(file("{steps: 1}"))
    shown, applied = run("db", "status", older), run("db", "migrate", older)
    assert (shown.exit_code, applied.exit_code) == (1, 1)
    assert "the database has version 2 of its schema (add_count)" in shown.stdout
    assert "HK516 module 'words'" in applied.stderr


def test_schemas_without_a_module_are_shown(write: Write) -> None:
    """They may belong to a module that was renamed."""
    run("db", "migrate", write(file("{steps: 2}")))
    result = run("db", "status", write(file("{steps: 1}", name="others")))
    assert result.stdout.splitlines()[2:] == [
        "others  0       1      1 step to apply: create_words",
        "words   2       -      not among the modules of the file",
    ]


def test_the_store_has_a_schema_of_its_own(write: Write) -> None:
    """It is made as well, and shown even if no module uses the store any more."""
    entry = "{module: tests.cli.test_db_command.Keeps}"
    name = write(f"modules: [{entry}]\nhostkit: {{categories: []}}\n")
    assert run("db", "migrate", name).stdout == "hostkit.store: 1, create_store: applied\n"
    result = run("db", "status", write("modules: []\n"))
    assert result.stdout.splitlines()[2:] == ["hostkit.store  1       1      up to date"]


def test_json_has_all_of_it(write: Write) -> None:
    """With when each step was applied, and what failed."""
    done = json.loads(run("db", "migrate", write(file("{steps: 3}")), "--format", "json").stdout)
    words = {"module": "words", "number": 1, "step": "create_words"}
    assert done["applied"] == [words, {"module": "words", "number": 2, "step": "add_count"}]
    assert [each["code"] for each in done["failed"]] == ["HK515"]
    shown = json.loads(run("db", "status", write(file("{steps: 3}")), "--format", "json").stdout)
    (row,) = shown["modules"]
    assert (shown["version"], shown["engine"]) == (1, "sqlite")
    assert (row["state"], row["schema"], row["knows"], row["pending"]) == (
        "pending",
        2,
        3,
        ["broken"],
    )
    assert [each["step"] for each in row["applied"]] == ["create_words", "add_count"]


def test_without_schemas_that_is_said(write: Write) -> None:
    """A file may have no module that uses the database."""
    name = write("modules: [{module: tests.cli.test_db_command.Quiet}]\n")
    result = run("db", "status", name)
    assert (result.exit_code, result.stdout.splitlines()[1:]) == (
        0,
        ["no module has a schema in the database"],
    )


def test_a_database_that_cannot_be_read_is_a_problem(write: Write, tmp_path: Path) -> None:
    """It is named."""
    (tmp_path / "modules.db").write_text("not a database " * 100)
    result = run("db", "status", write(file("{}")))
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path}/modules.db: file is not a database" in result.stderr


def test_an_interrupt_undoes_the_step(write: Write, tmp_path: Path) -> None:
    """The command ends as others do, and what was applied before stays."""
    result = run("db", "migrate", write(file("{steps: 3, interrupted: true}")))
    assert result.exit_code == 130
    connection = sqlite3.connect(tmp_path / "modules.db")
    assert connection.execute("SELECT version FROM hostkit_schema").fetchall() == [(1,), (2,)]
    assert connection.execute("SELECT * FROM words").fetchall() == []
    connection.close()


@pytest.mark.parametrize("command", ["status", "migrate"])
def test_a_file_with_problems_is_refused(write: Write, command: str) -> None:
    """As by all commands."""
    result = run("db", command, write("modules: 5\n"))
    assert (result.exit_code, "HK020" in result.stderr) == (1, True)
