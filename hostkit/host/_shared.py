"""`Shared`: what the modules of a host share, opened before them and closed after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import attrs

from hostkit.api import HostServices
from hostkit.messages import Messages

if TYPE_CHECKING:
    from hostkit.database import HostDatabase


@final
@attrs.frozen(eq=False)
class Shared:
    """What the modules of a host share.

    Attributes:
        messages: The link to the other processes.
        database: The database, which a module may have used without being started.
    """

    messages: Messages = attrs.field(factory=Messages)
    database: HostDatabase = attrs.field(factory=lambda: HostServices().database)

    async def open(self) -> None:
        """Open it, before any module starts."""
        self.database.open()
        # Messages of other processes are received before any module can have an old result.
        await self.messages.open()

    async def close(self) -> None:
        """Close it, after all modules have stopped."""
        try:
            await self.messages.close()
        finally:
            await self.database.close()
