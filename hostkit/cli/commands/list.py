"""`hostkit list`: the hooks of a file, with their modules; and other views of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from hostkit.cli._options import CODES, build, module_path, path_option, say

if TYPE_CHECKING:
    from hostkit.cli._listing import Listing

_EXAMPLES: Final = """
\b
Examples:
  hostkit list host.yaml
  hostkit list --view hooks --module words host.yaml
  hostkit list --view modules --fields module,state,hooks host.yaml
  hostkit list --available host.yaml
"""


def _split(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> tuple[str, ...]:
    return () if value is None else tuple(each.strip() for each in value.split(","))


@click.command("list", epilog=_EXAMPLES + CODES)
@click.argument("file", metavar="FILE", type=click.Path(readable=False), required=False)
@click.option(
    "--view",
    type=click.Choice(["hooks", "modules", "paths", "categories"]),
    help="A table with a line for each callback, module, path or category.",
)
@click.option(
    "--available",
    is_flag=True,
    help="Show what is installed, and whether FILE lists it; FILE may be left out. Nothing is "
    "imported.",
)
@click.option("--module", metavar="NAME", multiple=True, help="Only this module; may be repeated.")
@click.option("--hook", metavar="HOOK", multiple=True, help="Only this hook; may be repeated.")
@click.option("--category", metavar="NAME", multiple=True, help="Only this category.")
@click.option("--fields", metavar="NAME,...", callback=_split, help="The columns, in this order.")
@click.option("--sort", metavar="FIELD", help="Sort by this column, and not as the file does.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), help="json: for programs.")
@path_option
def command(file: str | None, *, view: str | None, available: bool, **asked: Any) -> None:
    """Show every hook with its modules, in the order they are asked.

    Filters, --fields, --sort and --format belong to the view `hooks`, unless another is chosen.
    """
    from hostkit.cli._listing import Listing  # noqa: PLC0415

    listing = Listing(**asked)
    if available:
        if view is not None:
            raise click.UsageError("--available is a view of its own")
        _show_available(file, listing)
        return
    if file is None:
        raise click.MissingParameter(param_hint="'FILE'", param_type="argument")
    host = build(file)
    if view is None and listing.is_plain:
        from hostkit.cli._output import show_host  # noqa: PLC0415

        say(host, show_host(host))
        return
    from hostkit.cli._views import VIEWS  # noqa: PLC0415

    chosen, make = VIEWS[view or "hooks"]
    listing.write(chosen, list(make(host)), file, host.receipts.redact)


def _show_available(file: str | None, listing: Listing) -> None:
    from hostkit.cli._available import AVAILABLE, available_rows  # noqa: PLC0415
    from hostkit.cli._problems import exit_code, show_problems  # noqa: PLC0415
    from hostkit.config import load  # noqa: PLC0415
    from hostkit.errors import ConfigErrors  # noqa: PLC0415

    try:
        read = None if file is None else load(file)
        rows = available_rows(read, module_path())
    except ConfigErrors as errors:
        show_problems(errors)
        sys.exit(exit_code(errors))
    redact = str if read is None else read.redact
    listing.write(AVAILABLE, rows, file, redact)
