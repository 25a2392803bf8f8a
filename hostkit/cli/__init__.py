"""The `hostkit` command."""

from hostkit.cli._main import main

__all__ = ["main"]
