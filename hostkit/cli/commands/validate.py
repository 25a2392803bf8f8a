"""`hostkit validate`: check a file."""

from __future__ import annotations

import click

from hostkit.cli._options import CODES, FILE, build, path_option, say
from hostkit.wording import counted


@click.command("validate", epilog=CODES)
@FILE
@click.option(
    "--without-secrets",
    is_flag=True,
    help="Let something stand in for the environment variables and files that !env and !file name "
    "and that are not there, as in CI, and list them.",
)
@path_option
def command(file: str, *, without_secrets: bool) -> None:
    """Check FILE: load its modules, start none, show all problems."""
    from hostkit.cli._output import show_absent, show_unbuilt  # noqa: PLC0415

    host = build(file, serves=True, without_secrets=without_secrets)
    name = click.format_filename(file)  # which may hold bytes that are not valid UTF-8
    found = f"{counted(len(host.modules), 'module')}, {counted(len(host.chains), 'hook')}"
    say(host, [f"{name}: no problems ({found})"])
    say(host, (*show_absent(host.file.absent), *show_unbuilt(host)))
