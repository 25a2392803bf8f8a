"""The `hostkit` command, which finds its subcommands when they are asked for."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from hostkit._version import __version__
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

_PACKAGE: Final = "hostkit.cli.commands"
_COMMANDS: Final = (
    *("serve", "validate", "list", "routes", "explain", "ask", "reload", "restart", "workers"),
    *("status", "db", "receipts", "modules", "enable", "disable", "shadow"),
    *("spec", "rule", "graph", "schema", "init", "new", "bisect", "completion"),
)
"""In the order in which `--help` shows them; each is what its file calls as the file is called."""


INTERRUPTED: Final = 130
"""The exit code after Ctrl-C, as shells have it."""


class _Commands(click.Group):
    """A group that imports a command when it is needed, and ends as other programs do."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name the commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command.

        Raises:
            click.UsageError: There is no such command.
        """
        if cmd_name in _COMMANDS:
            command: click.Command = importlib.import_module(f"{_PACKAGE}.{cmd_name}").command
            return command
        near = did_you_mean(cmd_name, _COMMANDS) or f"these are: {', '.join(_COMMANDS)}"
        raise click.UsageError(f"there is no command {cmd_name!r}: {near}", ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)


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


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hostkit")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Whether to use colours; by default on a terminal, unless NO_COLOR or FORCE_COLOR is set.",
)
@click.pass_context
def main(context: click.Context, color: str) -> None:
    """Run a server's modules from one config file, and inspect them.

    \b
    FILE is a YAML file such as
      modules:
        - module: wordfilter.WordFilter
          config: {banned: [casino]}
    where the order of the modules is the order in which they are asked.
    """  # noqa: D301 -- click wants the character itself
    context.color = wants_color(color, os.environ)
