"""How a command speaks: options that every command has, before its name or after it.

Nothing of hostkit is imported for them, so that ``--help`` answers at once.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, final

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KEY: Final = "hostkit.cli.manner"


@final
class Manner:
    """What was asked for by these options, and what is known meanwhile.

    Attributes:
        quiet: Whether only data and errors are written.
        verbose: Whether each thing that is done is written to standard error.
        traceback: Whether exceptions are shown with their whole tracebacks.
        redact: Takes secrets out of a string, as far as they are known by now.
        advance: Is called with each step of a module; `None` if no progress is shown.
        clear: Clears what is shown of progress, before anything else is written to a terminal.
    """

    def __init__(self) -> None:
        self.quiet = False
        self.verbose = False
        self.traceback = False
        self.redact: Callable[[str], str] = str
        self.advance: Callable[[], object] | None = None
        self.clear: Callable[[], object] = lambda: None


def manner() -> Manner:
    """Return how the command that runs speaks."""
    context = click.get_current_context(silent=True)
    if context is None:
        return Manner()
    found: Manner = context.meta.setdefault(_KEY, Manner())
    return found


def note(text: str) -> None:
    """Write to standard error what is neither an error nor data, unless that is not wanted.

    Args:
        text: What nothing in it can take for another line; see `hostkit.wording`.
    """
    if not manner().quiet:
        manner().clear()
        click.echo(text, err=True)


def say_done(text: str) -> None:
    """Write to standard output what was done, which is not data, unless that is not wanted.

    Args:
        text: As for `note`.
    """
    if not manner().quiet:
        click.echo(text)


def show_step(text: str) -> None:
    """Write to standard error what is done next, or was done, if that is wanted.

    Args:
        text: As for `note`.
    """
    if manner().verbose:
        click.echo(text, err=True)


def show_traceback(error: BaseException) -> None:
    """Write an exception to standard error with its whole traceback, if that is wanted.

    Args:
        error: The exception.
    """
    if manner().traceback:
        from hostkit.cli._log_format import whole_traceback  # noqa: PLC0415 -- it imports Twisted

        manner().clear()
        click.echo("".join(whole_traceback(error, manner().redact)), nl=False, err=True)


def wants_color(choice: str, environment: Mapping[str, str]) -> bool | None:
    """Decide whether colours are used; `None` leaves it to whether the output is a terminal.

    Args:
        choice: ``always``, ``never`` or ``auto``.
        environment: Where ``NO_COLOR`` and ``FORCE_COLOR`` count unless they are empty.
    """
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    return True if environment.get("FORCE_COLOR") else None


def _choose_color(context: click.Context, _: click.Parameter, choice: str | None) -> None:
    if choice is not None or context.parent is None:  # else that of the group counts
        context.color = wants_color(choice or "auto", os.environ)


def _choose_volume(context: click.Context, option: click.Parameter, is_given: bool) -> None:  # noqa: FBT001 -- as click calls it
    if is_given:  # the last one counts
        chosen = context.meta.setdefault(_KEY, Manner())
        chosen.quiet, chosen.verbose = option.name == "quiet", option.name == "verbose"


def _choose_traceback(context: click.Context, _: click.Parameter, is_given: bool) -> None:  # noqa: FBT001
    context.meta.setdefault(_KEY, Manner()).traceback |= is_given


COMMON: Final = (
    click.Option(
        ["-q", "--quiet"],
        is_flag=True,
        expose_value=False,
        callback=_choose_volume,
        help="Write only data and errors.",
    ),
    click.Option(
        ["-v", "--verbose"],
        is_flag=True,
        expose_value=False,
        callback=_choose_volume,
        help="Write to standard error what is done, step by step.",
    ),
    click.Option(
        ["--traceback"],
        is_flag=True,
        expose_value=False,
        callback=_choose_traceback,
        help="Show exceptions with their whole tracebacks.",
    ),
    click.Option(
        ["--color"],
        type=click.Choice(["auto", "always", "never"]),
        expose_value=False,
        callback=_choose_color,
        help="Whether to use colours; by default (auto) on a terminal, unless NO_COLOR or "
        "FORCE_COLOR is set.",
    ),
)
"""The options."""


def with_common_options(command: click.Command) -> click.Command:
    """Add the options to a command that does not have them yet, and to those of a group.

    Args:
        command: The command, which is changed.
    """
    command.params += [each for each in COMMON if each not in command.params]
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        with_common_options(each)
    return command
