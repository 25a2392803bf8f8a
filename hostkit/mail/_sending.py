"""`deliver`: connects to a mail server, and hands a mail over to it."""

from __future__ import annotations

import functools
import socket
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import wrapClientTLS
from twisted.internet.error import ConnectingCancelledError
from twisted.internet.ssl import optionsForClientTLS
from twisted.mail.smtp import (
    AUTHDeclinedError,
    AUTHRequiredError,
    SMTPClientError,
    TLSRequiredError,
)

from hostkit.http.addresses import CheckedEndpoint
from hostkit.loops import find_reactor, settle
from hostkit.mail._errors import MailRefusedError, MailUnavailableError
from hostkit.mail._sender import Sender, factory_of
from hostkit.presenting import exception_line

if TYPE_CHECKING:
    from hostkit.config import MailServer
    from hostkit.http.addresses import Lookups
    from hostkit.loops import Clock
    from hostkit.mail._message import Mail

_CLOSING_SECONDS: Final = 2.0
_SUCCESS: Final = range(200, 300)
_FOR_GOOD: Final = 500
_LONGEST: Final = 200


async def deliver(mail: Mail, settings: MailServer, clock: Clock, lookups: Lookups) -> None:
    """Hand a mail over to the server.

    Args:
        mail: The mail.
        settings: The server.
        clock: Measures the time.
        lookups: Looks up the server.

    Raises:
        MailRefusedError: The server refuses it, or some of its recipients.
        MailUnavailableError: The server cannot be reached, or cannot take it now.
    """
    used = find_reactor()
    try:
        options = None if settings.tls == "none" else optionsForClientTLS(settings.host)
        starttls = options if settings.tls == "starttls" else None
        sender = Sender(mail, settings.login, starttls, used.reactor, _identity())
        endpoint = _endpoint_of(settings, used.reactor, options, lookups)
        await settle(endpoint.connect(factory_of(sender)))
        try:
            answers, code, said = await settle(sender.answers)
            await _wait_for_end(sender, clock)
        finally:
            if not sender.closed.called:
                sender.transport.abortConnection()
                await settle(sender.closed)
    except (CancelledError, ConnectingCancelledError):
        raise CancelledError from None
    except Exception as error:  # noqa: BLE001 -- `_explain` raises another for each
        _explain(error, settings)
    finally:
        used.close()
    _judge(answers, code, said, settings)


def _endpoint_of(settings: MailServer, reactor: Any, options: Any, lookups: Lookups) -> Any:
    seconds = settings.timeout_seconds
    endpoint = CheckedEndpoint(
        reactor, settings.host, settings.used_port, lookups, lambda _: True, seconds
    )
    if settings.tls != "tls":
        return endpoint
    return wrapClientTLS(options, cast("Any", endpoint), clock=reactor)


async def _wait_for_end(sender: Sender, clock: Clock) -> None:
    """Let the server say goodbye, for a moment."""
    ended: Deferred[bool] = Deferred()

    def end(_: object, *, is_closed: bool) -> None:
        if not ended.called:
            ended.callback(is_closed)

    alarm = clock.call_later(_CLOSING_SECONDS, functools.partial(end, None, is_closed=False))
    sender.closed.addCallback(end, is_closed=True)
    is_closed = True
    try:
        is_closed = await settle(ended)
    finally:
        if is_closed:
            alarm.cancel()


def _judge(answers: Any, code: int, said: Any, settings: MailServer) -> None:
    """Raise what the server's answers amount to, unless the mail was taken for all recipients."""
    refused = {
        address.decode(): f"{status} {_shown(text)}"
        for address, status, text in answers
        if status not in _SUCCESS
    }
    statuses = [status for _, status, _ in answers if status not in _SUCCESS]
    if code in _SUCCESS and not refused:
        return
    where = f"the mail server {settings.where}"
    if len(refused) < len(answers) and code not in _SUCCESS:
        refused, statuses = {}, [code]
        message = f"{where} does not take the mail: {code} {_shown(said)}"
    else:
        message = f"{where} does not take the mail for {len(refused)} of {len(answers)} recipients"
    if all(status < _FOR_GOOD for status in statuses):
        raise MailUnavailableError("; ".join((message, *(f"{k}: {v}" for k, v in refused.items()))))
    raise MailRefusedError(message, refused)


def _explain(error: Exception, settings: MailServer) -> NoReturn:
    where = f"the mail server {settings.where}"
    # Never `str(error)`, which may have a log of the session, and the password in it.
    if isinstance(error, TLSRequiredError):
        said = f"{where} does not offer STARTTLS"
        raise MailRefusedError(said, hint="set tls: under mail: to tls or none") from None
    if isinstance(error, AUTHRequiredError):
        said = f"{where} does not offer to log in, in a way that is known here"
        raise MailRefusedError(said) from None
    if isinstance(error, AUTHDeclinedError):
        said = f"{where} does not accept user and password: {error.code} {_shown(error.resp)}"
        raise MailRefusedError(said) from None
    if isinstance(error, SMTPClientError):
        said = f"{where} has answered {error.code} {_shown(error.resp)}"
        if error.code >= _FOR_GOOD:
            raise MailRefusedError(said) from None
        raise MailUnavailableError(said) from None
    raise MailUnavailableError(f"{where} cannot be used: {exception_line(error)}") from error


def _shown(said: Any) -> str:
    """Escape and shorten what a server has said."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return "".join(c if c.isprintable() else " " for c in text[:_LONGEST])


def _identity() -> str:
    """The name of this machine, as it introduces itself to servers."""
    name = socket.gethostname()
    return name if name.isascii() and name.isprintable() and " " not in name else "localhost"
