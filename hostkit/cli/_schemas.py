"""The schemas of the modules of a file, compared with what the database has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hostkit.cli._manner import say_done
from hostkit.cli._options import leave, write_json
from hostkit.cli._problems import show_frames
from hostkit.cli._tables import show_table
from hostkit.codes import Code
from hostkit.database import DatabaseError, MigrationError, Migrator, Mode, Schema, read_applied
from hostkit.errors import CodedError, ConfigErrors
from hostkit.store import NAME, SCHEMA
from hostkit.wording import counted, indented

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Mapping, Sequence

    from hostkit.database import Applied
    from hostkit.host import Host

T = TypeVar("T")

_VERSION: Final = 1
_STATES: Final[dict[str, str]] = {Code.SCHEMA_NEWER: "newer", Code.MIGRATIONS_DIFFER: "differs"}
_PENDING: Final = 3


def read_schemas(host: Host, file: str) -> dict[str, Any]:
    """Find the version of each module's schema; if the database cannot be reached, exit.

    Args:
        host: The host, built.
        file: The file's name.

    Returns:
        What is written as JSON.
    """
    database = host.database
    applied: Mapping[str, Sequence[Applied]] = {}
    if database.engine.exists():
        job = database.job("hostkit", "reading the schemas", read_applied, mode=Mode.READ)
        try:
            applied = database.run_here(job)
        except DatabaseError as error:
            leave(ConfigErrors((error.problem,)))
        finally:
            database.close_here()
    schemas = _schemas_of(host)
    if NAME in applied:
        schemas.setdefault(NAME, SCHEMA)  # also if no module of the file uses the store now
    others = [name for name in applied if name not in schemas]
    rows = [_row(schema, applied.get(name, ())) for name, schema in schemas.items()]
    rows += [_row(None, applied[name], name) for name in others]
    return {
        "version": _VERSION,
        "file": file,
        "engine": database.engine.name,
        "database": database.engine.shown,
        "modules": rows,
    }


def _schemas_of(host: Host) -> dict[str, Schema]:
    """Find the schemas of modules, and what hostkit itself has in the database for them."""
    used = [each for module in host.modules if (each := module.database.database) is not None]
    schemas = (schema for each in used for schema in each.schemas)
    return {schema.module: schema for schema in schemas if schema.steps}


def _row(schema: Schema | None, applied: Sequence[Applied], name: str = "") -> dict[str, Any]:
    state, reason, pending = "unknown", None, list[str]()
    if schema is not None:
        name = schema.module
        try:
            pending = [schema.names[number - 1] for number in schema.pending(applied)]
        except MigrationError as error:
            state, reason = _STATES[error.code], error.reason
        else:
            state = "pending" if pending else "current"
    return {
        "module": name,
        "state": state,
        "reason": reason,
        "schema": len(applied),
        "knows": None if schema is None else len(schema.steps),
        "pending": pending,
        "applied": [
            {"number": each.version, "step": each.step, "at": _date(each.at)} for each in applied
        ],
    }


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def show_schemas(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines that show what `read_schemas` has found."""
    yield f"{found['engine']}: {found['database']}"
    if not found["modules"]:
        yield "no module has a schema in the database"
        return
    rows = [{**row, "state": _words(row)} for row in found["modules"]]
    yield from show_table(("module", "schema", "knows", "state"), rows, None)


def _words(row: Mapping[str, Any]) -> str:
    match row["state"]:
        case "current":
            return "up to date"
        case "pending":
            steps = row["pending"]
            return f"{counted(len(steps), 'step')} to apply: {', '.join(steps)}"
        case "unknown":
            return "not among the modules of the file"
        case _:
            return str(row["reason"])


def exit_code_of(found: Mapping[str, Any]) -> int:
    """Return 1 if a module cannot use its schema, 3 if there is something to apply, or else 0."""
    states = {row["state"] for row in found["modules"]}
    if states.intersection(_STATES.values()):
        return 1
    return _PENDING if "pending" in states else 0


def migrate_all(host: Host, file: str, *, as_json: bool) -> int:
    """Apply what is pending, of all modules; what fails is shown, and the others go on.

    Args:
        host: The host, built.
        file: The file's name.
        as_json: Whether what was done is written as JSON.

    Returns:
        The exit code.
    """
    done: list[dict[str, Any]] = []
    failed: list[CodedError] = []
    for name, schema in _schemas_of(host).items():

        def notify(number: int, step: str, name: str = name) -> None:
            done.append({"module": name, "number": number, "step": step})
            if not as_json:
                say_done(indented(f"{name}: {number}, {step}: applied"))

        try:
            _complete(Migrator(schema, host.database).run(notify))
        except (MigrationError, DatabaseError) as error:
            failed.append(error)
    host.database.close_here()
    if as_json:
        failures = [{"code": each.code, "message": each.problem.message} for each in failed]
        write_json({"version": _VERSION, "file": file, "applied": done, "failed": failures})
    elif not (done or failed):
        say_done("all schemas are up to date")
    show_frames(tuple(each.problem for each in failed))
    return 1 if failed else 0


def _complete(coroutine: Coroutine[Any, Any, T]) -> None:
    """Run a coroutine that never waits, as those of the database do without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits")  # pragma: no cover
