from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from hostkit import ConfigErrors, Host
from hostkit.config import from_mapping
from hostkit.mail import MailError, MailRefusedError, MailUnavailableError
from tests.mail.servers import MailBox, Mailing, context_for, mail_server, mailing, scripted


async def test_a_mail_arrives() -> None:
    """In plain text and in HTML, with all that a mail should have."""
    async with mail_server(MailBox()) as box, mailing(box.port) as api:
        await api.send_mail(
            "Ann Å <ann@example.org>", "Grüße ✓", html="<p>Häl\n.\n..x</p>", text="Hallo\n.\n.ä"
        )
    sender, recipients, content = box.taken[0]
    assert (sender, recipients) == ("words@words.example", ["ann@example.org"])
    assert content.isascii()
    message = box.message()
    assert message["From"] == "Words <words@words.example>"
    assert message["To"] == "Ann Å <ann@example.org>"
    assert message["Subject"] == "Grüße ✓"
    assert message["Date"].datetime is not None
    assert message["Message-ID"].endswith("@words.example>")
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content() == "Hallo\n.\n.ä\n"
    assert html.get_content() == "<p>Häl\n.\n..x</p>\n"


@pytest.mark.parametrize("kind", ["html", "text"])
async def test_one_of_both_is_enough(kind: str) -> None:
    """Then there is one part."""
    async with mail_server(MailBox()) as box, mailing(box.port) as api:
        await api.send_mail(["a@x.example", "b@x.example"], "Hi", **{kind: "."})
    message = box.message()
    assert message.get_content_subtype() == ("plain" if kind == "text" else "html")
    assert message.get_content() == ".\n"
    assert box.taken[0][1] == ["a@x.example", "b@x.example"]


