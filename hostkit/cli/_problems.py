"""Show what is wrong, and say so in the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from hostkit.codes import Code

if TYPE_CHECKING:
    from hostkit.errors import ConfigErrors

_UNREADABLE: Final = frozenset({Code.FILE_NOT_FOUND, Code.FILE_IS_FOLDER, Code.FILE_UNREADABLE})


def show_problems(errors: ConfigErrors) -> None:
    """Write every problem and their number to standard error, in colour on a terminal."""
    for problem in errors.problems:
        head, _, rest = problem.render().partition("\n")
        click.echo(click.style(head, bold=True), err=True)
        if rest:
            click.echo(rest, err=True)
        click.echo(err=True)
    count = len(errors.problems)
    click.secho(f"{count} problem{'s' if count > 1 else ''} found", fg="red", err=True)


def exit_code(errors: ConfigErrors) -> int:
    """Tell a file that cannot be read (2) from one with problems in it (1)."""
    return 2 if errors.problems[0].code in _UNREADABLE else 1
