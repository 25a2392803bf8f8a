"""The `hostkit` command, which finds its subcommands when they are asked for."""

from __future__ import annotations

import errno
import importlib
import sys
from typing import Any, Final

import click

from hostkit._version import __version__
from hostkit.cli._manner import manner, show_traceback, with_common_options
from hostkit.wording import clean, did_you_mean, indented

_PACKAGE: Final = "hostkit.cli.commands"
_COMMANDS: Final = (
    *("serve", "validate", "list", "routes", "explain", "ask", "reload", "restart", "workers"),
    *("status", "db", "receipts", "modules", "enable", "disable", "shadow", "drill"),
    *("spec", "rule", "graph", "schema", "init", "new", "bisect", "completion"),
)
"""In the order in which `--help` shows them; each is what its file calls as the file is called."""


INTERRUPTED: Final = 130
"""The exit code after Ctrl-C, as shells have it."""

BROKEN: Final = 70
"""The exit code after an error in hostkit itself, ``EX_SOFTWARE`` of the system's `sysexits`."""

_OURS: Final = "  this is an error in hostkit: please report it, with what --traceback shows"


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
            return with_common_options(importlib.import_module(f"{_PACKAGE}.{cmd_name}").command)
        near = did_you_mean(cmd_name, _COMMANDS) or f"these are: {', '.join(_COMMANDS)}"
        raise click.UsageError(f"there is no command {cmd_name!r}: {near}", ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # a closed pipe, at which click ends in silence
            show_traceback(error)
            from hostkit.presenting import exception_line  # noqa: PLC0415 -- only for what is wrong

            shown = clean(exception_line(error), manner().redact)
            click.secho(f"Error: {indented(shown)}", fg="red", err=True)
            if not manner().traceback:
                click.echo(_OURS, err=True)
            sys.exit(BROKEN)


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


with_common_options(main)
