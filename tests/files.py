"""`Write`: the fixture of all tests that need a config file."""

from __future__ import annotations

from typing import Protocol


class Write(Protocol):
    """Writes a config file, always the same one, and gives its name."""

    def __call__(self, text: str | bytes) -> str: ...
