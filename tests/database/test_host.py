"""The database as modules, hosts and their files have it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hostkit import Category, ConfigErrors, Host, ModuleFailedError, hookspec, rules
from hostkit.database import DatabaseError, Transaction
from hostkit.errors import RegistrationError
from hostkit.testing import Clock, MakeConfig, MakeHost, Recorder, build_host, build_module


class Notes:
    """Keeps notes, and notes when it starts and stops."""

    def __init__(self, config: dict[str, Any], api: Any) -> None:
        self.api = api
        api.register_migrations([create_notes])

    async def start(self) -> None:
        await self.add("start")

    async def stop(self) -> None:
        await self.add("stop")

    async def add(self, note: str) -> None:
        await self.api.database.run_interaction("add", insert_note, note)

    async def list(self) -> list[str]:
        rows = await self.api.database.fetch_all("list", "SELECT note FROM notes ORDER BY note")
        return [note for (note,) in rows]


class Asks(Category):
    """Callbacks that ask the database."""

    @hookspec(rules.FirstResult(default=None, on_error="fail"))
    async def ask(self) -> str | None:
        """Called for a note."""


def create_notes(txn: Transaction) -> None:
    txn.execute("CREATE TABLE notes (note TEXT)")


def insert_note(txn: Transaction, note: str) -> None:
    txn.execute("INSERT INTO notes VALUES (?)", (note,))


def notes_of(host: Host) -> Notes:
    found = host.modules[0].instance
    assert isinstance(found, Notes)
    return found


async def test_tables_are_there_before_a_module_starts(hostkit_host: MakeHost, url: str) -> None:
    """And the database can be used until its `stop()` has returned."""
    host = hostkit_host([Notes, Recorder(Asks)], categories=[Asks], database=url)
    for _ in range(2):
        async with host:
            await notes_of(host).add("noon")
    with pytest.raises(DatabaseError, match="was stopped"):
        await notes_of(host).list()
    async with host:
        found = await notes_of(host).list()
    assert found == ["noon"] * 2 + ["start"] * 3 + ["stop"] * 2


async def test_a_module_that_is_gone_uses_it_no_more(hostkit_host: MakeHost, url: str) -> None:
    """After a reload the new module goes on with the tables of the old one."""
    entry = {"module": Notes, "name": "notes"}
    host = hostkit_host([entry], database=url)
    async with host:
        old = notes_of(host)
        settings = {"timing": "exact", "database": url}
        new = {"modules": [{**entry, "config": {"x": 1}}], "hostkit": settings}
        await host.reload(new)
        with pytest.raises(DatabaseError, match="the module was stopped"):
            await old.add("late")
        assert await notes_of(host).list() == ["start", "start", "stop"]


def create_something(txn: Transaction) -> None:
    txn.execute("CREATE TABLE something (id INTEGER)")


def broken(txn: Transaction) -> None:
    txn.execute("CREATE TABL notes")


class Broken:
    def __init__(self, config: dict[str, Any], api: Any) -> None:
        api.register_migrations([create_something, broken])


async def test_a_module_whose_schema_fails_does_not_start(hostkit_host: MakeHost) -> None:
    """The error names the module, the step, and the module's entry."""
    host = hostkit_host([{"module": Broken, "name": "broken"}])
    with pytest.raises(ModuleFailedError, match="HK515 module 'broken': step 2 of its schema"):
        await host.start()


async def test_an_optional_module_whose_schema_fails_is_missing(hostkit_host: MakeHost) -> None:
    """The others start."""
    host = hostkit_host([{"module": Broken, "name": "broken", "optional": True}, Notes])
    async with host:
        assert [each.name for each in host.missing] == ["broken"]
        assert await notes_of(host).list() == ["start"]


class TooLate:
    def __init__(self, config: dict[str, Any], api: Any) -> None:
        self.api = api


def test_migrations_are_registered_in_init() -> None:
    """Later, the module has started already."""
    module = build_module(TooLate).instance
    with pytest.raises(RegistrationError, match="registering migrations comes too late"):
        module.api.register_migrations([create_notes])


class Twice:
    def __init__(self, config: dict[str, Any], api: Any) -> None:
        api.register_migrations([create_notes])
        api.register_migrations([broken])


def test_migrations_are_registered_once() -> None:
    """Two lists would have two first steps."""
    with pytest.raises(ConfigErrors, match="migrations are registered twice"):
        build_module(Twice)


async def test_a_database_in_memory_is_a_host_s_own(hostkit_host: MakeHost) -> None:
    """Hosts of the test kit share nothing, need no settings, and leave no file."""
    one, other = hostkit_host([Notes]), hostkit_host([Notes])
    await notes_of(one).add("a note")
    assert (await notes_of(one).list(), await notes_of(other).list()) == (["a note"], [])


def test_a_database_in_memory_needs_no_event_loop() -> None:
    """Nothing is waited for, so a plain test can do without, and a clock is not in the way."""
    host = build_host([Notes], clock=Clock())
    with pytest.raises(StopIteration):
        notes_of(host).add("a note").send(None)


