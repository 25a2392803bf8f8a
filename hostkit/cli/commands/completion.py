"""`hostkit completion`: what makes a shell complete the command line."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

_CODES: Final = """
\b
Examples:
  hostkit completion bash >> ~/.bashrc
  hostkit completion zsh >> ~/.zshrc
  hostkit completion fish > ~/.config/fish/completions/hostkit.fish

\b
Exit codes:
  0  the script is written
  2  the command line is wrong
"""


@click.command("completion", epilog=_CODES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Write a script with which a shell completes `hostkit`.

    It completes commands, options and files, and also the names of hooks and the codes of problems.
    """
    completion = get_completion_class(shell)
    assert completion is not None  # noqa: S101 -- click has one for each of the choices
    program = context.find_root().command
    click.echo(completion(program, {}, "hostkit", "_HOSTKIT_COMPLETE").source())
