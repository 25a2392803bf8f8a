"""`ReadableFileWrapper`: what a media file is read through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class ReadableFileWrapper(Protocol):
    """What a media file is read through; the host supplies it."""

    @property
    def path(self) -> str:
        """Where the file lies on the host's disk."""

    async def write_chunks_to(self, callback: Callable[[bytes], object]) -> None:
        """Read the file piece by piece without holding up the host.

        Args:
            callback: Is given each piece.
        """