async def test_the_host_of_a_file_has_one_in_memory(
    hostkit_config: MakeConfig, tmp_path: Path
) -> None:
    """A test of a file does not touch what its server uses."""
    modules = "modules: [{module: tests.database.test_host.Notes}]\n"
    database = "hostkit: {database: 'postgresql://words@db.example/words'}\n"
    host = hostkit_config(modules + database)
    assert (await notes_of(host).list(), host.database.engine.name) == ([], "sqlite")


async def test_a_file_stands_beside_the_config_file(tmp_path: Path) -> None:
    """It is made when a module uses it, and not before."""
    file = tmp_path / "host.yaml"
    file.write_text("modules: [{module: tests.database.test_host.Notes}]\n")
    host = Host.from_file(file, categories=[]).build()
    assert not (tmp_path / "modules.db").exists()
    async with host:
        assert (tmp_path / "modules.db").exists()


@pytest.mark.parametrize("url", ["sqlite://modules.db", "postgresql:///x?sslmoed=s3cretword"])
def test_a_url_that_is_wrong_is_found_when_the_host_is_built(tmp_path: Path, url: str) -> None:
    """Its line is named, but not shown."""
    file = tmp_path / "host.yaml"
    file.write_text(f"hostkit:\n  database: '{url}'\n")
    with pytest.raises(ConfigErrors) as raised:
        Host.from_file(file, categories=[]).build()
    (problem,) = raised.value.problems
    assert (problem.code, problem.path) == ("HK510", ("hostkit", "database"))
    assert (problem.place is not None and problem.place.line) == 2
    assert "s3cretword" not in problem.render()


def test_the_driver_of_postgresql_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The problem says how to install it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    settings = {"database": "postgresql:///words"}
    with pytest.raises(ConfigErrors) as raised:
        Host.from_config({"hostkit": settings}, categories=[]).build()
    (problem,) = raised.value.problems
    assert problem.code == "HK110"
    assert problem.hint == "pip install 'hostkit-framework[postgres]'"


async def test_settings_reach_the_database(hostkit_host: MakeHost, url: str) -> None:
    """How long an interaction may take."""
    host = hostkit_host([Notes], database=url, database_timeout="250ms", database_connections=1)
    with pytest.raises(DatabaseError, match=r"took longer than 0\.25s"):
        await notes_of(host).api.database.run_interaction("count", endless)


def endless(txn: Transaction) -> None:
    txn.execute(
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
    )


def test_a_host_without_a_database_imports_none() -> None:
    """Neither the drivers nor Twisted's pool."""
    code = (
        "import sys; before = {*sys.modules}\n"
        "from hostkit import Host; Host.from_config({}, categories=[]).build()\n"
        "all = {'sqlite3', 'psycopg', 'twisted.enterprise.adbapi'}\n"
        "print(sorted(all & {*sys.modules} - before))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


TWISTED = """
import sys
from twisted.internet import epollreactor
epollreactor.install()
from twisted.internet import defer, reactor, task
from hostkit import Host
from tests.database.test_host import Notes, notes_of

async def main(reactor):
    settings = {"database": sys.argv[1]}
    host = Host.from_config({"modules": [{"module": Notes}], "hostkit": settings}, categories=[])
    async with host:
        await defer.gatherResults(
            [defer.ensureDeferred(notes_of(host).add("noon")) for _ in range(3)]
        )
        print(await notes_of(host).list())

task.react(lambda reactor: defer.ensureDeferred(main(reactor)))
"""


def test_it_works_on_a_reactor_without_asyncio(url: str) -> None:
    """All threads have ended when the program does."""
    ran = subprocess.run(
        [sys.executable, "-c", TWISTED, url], capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr) == ("['noon', 'noon', 'noon', 'start']\n", "")


class Down(Notes):
    def __init__(self, config: dict[str, Any], api: Any) -> None:
        self.api = api
        api.register_asks_callbacks(ask=self.list)

    async def start(self) -> None:
        """Do nothing: the database is down."""

    stop = start


async def test_a_database_that_is_down_is_an_outage_of_the_module(hostkit_host: MakeHost) -> None:
    """So that operators can say what that means."""
    entry = {"module": Down, "on_error": {"unavailable": "continue", "error": "fail"}}
    down = "sqlite:////no/such/folder/modules.db"
    async with hostkit_host([entry], categories=[Asks], database=down) as host:
        trace = await host.ask("asks.ask")
    assert (trace.result, [step.outcome.value for step in trace.steps]) == (None, ["unavailable"])


async def test_a_start_that_fails_closes_the_database(
    hostkit_host: MakeHost, tmp_path: Path
) -> None:
    """No connection is left: SQLite removes its second file when the last one is closed."""

    class Fails(Notes):
        async def start(self) -> None:
            await super().start()
            raise LookupError("nothing here")

    host = hostkit_host([Fails], database=f"sqlite:///{tmp_path}/modules.db")
    with pytest.raises(ModuleFailedError):
        await host.start()
    assert os.listdir(tmp_path) == ["modules.db"]  # noqa: PTH208 -- an async test may not use the other
