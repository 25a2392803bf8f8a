"""`hostkit restart`: replace the processes of a running server, one after the other."""

from __future__ import annotations

import sys
from typing import Final

import click

from hostkit.cli._options import TARGET
from hostkit.wording import visible

_CODES: Final = """
\b
Examples:
  hostkit restart host.yaml
  hostkit restart 4711

\b
Exit codes:
  0  all workers run the new code
  1  a worker was not restarted, nor those after it; or there is no server
  2  the file cannot be read, or the command line is wrong
"""


@click.command("restart", epilog=_CODES)
@TARGET
def command(target: str) -> None:
    """Replace the processes of a running server, one by one.

    The new ones run the code that is there now.

    For servers that run as `hostkit serve --workers N`. One worker after the other gets a new
    process, with the file as it is now; its old process ends when the new one is ready, and has
    answered the requests in flight. If a new process fails, the old one goes on, and its last lines
    are shown.
    """
    from hostkit.cli._target import find_target  # noqa: PLC0415

    answer = find_target(target).ask("restart")
    for line in answer.get("last_lines", ()):
        click.echo(f"  {visible(line)}", err=True)
    click.echo(visible(answer["message"]), err=not answer["ok"])
    sys.exit(0 if answer["ok"] else 1)
