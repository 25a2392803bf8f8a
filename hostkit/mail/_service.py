"""`MailService`: sends the mails of a host's modules."""

from __future__ import annotations

import functools
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.codes import Code
from hostkit.loops import find_clock
from hostkit.mail._errors import MailError, MailUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twisted.internet.interfaces import IReactorTime

    from hostkit.config import MailServer
    from hostkit.http.addresses import LookUp, Lookups
    from hostkit.loops import Lifetime


@final
class MailService:
    """Sends the mails of a host's modules, over a connection for each.

    Args:
        settings: What the file says; `None` if it says nothing.
        clock: Where time-outs are set; see `Host`.
        look_up: Looks up host names.

    Attributes:
        settings: As in the arguments.
        clock: As in the arguments.
    """

    def __init__(
        self,
        settings: MailServer | None = None,
        clock: IReactorTime | None = None,
        look_up: LookUp = socket.getaddrinfo,
    ) -> None:
        self.settings = settings
        self.clock: Final = clock
        self._look_up = look_up

    def use(self, settings: MailServer | None) -> None:
        """Take over other settings.

        Args:
            settings: What the file says now.
        """
        self.settings = settings

    async def send(
        self,
        module: str,
        lifetime: Lifetime,
        recipients: str | Iterable[str],
        subject: str,
        html: str | None,
        text: str | None,
    ) -> None:
        """Send a mail of a module.

        Args:
            module: The module's name.
            lifetime: The module's.
            recipients: Whom it goes to.
            subject: Its subject.
            html: What it says, in HTML.
            text: What it says, in plain text.

        Raises:
            MailError: It cannot be sent.
        """
        settings = self.settings
        if settings is None:
            raise _no_server(module)
        try:  # few modules send mails
            from hostkit.mail._message import write_mail  # noqa: PLC0415
            from hostkit.mail._sending import deliver  # noqa: PLC0415
        except ImportError as error:
            raise _not_installed(error) from None
        now = datetime.now(UTC)
        mail = write_mail(settings.sender, recipients, subject, html, text, now)
        clock, seconds = find_clock(self.clock), settings.timeout_seconds
        make: Any = functools.partial(deliver, mail, settings, clock, self._lookups)
        await lifetime.run(
            make,
            clock,
            seconds,
            late=lambda: MailUnavailableError(
                f"the mail server {settings.where} has not taken a mail within {seconds:g} s"
            ),
            over=lambda: MailError(
                Code.SERVICE_OVER, f"a mail was not sent: module {module!r} was stopped"
            ),
        )

    @functools.cached_property
    def _lookups(self) -> Lookups:
        """Looks up the server, of all mails together: so there are never many threads for that."""
        from hostkit.http.addresses import Lookups  # noqa: PLC0415 -- few modules send mails

        return Lookups(self._look_up)


def _no_server(module: str) -> MailError:
    return MailError(
        Code.NO_MAIL_SERVER,
        f"module {module!r} sends a mail, and the file names no mail server",
        hint="write mail: {host: ..., from: ...} under hostkit:",
    )


def _not_installed(error: ImportError) -> MailError:
    return MailError(
        Code.SERVICE_MISSING,
        f"api.send_mail needs pyOpenSSL and what belongs to it: {error}",
        hint="pip install 'hostkit-framework[tls]'",
    )
