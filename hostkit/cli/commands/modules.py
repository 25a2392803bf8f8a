"""`hostkit modules`: the modules of a running server."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from hostkit.cli._manner import note
from hostkit.cli._options import data_format, write_json
from hostkit.cli._server_options import asks_server
from hostkit.wording import visible

if TYPE_CHECKING:
    from hostkit.cli._server_options import AskedServer

_CODES: Final = """
\b
Examples:
  hostkit modules host.yaml
  hostkit modules 4711 --format json

\b
Exit codes:
  0  the server has answered
  1  there is no server, or it cannot be asked
  2  the file cannot be read, or the command line is wrong
"""
_FIELDS: Final = ("module", "state", "hooks", "paths", "measured", "mean", "denied", "failed")


@click.command("modules", epilog=_CODES)
@asks_server
@data_format("As JSON, an object for each module, in the order in which they are asked.")
def command(server: AskedServer, form: str) -> None:
    """Show the modules of a running server.

    They are in the order in which they are asked. Measured are those calls that the setting
    `timing:` has measured since the last reload; denied and failed are those of which a receipt is
    kept.
    """
    from hostkit.cli._tables import show_table  # noqa: PLC0415

    answer = server.require("modules")
    if form == "json":
        write_json(answer)
        return
    if not answer["modules"]:
        click.echo("no modules")
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in show_table(_FIELDS, [_row(each) for each in answer["modules"]], width):
        click.echo(line)
    for each in answer["modules"]:
        if each["missing"] is not None:
            note(visible(f"{each['name']} is missing: {each['missing']}"))


def _row(module: dict[str, Any]) -> dict[str, Any]:
    mean = module["mean_seconds"]
    return {
        **module,
        "module": module["name"],
        "hooks": len(module["hooks"]),
        "paths": len(module["paths"]),
        "mean": None if mean is None else f"{mean * 1e3:.3f} ms",
    }
