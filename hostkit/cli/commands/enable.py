"""`hostkit enable`: ask a module of a running server again."""

from __future__ import annotations

from hostkit.cli._switch import switch_command

command = switch_command(
    "enable",
    "Have a running server ask MODULE.",
    "Its answers count, whatever mode the file says. One that was disabled is built and started.",
)