@pytest.mark.parametrize("from_start", [False, True])
async def test_connections_are_encrypted(
    from_start: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By STARTTLS, or from the beginning; then the user logs in."""
    context = context_for(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "x.crt"))
    kind = "tls" if from_start else "starttls"
    login = {"user": "words", "password": "s3cret"}
    # To aiosmtpd, a connection that is TLS from its beginning is a plain one.
    options = {"auth_require_tls": False} if from_start else {"auth_required": True}
    async with (
        mail_server(MailBox(), tls=context, from_start=from_start, **options) as box,
        mailing(box.port, tls=kind, **login) as api,
    ):
        await api.send_mail("ann@example.org", "Hi", text="x" * 100_000)
    assert box.users == ["words"]
    assert len(box.message().get_content()) == 100_001


async def test_a_certificate_must_be_trusted(tmp_path: Path) -> None:
    """Otherwise nothing is sent."""
    async with (
        mail_server(MailBox(), tls=context_for(tmp_path)) as box,
        mailing(box.port, tls="starttls") as api,
    ):
        with pytest.raises(MailUnavailableError, match="certificate verify failed"):
            await api.send_mail("ann@example.org", "Hi", text="x")
    assert box.taken == []


async def test_a_server_must_offer_what_is_demanded() -> None:
    """Nothing is sent in clear text instead, and no password."""
    async with mail_server(MailBox()) as box:
        async with mailing(box.port, tls="starttls") as api:
            with pytest.raises(MailRefusedError, match="does not offer STARTTLS") as raised:
                await api.send_mail("ann@example.org", "Hi", text="x")
        async with mailing(box.port, user="a", password="s3cret") as api:
            with pytest.raises(MailRefusedError, match="does not offer to log in"):
                await api.send_mail("ann@example.org", "Hi", text="x")
    assert raised.value.code == "HK546"


async def test_a_wrong_password_is_not_shown() -> None:
    """The error has the server's answer, and nothing of what was said before."""
    async with (
        mail_server(MailBox(), auth_require_tls=False) as box,
        mailing(box.port, user="words", password="wr0ng-one") as api,
    ):
        with pytest.raises(MailRefusedError, match="does not accept user and password: 535") as bad:
            await api.send_mail("ann@example.org", "Hi", text="x")
    assert "wr0ng" not in repr(bad.value) + str(bad.value)
    assert bad.value.__cause__ is None


async def test_some_recipients_may_be_refused() -> None:
    """The others get the mail, and the error says who did not."""
    box = MailBox(refusals={"no@x.example": "550 no such user\x1b[1m"})
    async with mail_server(box), mailing(box.port) as api:
        with pytest.raises(MailRefusedError) as raised:
            await api.send_mail(["no@x.example", "ann@x.example"], "Hi", text="x")
    assert raised.value.refused == {"no@x.example": "550 no such user [1m"}
    assert str(raised.value).splitlines() == [
        f"HK546 the mail server localhost:{box.port} does not take the mail for 1 of 2 recipients",
        "  = no@x.example: 550 no such user [1m",
    ]
    assert box.taken[0][1] == ["ann@x.example"]


async def test_all_recipients_may_be_refused() -> None:
    """For good, or for now, which is an outage."""
    box = MailBox(refusals={"a@x.example": "550 no", "b@x.example": "451 later"})
    async with mail_server(box), mailing(box.port) as api:
        with pytest.raises(MailRefusedError, match="for 2 of 2 recipients"):
            await api.send_mail(["a@x.example", "b@x.example"], "Hi", text="x")
        with pytest.raises(MailUnavailableError, match=r"1 of 1 .*; b@x\.example: 451 later"):
            await api.send_mail("b@x.example", "Hi", text="x")
    assert box.taken == []


@pytest.mark.parametrize(
    ("answer", "kind"), [("554 spam", MailRefusedError), ("452 full", MailUnavailableError)]
)
async def test_a_mail_may_be_refused(answer: str, kind: type[MailError]) -> None:
    """With what the server says."""
    async with mail_server(MailBox(data_answer=answer)) as box, mailing(box.port) as api:
        with pytest.raises(kind, match=f"does not take the mail: {answer}"):
            await api.send_mail("a@x.example", "Hi", text="x")


@pytest.mark.parametrize(
    ("recipient", "subject", "said"),
    [
        ("ann", "Hi", "'ann' is not the address"),
        ("ann@x.example\r\nRCPT TO:<eve@x.example>", "Hi", "is not the address"),
        ("ann@x.example>\n<eve@x.example", "Hi", "is not the address"),
        ("Ann\r\nBcc: eve@x.example <ann@x.example>", "Hi", "is not the address"),
        ("é@x.example", "Hi", "is not the address"),
        ("a@" + "x" * 70 + ".example", "Hi", "is not the address"),
        ("a b@x.example", "Hi", "is not the address"),
        (".@x.example", "Hi", "is not the address"),
        (7, "Hi", "a mail goes to somebody"),
        ([], "Hi", "a mail goes to somebody"),
        ([7], "Hi", "an address is not of the type int"),
        ("ann@x.example", "Hi\r\nBcc: eve@x.example", "cannot be the subject"),
        ("ann@x.example", None, "None cannot be the subject"),
    ],
)
async def test_what_is_no_mail_is_refused(recipient: Any, subject: Any, said: str) -> None:
    """Line breaks above all: nothing gets into a mail's head that way."""
    async with mail_server(MailBox()) as box, mailing(box.port) as api:
        with pytest.raises(MailError) as raised:
            await api.send_mail(recipient, subject, text="x")
    assert raised.value.code == "HK544"
    assert said in str(raised.value)
    assert box.taken == []


@pytest.mark.parametrize("given", [{}, {"text": ""}, {"html": b"x"}, {"text": "\ud800"}])
async def test_a_mail_says_something(given: dict[str, Any]) -> None:
    """In strings that can be sent."""
    async with mailing(1) as api:
        with pytest.raises(MailError) as raised:
            await api.send_mail("ann@x.example", "Hi", **given)
    assert raised.value.code == "HK544"


async def test_domains_have_all_alphabets() -> None:
    """They are sent in ASCII."""
    async with mail_server(MailBox()) as box, mailing(box.port) as api:
        await api.send_mail("ann@bücher.example", "Hi", text="x")
    assert box.taken[0][1] == ["ann@xn--bcher-kva.example"]


async def test_mails_end_with_their_module() -> None:
    """As all services do."""
    asked = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()

    async with scripted(slow) as port:
        async with mailing(port) as api:
            task = asyncio.create_task(api.send_mail("ann@x.example", "Hi", text="x"))
            await asked.wait()
        with pytest.raises(MailError, match="module 'mailing' was stopped") as raised:
            await task
    assert raised.value.code == "HK508"


async def test_settings_may_come_with_a_reload() -> None:
    """Without them, sending a mail is an error that says so."""
    listed = [{"module": Mailing, "name": "mailing"}]
    host = Host.from_config({"modules": listed}, categories=[])
    async with host, mail_server(MailBox()) as box:
        api = host.modules[0].instance.api
        with pytest.raises(MailError, match="the file names no mail server") as raised:
            await api.send_mail("ann@x.example", "Hi", text="x")
        mail = {"host": "127.0.0.1", "port": box.port, "from": "a@x.example", "tls": "none"}
        await host.reload(from_mapping({"modules": listed, "hostkit": {"mail": mail}}))
        await api.send_mail("ann@x.example", "Hi", text="x")
    assert raised.value.code == "HK543"
    assert len(box.taken) == 1


async def test_the_package_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the error says how to install it."""
    monkeypatch.setitem(sys.modules, "twisted.internet.ssl", None)
    monkeypatch.delitem(sys.modules, "hostkit.mail._sending", raising=False)
    async with mailing(1) as api:
        with pytest.raises(MailError, match="pip install 'hostkit-framework") as raised:
            await api.send_mail("ann@x.example", "Hi", text="x")
    assert raised.value.code == "HK500"


@pytest.mark.parametrize(
    ("given", "used"),
    [({}, 587), ({"tls": "tls"}, 465), ({"tls": "none"}, 25), ({"port": 2525}, 2525)],
)
def test_the_usual_ports_are_known(given: dict[str, Any], used: int) -> None:
    """For each kind of encryption; the password is not shown."""
    mail = {"host": "x", "from": "a@b.example", "user": "u", "password": "s3cret", **given}
    read = from_mapping({"hostkit": {"mail": mail}}).settings.mail
    assert read is not None
    assert read.used_port == used
    assert "s3cret" not in repr(read)


def test_settings_are_checked() -> None:
    """All of them, when the file is read."""
    wrong = {"host": "a b", "from": "nobody", "port": 70000, "tls": "yes"}
    with pytest.raises(ConfigErrors) as raised:
        from_mapping({"hostkit": {"mail": wrong}})
    assert sorted(str(each.path[-1]) for each in raised.value.problems) == sorted(wrong)
