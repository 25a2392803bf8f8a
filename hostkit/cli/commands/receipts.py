"""`hostkit receipts`: the last decisions of a running server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from hostkit.cli._manner import note
from hostkit.cli._options import JSON_VERSION, data_format, write_json
from hostkit.cli._server_options import asks_server
from hostkit.wording import indented

if TYPE_CHECKING:
    from hostkit.cli._server_options import AskedServer

_OUTCOMES: Final = (
    *("allow", "deny", "result", "failed", "unavailable", "timeout", "invalid", "cancelled"),
)
_CODES: Final = """
\b
Examples:
  hostkit receipts host.yaml
  hostkit receipts host.yaml --follow
  hostkit receipts host.yaml --module words --outcome deny --format json

\b
Exit codes:
  0  the receipts are shown; with --follow, the server has ended
  1  there is no server, or it has no such hook or module
  2  the file cannot be read, or the command line is wrong
"""


@click.command("receipts", epilog=_CODES)
@asks_server
@click.option("--follow", is_flag=True, help="Go on with those that are made from now on.")
@click.option("--hook", metavar="HOOK", help="Only of this hook, by its name or its full name.")
@click.option("--module", metavar="NAME", help="Only those in which this module was asked.")
@click.option(
    "--outcome",
    "outcomes",
    type=click.Choice(_OUTCOMES),
    multiple=True,
    help="Only of calls that came to this; may be repeated.",
)
@click.option(
    "-n",
    "--limit",
    metavar="NUMBER",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    help="How many of those that are there, the last ones.",
)
@data_format("As JSON, an object for each receipt, in a line of its own.")
def command(server: AskedServer, form: str, **wanted: Any) -> None:
    """Show the last decisions of a running server.

    These are denials, failures and shadow verdicts; a decision that only allows has no receipt. The
    server keeps as many as its setting `receipts:` says; the newest is shown last.
    """
    from hostkit.cli._target import EndedError  # noqa: PLC0415

    arguments = {name: value for name, value in wanted.items() if value is not None}
    write = write_line if form == "json" else write_text
    is_any = False

    def receive(item: dict[str, Any]) -> None:
        nonlocal is_any
        is_any = True
        write(item)

    try:
        server.require("receipts", arguments, receive)
    except EndedError as ended:
        if not wanted["follow"]:
            raise
        note(f"process {ended.number} has ended")
    if not is_any and not wanted["follow"]:
        note("no such receipts are kept")


def write_line(item: dict[str, Any]) -> None:
    """Write a receipt as one line of JSON.

    Args:
        item: What the control socket has sent of it.
    """
    write_json({"version": JSON_VERSION, **item["receipt"]}, indent=None)


def write_text(item: dict[str, Any]) -> None:
    """Write a receipt for people.

    Args:
        item: What the control socket has sent of it.
    """
    at = item["receipt"]["at"]
    time = "" if at is None else f"{at[:10]} {at[11:19]}Z  "
    click.echo(f"{time}{indented(item['text'], '')}")
