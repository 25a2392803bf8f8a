"""Mail servers on loopback: real ones of aiosmtpd, and others that misbehave."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import attrs
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from hostkit import Host, ModuleApi
from tests.web.certificates import make_certificate


@attrs.define
class MailBox:
    """Takes mails, except those for recipients that it refuses.

    Attributes:
        refusals: What it answers to these recipients.
        data_answer: What it answers to mails.
        taken: The sender, the recipients and the content of each mail.
        users: Who has logged in.
    """

    port: int = 0
    refusals: dict[str, str] = attrs.field(factory=dict)
    data_answer: str = "250 OK"
    taken: list[tuple[str, list[str], bytes]] = attrs.field(factory=list)
    users: list[str] = attrs.field(factory=list)

    def message(self) -> EmailMessage:
        """The one mail that was taken."""
        ((_, _, content),) = self.taken
        message = message_from_bytes(content.replace(b"\r\n", b"\n"), policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    async def handle_RCPT(  # noqa: N802 -- as aiosmtpd calls it
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.data_answer

    def authenticate(self, *given: Any) -> AuthResult:
        data = given[-1]
        assert isinstance(data, LoginPassword)
        is_known = data.password == b"s3cret"
        if is_known:
            self.users.append(data.login.decode())
        return AuthResult(success=is_known, handled=False)


def context_for(folder: Path) -> ssl.SSLContext:
    """TLS with a new certificate for localhost, which stands in the folder as ``x.crt``."""
    key, certificate = make_certificate(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


@asynccontextmanager
async def mail_server(
    box: MailBox, *, tls: ssl.SSLContext | None = None, from_start: bool = False, **options: Any
) -> AsyncIterator[MailBox]:
    """Serve a mailbox by a real mail server."""
    if tls is not None and not from_start:
        options |= {"tls_context": tls, "require_starttls": True}

    loop = asyncio.get_running_loop()

    def make() -> SMTP:
        return SMTP(
            box, loop=loop, hostname="mail.example", authenticator=box.authenticate, **options
        )

    server = await loop.create_server(make, "127.0.0.1", 0, ssl=tls if from_start else None)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


@asynccontextmanager
async def scripted(
    script: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """Serve with a function; give the port."""
    tasks: list[Any] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.current_task())
        try:
            await script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Mailing:
    """A module that sends mails when a test says so."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.api = api


@asynccontextmanager
async def mailing(port: int, **mail: Any) -> AsyncIterator[ModuleApi]:
    """The api of a module whose host sends mails by a server on this port."""
    settings = {
        "host": "localhost",
        "port": port,
        "from": "Words <words@words.example>",
        "tls": "none",
        **mail,
    }
    config = {"modules": [{"module": Mailing, "name": "mailing"}], "hostkit": {"mail": settings}}
    host = Host.from_config(config, categories=[])
    async with host:
        yield host.modules[0].instance.api
