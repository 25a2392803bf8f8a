"""`FileInfo`: what is known about a media file."""

from __future__ import annotations

from typing import Protocol


class FileInfo(Protocol):
    """What is known about a media file; the host supplies it."""

    @property
    def server_name(self) -> str | None:
        """The server the file comes from; `None` if it was uploaded here."""

    @property
    def file_id(self) -> str:
        """What the host calls the file."""

    @property
    def url_cache(self) -> bool:
        """Whether it was fetched to preview a link."""
