"""What is served where a file has no ``hostkit: listeners:``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit.config import Listener

if TYPE_CHECKING:
    from hostkit.config import HostFile

DEFAULT_LISTENER: Final = Listener("tcp:8080:interface=127.0.0.1", ("modules", "hooks"))
"""What is served where a file has no ``hostkit: listeners:``."""


def listeners_of(file: HostFile) -> tuple[Listener, ...]:
    """The listeners of a file, or the default."""
    return file.settings.listeners or (DEFAULT_LISTENER,)
