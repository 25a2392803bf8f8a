"""``hostkit reload``: have a serving process reload its file, and show what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from hostkit.cli._control import ask, control_path, find_control
from hostkit.cli._problems import exit_code, show_problems
from hostkit.cli._proc import is_server
from hostkit.cli._process import find_process, pid_path, send_hangup
from hostkit.config import examine
from hostkit.errors import ConfigErrors
from hostkit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOT_KNOWN: Final = 3
"""The exit code if a process was asked to reload, but cannot be asked what came of it."""


def reload_server(target: str) -> int:
    """Reload the server of a file, or a process.

    Args:
        target: The name of the file, or the number of the process.

    Returns:
        The exit code: 0 only if the new file serves.

    Raises:
        click.ClickException: There is no such process, or it cannot be asked.
    """
    if target.isascii() and target.isdigit():  # not those of other scripts
        number = int(target)
        path = find_control(number)
        if path is None and not is_server(number):
            raise click.ClickException(
                f"process {number} is not `hostkit serve`: it gets no signal"
            )
    else:
        try:
            number, path = _find_server(target)
        except ConfigErrors as errors:
            show_problems(errors)
            return exit_code(errors)
    if path is None or not path.is_socket():
        send_hangup(number)
        reason = "its result is in its log only, since it has no control socket"
        click.echo(f"asked process {number} to reload; {reason}", err=True)
        return NOT_KNOWN
    return _ask(number, path)


def _find_server(target: str) -> tuple[int, Path]:
    """Find the process that serves a file, and its control socket.

    What is wrong with the file is the server's to say, as its environment counts, unless the pid
    file cannot be found because of that.
    """
    examined = examine(target)
    path = pid_path(examined.file)
    if path is None and examined.problems:
        raise ConfigErrors(examined.problems)
    number = find_process(examined.file)
    assert path is not None  # noqa: S101 -- `find_process` has said so
    return number, control_path(path)


def _ask(number: int, path: Path) -> int:
    try:
        answer = ask(path, "reload", lambda text: click.echo(visible(text), err=True))
    except PermissionError:
        raise click.ClickException(f"process {number} is another user's") from None
    except OSError as error:
        raise click.ClickException(f"process {number} cannot be asked at {path}: {error}") from None
    if answer is None:
        raise click.ClickException(f"process {number} has ended before the reload was done")
    click.echo(visible(answer["message"]), err=not answer["ok"])
    changes = "  ".join(_changes(answer))
    if changes:
        click.echo(f"  {visible(changes)}")
    return 0 if answer["ok"] else 1


def _changes(answer: dict[str, Any]) -> Iterator[str]:
    """Name the modules that are new, were built anew, and are gone."""
    new, gone = answer.get("new", ()), answer.get("gone", ())
    for name in new:
        yield f"{'~' if name in gone else '+'} {name}"
    for name in gone:
        if name not in new:
            yield f"- {name}"
