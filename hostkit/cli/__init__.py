"""The `hostkit` command."""

from hostkit.cli._command import command
from hostkit.cli._main import main

__all__ = ["command", "main"]
