"""`hostkit reload`: make a server read its file again."""

from __future__ import annotations

import sys
from typing import Final

import click

from hostkit.cli._options import TARGET, data_format

_CODES: Final = """
\b
Examples:
  hostkit reload host.yaml --dry-run
  hostkit reload host.yaml
  hostkit reload 4711

\b
Exit codes:
  0  the server goes on with the new file; with --dry-run, it could
  1  it goes on with the old one, as there are problems; or there is no server
  2  the file cannot be read, or the command line is wrong
  3  the server was asked, but cannot say what comes of it: no control socket
"""


@click.command("reload", epilog=_CODES)
@TARGET
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@data_format("As JSON, an object with ok, message, changes and what else there is.")
def command(target: str, form: str, *, dry_run: bool) -> None:
    """Make a running server apply the changes in its file.

    The server of FILE is found through its `hostkit: pid_file:`. New modules are built and started
    beside the old ones, then hooks and pages change at once; a module whose name, class and config
    are unchanged is kept. If anything is wrong, the server stays as it is. What comes of it is
    shown. Python code is not imported again.

    Modules that are new are shown as `+`, those that are gone as `-`, those with other settings as
    `~`, and those that are asked at another place as `>`.
    """
    from hostkit.cli._reload import preview_reload, reload_server  # noqa: PLC0415

    sys.exit((preview_reload if dry_run else reload_server)(target, form))
