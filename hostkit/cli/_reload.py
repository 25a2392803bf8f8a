"""``hostkit reload``: have a serving process reload its file, and show what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from hostkit.cli._manner import note, say_done
from hostkit.cli._options import write_json
from hostkit.cli._process import send_hangup
from hostkit.cli._target import find_target
from hostkit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOT_KNOWN: Final = 3
"""The exit code if a process was asked to reload, but cannot be asked what came of it."""

_NOT_BUILT: Final = "whether new modules can be built is not known: `hostkit validate` builds them"


def reload_server(target: str, form: str) -> int:
    """Reload the server of a file, or a process.

    Args:
        target: The name of the file, or the number of the process.
        form: Whether what comes of it is shown as ``text`` or ``json``.

    Returns:
        The exit code: 0 only if the new file serves.

    Raises:
        click.ClickException: There is no such process, or it cannot be asked.
    """
    found = find_target(target)
    if found.path is None:
        send_hangup(found.number)
        reason = "its result is in its log only, since it has no control socket"
        note(f"asked process {found.number} to reload; {reason}")
        return NOT_KNOWN
    return _show(found.ask("reload"), form, say_done)


def preview_reload(target: str, form: str) -> int:
    """Show what a reload would change.

    Args:
        target: The name of the file, or the number of the process.
        form: Whether that is shown as ``text`` or ``json``.

    Returns:
        The exit code: 0 if nothing is wrong with the new file, as far as that is known.

    Raises:
        click.ClickException: There is no such process, or it cannot be asked.
    """
    answer = find_target(target).ask("preview")
    code = _show(answer, form, click.echo)
    if answer.get("builds"):
        note(_NOT_BUILT)
    return code


def _show(answer: Mapping[str, Any], form: str, say: Callable[[str], object]) -> int:
    if form == "json":
        write_json(answer)
    elif not answer["ok"]:
        click.echo(visible(answer["message"]), err=True)
    else:
        say(visible(answer["message"]))
        if answer.get("shown"):
            say(f"  {visible(answer['shown'])}")
    return 0 if answer["ok"] else 1
