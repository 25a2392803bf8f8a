"""`Sender`: speaks to a mail server, as Twisted's client for SMTP does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, connectionDone
from twisted.mail.smtp import (
    CramMD5ClientAuthenticator,
    ESMTPClient,
    LOGINAuthenticator,
    PLAINAuthenticator,
)
from twisted.protocols.tls import TLSMemoryBIOFactory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import IAddress
    from twisted.python.failure import Failure

    from hostkit.mail._message import Mail

_DOT: Final = re.compile(rb"^\.", re.MULTILINE)


@final
class Sender(ESMTPClient):
    """Sends one mail.

    Unlike Twisted's own senders it needs no reactor that is installed, keeps no log of the session
    (which has the password), and does not connect again by itself.

    Args:
        mail: The mail.
        login: The user and the password, if the server wants them.
        tls: Makes the connection a TLS one when the server says that it can; `None`: never.
        clock: The reactor.
        identity: The name of this machine.

    Attributes:
        answers: Fires with the server's answer to each recipient, as code and text by address, and
            the answer to the mail itself; or fails.
        closed: Fires when the connection is closed.
    """

    debug = False
    heloFallback = True
    transport: Any

    def __init__(
        self,
        mail: Mail,
        login: tuple[str, str] | None,
        tls: Any,
        clock: Any,
        identity: str,
    ) -> None:
        user, password = (each.encode() for each in login or ("", ""))
        super().__init__(password, tls, identity.encode("ascii"))  # type: ignore[no-untyped-call]
        self._mail = mail
        self._clock = clock
        self._has_asked = False
        self.requireAuthentication = login is not None
        self.requireTransportSecurity = tls is not None
        for kind in (CramMD5ClientAuthenticator, LOGINAuthenticator, PLAINAuthenticator):
            self.registerAuthenticator(kind(user))  # type: ignore[no-untyped-call]
        self.answers: Deferred[tuple[Sequence[tuple[bytes, int, bytes]], int, bytes]] = Deferred()
        self.closed: Deferred[None] = Deferred()

    def connectionMade(self) -> None:
        """Wait for the server's greeting; not once more when the connection has become TLS."""
        if not self._has_asked:
            super().connectionMade()  # type: ignore[no-untyped-call]
            self._has_asked = True

    def esmtpState_starttls(self, code: int, resp: bytes) -> None:
        """Make the connection a TLS one, and ask once more what the server can."""
        early: bytes = self.clearLineBuffer()  # type: ignore[no-untyped-call]
        if early:  # somebody in between has put answers before the first of TLS
            self.esmtpTLSFailed(code, resp)  # type: ignore[no-untyped-call]
            return
        context: Any = self.context
        # `startTLS` of the transport would need the reactor that is installed.
        same: Any = _Same(self)
        factory = TLSMemoryBIOFactory(context, True, same, clock=self._clock)  # noqa: FBT003
        plain = self.transport
        protocol = factory.buildProtocol(plain.getPeer())
        plain.protocol = protocol
        protocol.makeConnection(plain)
        self._tlsMode = True
        self.esmtpState_ehlo(code, resp)  # type: ignore[no-untyped-call]

    def smtpState_data(self, code: int, resp: bytes) -> None:
        """Send the mail at once, which is in memory."""
        del code, resp
        self._expected = list(range(200, 300))
        self._okresponse = self.smtpState_msgSent
        self.transport.write(_DOT.sub(b"..", self._mail.data))
        self.finishedFileTransfer(b"\n")  # type: ignore[no-untyped-call]

    def getMailFrom(self) -> str | None:
        """Name the sender, once."""
        return None if self.answers.called else self._mail.sender

    def getMailTo(self) -> Sequence[bytes]:
        """List the recipients."""
        return [each.encode("ascii") for each in self._mail.recipients]

    def sendError(self, exc: Any) -> None:
        """Fail, and close the connection."""
        super().sendError(exc)  # type: ignore[no-untyped-call]
        if not self.answers.called:
            self.answers.errback(exc)

    def sentMail(self, code: int, resp: bytes, numOk: int, addresses: Any, log: Any) -> None:
        """Take the server's answers."""
        del numOk, log
        self.answers.callback((list(addresses), code, resp))

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Fail, unless all is done."""
        super().connectionLost(reason)  # type: ignore[no-untyped-call]
        if not self.answers.called:
            self.answers.errback(reason)
        self.closed.callback(None)


@final
class _Same(Factory):
    """Makes one protocol, which is there already."""

    noisy = False

    def __init__(self, protocol: Sender) -> None:
        self._protocol = protocol

    def buildProtocol(self, addr: IAddress | None) -> Any:
        del addr
        return self._protocol


def factory_of(sender: Sender) -> Factory:
    """Make the factory that an endpoint asks for a sender.

    Args:
        sender: The sender.
    """
    return _Same(sender)
