"""The `hostkit` command, which finds its subcommands when they are asked for."""

from __future__ import annotations

import importlib
from typing import Final

import click

from hostkit._version import __version__

_PACKAGE: Final = "hostkit.cli.commands"
_COMMANDS: Final = ("serve", "validate", "list", "routes", "reload", "spec", "rule")
"""In the order in which `--help` shows them; each is what its file calls as the file is called."""


class _Commands(click.Group):
    """A group that imports a command when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name the commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"{_PACKAGE}.{cmd_name}").command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hostkit")
def main() -> None:
    """Run a server's modules from one config file, and inspect them.

    \b
    FILE is a YAML file such as
      modules:
        - module: wordfilter.WordFilter
          config: {banned: [casino]}
    where the order of the modules is the order in which they are asked.
    """  # noqa: D301 -- click wants the character itself
