"""`hostkit db`: the schemas that modules have in the database."""

from __future__ import annotations

import sys
from typing import Final

import click

from hostkit.cli._options import FILE, build, data_format, path_option, say, write_json

_EXAMPLES: Final = """
\b
Examples:
  hostkit db status host.yaml
  hostkit db migrate host.yaml

\b
Exit codes:
  0  all schemas are up to date
  1  a module cannot use its schema, a step has failed, the database cannot be
     reached, or the file or its modules have problems
  2  the file cannot be read, or the command line is wrong
  3  of status: there are steps to apply
"""
_STATUS_CODES: Final = """
\b
Examples:
  hostkit db status host.yaml
  hostkit db status --format json host.yaml

\b
Exit codes:
  0  all schemas are up to date
  1  a module cannot use the schema that is there, the database cannot be
     reached, or the file or its modules have problems
  2  the file cannot be read, or the command line is wrong
  3  there are steps to apply; a server does that when it starts
"""
_MIGRATE_CODES: Final = """
\b
Examples:
  hostkit db migrate host.yaml
  hostkit db migrate --format json host.yaml

\b
Exit codes:
  0  all schemas are up to date now
  1  a step has failed, the database cannot be reached, or the file or its
     modules have problems; what was applied before stays
  2  the file cannot be read, or the command line is wrong
"""


@click.group("db", epilog=_EXAMPLES)
def command() -> None:
    """Show or apply the steps of the modules' schemas.

    Modules register numbered migrations, which a server applies before it starts them.
    """


@command.command("status", epilog=_STATUS_CODES)
@FILE
@path_option
@data_format("As JSON, an object with the database, its engine, and modules with their steps.")
def status(file: str, form: str) -> None:
    """Show which steps of their schemas the modules of FILE still need.

    The modules are built, but not started; nothing is changed.
    """
    from hostkit.cli._schemas import exit_code_of, read_schemas, show_schemas  # noqa: PLC0415

    host = build(file)
    found = read_schemas(host, file)
    if form == "json":
        write_json(found)
    else:
        say(host, show_schemas(found))
    sys.exit(exit_code_of(found))


@command.command("migrate", epilog=_MIGRATE_CODES)
@FILE
@path_option
@data_format("As JSON, an object with the steps that were applied, and with what failed.")
def migrate(file: str, form: str) -> None:
    """Apply the steps that the modules of FILE still need.

    The modules are built, but not started. Each step is a transaction of its own; what was applied
    stays if a later one fails, or after Ctrl-C. A server may run meanwhile.
    """
    from hostkit.cli._schemas import migrate_all  # noqa: PLC0415

    sys.exit(migrate_all(build(file), file, as_json=form == "json"))
