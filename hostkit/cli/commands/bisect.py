"""`hostkit bisect`: which module makes something fail."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from hostkit.cli._manner import note
from hostkit.cli._options import FILE, data_format, write_document
from hostkit.wording import indented, visible

if TYPE_CHECKING:
    from collections.abc import Collection

    from hostkit.cli._bisecting import Probe
    from hostkit.config import HostFile

_CODES: Final = """
\b
Examples:
  hostkit bisect host.yaml --cmd "pytest tests/smoke.py --file {}"
  hostkit bisect host.yaml --cmd "hostkit validate {}"
  hostkit bisect host.yaml --url http://127.0.0.1:8080/words

\b
Exit codes:
  0  the module is found; its name is written to standard output
  1  there is no such module, or the file has problems
  2  the file cannot be read, or the command line is wrong
"""


@click.command("bisect", epilog=_CODES)
@FILE
@click.option(
    "--cmd",
    "command_line",
    metavar="COMMAND",
    help="Works if its exit code is 0; 125 means that this cannot be said. {} in it stands for "
    "the copy of FILE that is tried, and so does $HOSTKIT_FILE.",
)
@click.option(
    "--url",
    metavar="URL",
    help="Works if this page is answered with a status below 400, when `hostkit serve` serves the "
    "copy of FILE on the listeners named in it.",
)
@click.option("--show", is_flag=True, help="Show what COMMAND prints.")
@data_format("As JSON, an object with the module, and with the steps that have led to it.")
def command(file: str, *, command_line: str | None, url: str | None, show: bool, form: str) -> None:
    """Find the module in FILE that makes something fail.

    Half of the enabled modules are disabled in a copy of FILE, then half of those that may be the
    reason, and so on. The copy stands beside FILE and is deleted.
    """
    from hostkit.cli._bisecting import CommandProbe, Search, UrlProbe, copy_without  # noqa: PLC0415
    from hostkit.cli._progress import progress_shown  # noqa: PLC0415

    if (command_line is None) == (url is None):
        raise click.UsageError("write either --cmd COMMAND or --url URL")
    read = _read(file)
    names = [each.name for each in read.modules if each.enabled]
    steps: list[dict[str, Any]] = []
    with progress_shown() as progress:
        tick = (lambda: None) if show else progress.tick  # what COMMAND prints says enough
        probe: Probe = (
            CommandProbe(command_line, show, tick) if command_line else UrlProbe(str(url), tick)
        )

        def try_without(disabled: Collection[str]) -> bool:
            with copy_without(read, disabled) as copy:
                works = probe(copy)
            steps.append({"disabled": [*disabled], "works": works})
            return works

        def report(tried: str, works: bool) -> None:  # noqa: FBT001 -- as `Search` calls it
            note(f"{indented(tried)}: {'works' if works else 'fails'}")
            progress.advance()

        progress.begin(f"bisecting {click.format_filename(file)}", Search.most_steps(len(names)))
        found = Search(try_without, report).find(names)
    if form == "json":
        write_document(file=click.format_filename(file), module=found, steps=steps)
    else:
        click.echo(visible(found))


def _read(file: str) -> HostFile:
    from hostkit.cli._problems import exit_code, show_problems  # noqa: PLC0415
    from hostkit.config import load  # noqa: PLC0415
    from hostkit.errors import ConfigErrors  # noqa: PLC0415

    try:
        return load(file)
    except ConfigErrors as errors:
        show_problems(errors)
        sys.exit(exit_code(errors))
