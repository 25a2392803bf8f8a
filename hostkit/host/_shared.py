"""`Shared`: what the modules of a host share, opened before them and closed after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import attrs

from hostkit.api import HostServices
from hostkit.host._messages import keys_of
from hostkit.messages import Messages

if TYPE_CHECKING:
    from hostkit.config import Settings


@final
@attrs.frozen(eq=False)
class Shared:
    """What the modules of a host share.

    Attributes:
        messages: The link to the other processes.
        services: What they are offered.
    """

    messages: Messages = attrs.field(factory=Messages)
    services: HostServices = attrs.field(factory=HostServices)

    def use(self, settings: Settings) -> None:
        """Take over what the file says now.

        Args:
            settings: The settings.
        """
        self.messages.use_keys(keys_of(settings))
        self.services.http.use(settings.http)
        self.services.mail.use(settings.mail)

    async def open(self) -> None:
        """Open it, before any module starts."""
        self.services.database.open()
        # Messages of other processes are received before any module can have an old result.
        await self.messages.open()

    async def close(self) -> None:
        """Close it, after all modules have stopped."""
        try:
            await self.messages.close()
        finally:
            await self.close_used()

    async def close_used(self) -> None:
        """Close what a module may have used without being started."""
        try:
            await self.services.http.close()
        finally:
            await self.services.database.close()
