"""`hostkit reload`: make a server read its file again."""

from __future__ import annotations

import sys
from typing import Final

import click

_CODES: Final = """
\b
Exit codes:
  0  the server goes on with the new file
  1  it goes on with the old one, as there are problems; or there is no server
  2  the file cannot be read, or the command line is wrong
  3  the server was asked, but without a control socket it cannot say what comes of it
"""


@click.command("reload", epilog=_CODES)
@click.argument("target", metavar="FILE|PID")
def command(target: str) -> None:
    """Make a running server apply the changes in its file.

    The server of FILE is found through its `hostkit: pid_file:`. New modules are built and started
    beside the old ones, then hooks and pages change at once; a module whose name, class and config
    are unchanged is kept. If anything is wrong, the server stays as it is. What comes of it is
    shown. Python code is not imported again.
    """
    from hostkit.cli._reload import reload_server  # noqa: PLC0415

    sys.exit(reload_server(target))
