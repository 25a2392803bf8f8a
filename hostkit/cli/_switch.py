"""The commands that change how a module of a running server is asked; they differ in a word."""

from __future__ import annotations

from typing import Final

import click

from hostkit.cli._manner import note, say_done
from hostkit.cli._options import TARGET, data_format, write_json
from hostkit.wording import visible

_CODES: Final = """
\b
Examples:
  hostkit {name} words host.yaml
  hostkit {name} words 4711

\b
Exit codes:
  0  it is done
  1  nothing was changed: there is no such module or no server, or it refuses
  2  the file cannot be read, or the command line is wrong
"""
_UNTIL: Final = (
    "The next reload undoes it, as it reads the file again: change the file to make it last. It is "
    "done as a reload is, as a whole or not at all, and the server's log says who has done it."
)


def switch_command(name: str, what: str, details: str) -> click.Command:
    """Make the command of a name.

    Args:
        name: Its name, which is also that of the control socket's command.
        what: Its first sentence.
        details: What it means for the module.
    """

    @click.command(name, epilog=_CODES.format(name=name), help=f"{what}\n\n{details}\n\n{_UNTIL}")
    @click.argument("module")
    @TARGET
    @data_format("As JSON, an object with what a reload changes; see `hostkit reload`.")
    def command(module: str, target: str, form: str) -> None:
        from hostkit.cli._target import find_target  # noqa: PLC0415

        answer = find_target(target).require(name, {"module": module})
        if form == "json":
            write_json(answer)
            return
        say_done(visible(answer["message"]))
        if module in answer.get("missing", ()):
            note("but it is missing: `hostkit modules` shows why")

    return command
