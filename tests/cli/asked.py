"""A server that answers what a test says, for the commands that ask one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hostkit.cli import _target

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

NUMBER = "4711"
"""The number of its process."""


def answer_with(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any] | None, *items: Any
) -> list[tuple[str, dict[str, Any]]]:
    """Have the process with that number answer so.

    Args:
        monkeypatch: Replaces what would look for the process.
        answer: Its answer; `None`: it ends before.
        items: What it sends before that.

    Returns:
        What it was asked: commands with their arguments.
    """
    asked: list[tuple[str, dict[str, Any]]] = []

    def ask(
        _path: Path,
        command: str,
        _report: object,
        *,
        arguments: dict[str, Any] | None,
        receive: Callable[[Any], None],
        idle: Callable[[], object],
    ) -> dict[str, Any] | None:
        asked.append((command, arguments or {}))
        idle()
        for item in items:
            receive(item)
        return None if answer is None else {"ok": True, "version": 1, "pid": 4711, **answer}

    monkeypatch.setattr(_target, "find_control", lambda _: Path("words.pid.sock"))
    monkeypatch.setattr(_target, "ask", ask)
    return asked
