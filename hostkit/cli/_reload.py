"""``hostkit reload``: have a serving process reload its file, and show what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from hostkit.cli._process import send_hangup
from hostkit.cli._target import find_target
from hostkit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    found = find_target(target)
    if found.path is None:
        send_hangup(found.number)
        reason = "its result is in its log only, since it has no control socket"
        click.echo(f"asked process {found.number} to reload; {reason}", err=True)
        return NOT_KNOWN
    answer = found.ask("reload")
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
