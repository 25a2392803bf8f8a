"""How problems are shown, and the exit code for them; without anything of Twisted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from hostkit.codes import Code
from hostkit.errors import ConfigErrors
from hostkit.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hostkit.errors import Problem

_UNREADABLE: Final = frozenset({Code.FILE_NOT_FOUND, Code.FILE_IS_FOLDER, Code.FILE_UNREADABLE})


def show_problems(errors: ConfigErrors) -> None:
    """Write every problem and their number to standard error, in colour on a terminal."""
    show_frames(errors.problems)
    click.secho(f"{counted(len(errors.problems), 'problem')} found", fg="red", err=True)


def show_frames(problems: tuple[Problem, ...]) -> None:
    """Write every problem to standard error in full, an empty line after each."""
    shown, others = ConfigErrors(problems).shown()
    for problem in shown:
        head, _, rest = problem.render().partition("\n")
        click.echo(click.style(head, bold=True), err=True)
        if rest:
            click.echo(rest, err=True)
        click.echo(err=True)
    for line in others:
        click.echo(f"{line}\n", err=True)


def show_absent(absent: Sequence[Problem]) -> Iterator[str]:
    """Yield the lines that say what something stood in for.

    Args:
        absent: The variables and files that are not there.
    """
    if absent:
        yield "something stood in for what is not there:"
        yield from (f"  {problem.place}: {problem.message}" for problem in absent)


def exit_code(errors: ConfigErrors) -> int:
    """Return 2 if the file cannot be read, 1 if there are problems in it."""
    return exit_code_for(errors.problems)


def exit_code_for(problems: Sequence[Problem]) -> int:
    """Return 2 if the file cannot be read, 1 if there are problems in it, otherwise 0."""
    if not problems:
        return 0
    return 2 if problems[0].code in _UNREADABLE else 1
