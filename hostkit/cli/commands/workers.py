"""`hostkit workers`: the workers of a running server, of which one can be stopped for a while."""

from __future__ import annotations

from typing import Final

import click

from hostkit.cli._options import TARGET
from hostkit.wording import visible

_CODES: Final = """
\b
Examples:
  hostkit workers host.yaml
  hostkit workers host.yaml --stop w2
  hostkit workers host.yaml --start w2

\b
Exit codes:
  0  the workers are shown, or it is done
  1  there is no such worker or server, or it refuses
  2  the file cannot be read, or the command line is wrong
"""


@click.command("workers", epilog=_CODES)
@TARGET
@click.option("--stop", metavar="NAME", help="End this worker, until it is started again.")
@click.option("--start", metavar="NAME", help="Start this worker again.")
def command(target: str, stop: str | None, start: str | None) -> None:
    """Show the workers of a running server, or stop one of them.

    A worker that is stopped answers the requests in flight, and then has no process; the others
    serve in its place. It stays stopped over reloads and restarts.
    """
    from hostkit.cli._target import find_target  # noqa: PLC0415

    if stop is not None and start is not None:
        raise click.UsageError("--stop and --start exclude each other")
    found = find_target(target)
    if stop is None and start is None:
        workers = found.require("status").get("workers")
        if workers is None:
            raise click.ClickException("the server has no workers: it is one process")
        for each in workers:
            numbers = ", ".join(str(process["pid"]) for process in each["processes"])
            click.echo(f"{each['worker']}  {each['state']:<13}  {numbers or '-'}")
        return
    command = "hold" if stop is not None else "resume"
    answer = found.require(command, {"worker": stop if stop is not None else start})
    click.echo(visible(answer["message"]))
