from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest

from hostkit import Unavailable
from hostkit.config import MailServer
from hostkit.loops import Lifetime
from hostkit.mail import MailError, MailRefusedError, MailService, MailUnavailableError
from tests.http.servers import never_accepting
from tests.mail.servers import MailBox, mail_server, mailing, scripted


async def test_a_server_that_is_not_there_is_an_outage() -> None:
    """As `on_error: {unavailable: ...}` understands it."""
    async with mail_server(MailBox()) as box:
        port = box.port
    async with mailing(port) as api:
        with pytest.raises(MailUnavailableError, match=r"cannot be used: .*refused") as raised:
            await api.send_mail("ann@x.example", "Hi", text="x")
    assert raised.value.code == "HK545"
    assert isinstance(raised.value, Unavailable)
    assert raised.value.reason.startswith(f"the mail server localhost:{port} cannot be used")


async def test_few_threads_look_up_the_server() -> None:
    """However many mails wait for it, and for how long."""
    loop, is_full, may_end = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    begun: list[str] = []

    def look_up(host: str, _port: int, **_: Any) -> list[Any]:
        begun.append(host)
        if len(begun) == 10:
            loop.call_soon_threadsafe(is_full.set)
        may_end.wait()
        raise socket.gaierror("not known")

    settings = MailServer(host="mail.example", sender="words@words.example", tls="none")
    service, lifetime = MailService(settings, look_up=look_up), Lifetime()
    mails = asyncio.gather(
        *(service.send("words", lifetime, "ann@x.example", "Hi", None, "x") for _ in range(15)),
        return_exceptions=True,
    )
    await is_full.wait()
    assert len(begun) == 10
    may_end.set()
    outcomes = await mails
    assert [type(each) for each in outcomes] == [MailUnavailableError] * 15
    assert begun == ["mail.example"] * 15


def saying(first: bytes) -> Any:
    """A server that says this, and nothing more."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        await reader.read()

    return script


async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 hi\r\n")
    await reader.readline()


@pytest.mark.parametrize(
    ("script", "kind", "said"),
    [
        (saying(b""), MailUnavailableError, "has not taken a mail within 0.2 s"),
        (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), MailUnavailableError, "has answered -1"),
        (
            saying(b"421 too many connections\r\n"),
            MailUnavailableError,
            "has answered 421 too many connections",
        ),
        (
            saying(b"554 no service for you\r\n"),
            MailRefusedError,
            "has answered 554 no service for you",
        ),
        (closing, MailUnavailableError, "cannot be used: "),
    ],
)
async def test_servers_may_misbehave(script: Any, kind: type[MailError], said: str) -> None:
    """Each ends in its own error, in time."""
    async with scripted(script) as port, mailing(port, timeout="200ms") as api:
        with pytest.raises(kind) as raised:
            await api.send_mail("ann@x.example", "Hi", text="x")
    assert said in str(raised.value)


async def test_answers_before_the_encryption_are_refused() -> None:
    """Somebody in between could have put them there."""

    async def inject(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hi\r\n")
        await reader.readline()
        writer.write(b"250-x\r\n250 STARTTLS\r\n")
        await reader.readline()
        writer.write(b"220 go ahead\r\n250 injected\r\n")
        await reader.read()

    async with scripted(inject) as port, mailing(port, tls="starttls", timeout="5s") as api:
        with pytest.raises(MailUnavailableError, match="Could not complete the SSL/TLS"):
            await api.send_mail("ann@x.example", "Hi", text="x")


async def test_a_server_need_not_say_goodbye(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail was taken, so little time is spent on that."""
    monkeypatch.setattr("hostkit.mail._sending._CLOSING_SECONDS", 0.05)

    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hi\r\n")
        while line := await reader.readline():
            if line == b"DATA\r\n":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
            if line != b"RSET\r\n":
                writer.write(b"250 OK\r\n")
            else:
                await reader.read()

    async with scripted(rude) as port, mailing(port) as api:
        await api.send_mail("ann@x.example", "Hi", text="x")


async def test_what_comes_after_the_mail_does_not_matter() -> None:
    """It was taken already."""

    async def odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hi\r\n")
        while line := await reader.readline():
            if line == b"DATA\r\n":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"what?\r\n" if line == b"RSET\r\n" else b"250 OK\r\n")

    async with scripted(odd) as port, mailing(port) as api:
        await api.send_mail("ann@x.example", "Hi", text="x")


async def test_a_caller_may_give_up_while_connecting() -> None:
    """Its own cancellation is what it gets."""
    with never_accepting() as port:
        async with mailing(port, host="127.0.0.1") as api:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await api.send_mail("ann@x.example", "Hi", text="x")
