"""``python -m hostkit``: the same as the command."""

from hostkit.cli import command

command()
