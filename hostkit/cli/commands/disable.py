"""`hostkit disable`: ask a module of a running server no more."""

from __future__ import annotations

from hostkit.cli._switch import switch_command

command = switch_command(
    "disable",
    "Have a running server no longer ask MODULE.",
    "It is stopped as soon as the calls in flight have ended, and what it has in memory is gone.",
)
