"""`hostkit list`: the hooks of a file, with their modules."""

from __future__ import annotations

import click

from hostkit.cli._options import CODES, FILE, build, path_option, say


@click.command("list", epilog=CODES)
@FILE
@path_option
def command(file: str) -> None:
    """Show every hook with its modules, in the order they are asked."""
    from hostkit.cli._output import show_host  # noqa: PLC0415

    host = build(file)
    say(host, show_host(host))
