"""`hostkit shadow`: have a module of a running server decide nothing."""

from __future__ import annotations

from hostkit.cli._switch import switch_command

command = switch_command(
    "shadow",
    "Put MODULE of a running server into shadow mode.",
    "It is asked, but its answers never count; receipts show what it would have decided.",
)
