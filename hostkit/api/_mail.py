"""`MailApi`: the part of the module api that sends mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.api._base import BaseApi

if TYPE_CHECKING:
    from collections.abc import Iterable


class MailApi(BaseApi):
    """Sends mails."""

    async def send_mail(
        self,
        recipient: str | Iterable[str],
        subject: str,
        html: str | None = None,
        text: str | None = None,
    ) -> None:
        """Send a mail by the server that the file names; it is done when that has taken it.

        Args:
            recipient: The address that it goes to, ``ann@example.org`` or with a name,
                ``Ann <ann@example.org>``. Several see each other.
            subject: The subject, on one line.
            html: What it says, in HTML.
            text: What it says, in plain text. With both, the reader's program chooses.

        Raises:
            MailRefusedError: The server has refused it, or some of the recipients, for good.
            MailUnavailableError: The server cannot be reached, or cannot take it now.
            MailError: It cannot be written as it was given, or the file names no server.
        """
        lifetime = self._registrations.lifetime
        await self._services.mail.send(self._name, lifetime, recipient, subject, html, text)
