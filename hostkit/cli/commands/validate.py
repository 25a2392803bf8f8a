"""`hostkit validate`: check files."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

import click

from hostkit.cli._collection import collection_paused
from hostkit.cli._manner import manner
from hostkit.cli._options import CODES, module_path, path_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.cli._checking import Report

_EXAMPLES: Final = """
\b
Examples:
  hostkit validate host.yaml
  hostkit validate --static *.yaml           reads the files, imports nothing
  hostkit validate --format sarif host.yaml > hostkit.sarif
  generate-config | hostkit validate -
"""


def _check_names(
    _context: click.Context, _parameter: click.Parameter, names: Sequence[str]
) -> Sequence[str]:
    if names.count("-") > 1:
        raise click.BadParameter("standard input can be read only once")
    return names


@click.command("validate", epilog=_EXAMPLES + CODES)
@click.argument(
    "files",
    metavar="FILE...",
    type=click.Path(readable=False),
    nargs=-1,
    required=True,
    callback=_check_names,
)
@click.option(
    "--no-build",
    is_flag=True,
    help="Import the modules and read their configs, but build none of them.",
)
@click.option("--static", is_flag=True, help="Only read the files: nothing of a module is run.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    help="json and sarif: for programs; github: commands that show problems beside the lines of a "
    "pull request.",
)
@click.option(
    "--without-secrets",
    is_flag=True,
    help="Let something stand in for the environment variables and files that !env and !file name "
    "and that are not there, as in CI, and list them.",
)
@click.option("--strict", is_flag=True, help="Let warnings count as problems: exit code 1.")
@path_option
def command(
    files: Sequence[str],
    *,
    no_build: bool,
    static: bool,
    form: str,
    without_secrets: bool,
    strict: bool,
) -> None:
    """Check files: load modules, start none, show all problems.

    A FILE of - is standard input.
    """
    if no_build and static:
        raise click.UsageError("--static does even less than --no-build: choose one of them")
    # No code of a module is run then, which might count on being collected.
    with collection_paused() if static else nullcontext():
        from hostkit.cli._formats import WRITERS, write_errors  # noqa: PLC0415
        from hostkit.cli._problems import exit_code_for  # noqa: PLC0415

        depth = "--static" if static else "--no-build" if no_build else ""
        reports = _check(files, depth, without_secrets=without_secrets)
    if manner().quiet and form == "text":
        write_errors(reports, strict=strict)
    else:
        WRITERS[form](reports)
    has_warnings = any(report.warnings for report in reports)
    code = max(exit_code_for(report.problems) for report in reports)
    sys.exit(max(code, int(strict and has_warnings)))


def _check(files: Sequence[str], depth: str, *, without_secrets: bool) -> list[Report]:
    from hostkit.cli._checking import Checker, Depth  # noqa: PLC0415
    from hostkit.cli._progress import progress_shown  # noqa: PLC0415

    with progress_shown() as progress:
        checker = Checker(Depth(depth), without_secrets, module_path(), progress)
        return [checker.check(file, _count(at, files)) for at, file in enumerate(files, 1)]


def _count(number: int, files: Sequence[str]) -> str:
    return f" ({number} of {len(files)})" if len(files) > 1 else ""
