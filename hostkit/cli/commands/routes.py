"""`hostkit routes`: the paths of a file, with their modules."""

from __future__ import annotations

import sys
from typing import Final

import click

from hostkit.cli._options import FILE, build, path_option, say

_CODES: Final = """
\b
Examples:
  hostkit routes host.yaml
  hostkit routes host.yaml "/comments/latest?page=2"

\b
Exit codes:
  0  the paths are shown; PATH is served
  1  PATH is not served, or there are problems with the file or its modules
  2  the file cannot be read, or the command line is wrong
"""


@click.command("routes", epilog=_CODES)
@FILE
@path_option
@click.argument("path", metavar="[PATH]", required=False)
def command(file: str, path: str | None) -> None:
    """Show which module serves each path, or would serve PATH."""
    from hostkit.cli._output import show_route, show_routes  # noqa: PLC0415

    host = build(file)
    if path is None:
        say(host, show_routes(host))
        return
    is_served, line = show_route(host, path)
    say(host, [line])
    sys.exit(0 if is_served else 1)
