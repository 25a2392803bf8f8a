"""`write_mail`: a mail as bytes, from what a module has given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING, Any, Final, final

import attrs

from hostkit.codes import Code
from hostkit.mail._errors import MailError

if TYPE_CHECKING:
    from datetime import datetime

# Without bytes that a server on the way may not take.
_POLICY: Final = policy.SMTP.clone(cte_type="7bit")
_ADDRESS: Final = re.compile(
    r"[^\s<>@,;:\"\\\x00-\x1f\x7f]+@[^\s<>@,;:\"\\\x00-\x1f\x7f]+", re.ASCII
)
_NAMED: Final = re.compile(r"\s*\"?([^<>\"\r\n]*?)\"?\s*<([^<>]*)>\s*")


@final
@attrs.frozen
class Mail:
    """A mail that can be sent. Its `repr` shows nothing of it.

    Attributes:
        sender: The address that it comes from.
        recipients: The addresses that it goes to.
        data: The whole message, with CR LF at the ends of lines.
    """

    sender: str
    recipients: tuple[str, ...]
    data: bytes = attrs.field(repr=False)


def write_mail(
    sender: str, recipients: Any, subject: Any, html: Any, text: Any, now: datetime
) -> Mail:
    """Write a mail.

    Args:
        sender: Who it comes from: an address, or ``Name <address>``.
        recipients: Whom it goes to: one of these, or several.
        subject: Its subject.
        html: What it says, in HTML; `None` if it is in plain text alone.
        text: What it says, in plain text; `None` if it is in HTML alone.
        now: The date.

    Raises:
        MailError: It cannot be written (HK544).
    """
    listed = [recipients] if isinstance(recipients, str) else recipients
    if not isinstance(listed, Iterable) or not (to := [read_address(each) for each in listed]):
        raise _bad("a mail goes to somebody", "an address, or a list of them")
    if not isinstance(subject, str) or not subject.isprintable():
        raise _bad(f"{subject!a} cannot be the subject of a mail", "a string on one line")
    if not (html or text) or not all(
        each is None or isinstance(each, str) for each in (html, text)
    ):
        raise _bad("a mail says something", "html=, text= or both, as strings")
    from_ = read_address(sender)
    message = EmailMessage(_POLICY)
    message["From"] = from_
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=from_.domain)
    # So that programs which answer mails, such as those of people on holiday, do not.
    message["Auto-Submitted"] = "auto-generated"
    try:
        if text:
            message.set_content(text)
        if html:
            (message.add_alternative if text else message.set_content)(html, subtype="html")
        data = message.as_bytes()
    except UnicodeEncodeError:
        raise _bad("the mail has half a surrogate pair, which is not a character", "text") from None
    return Mail(from_.addr_spec, tuple(each.addr_spec for each in to), data)


def read_address(given: Any) -> Address:
    """Read an address, with or without a name.

    Args:
        given: The address.

    Raises:
        MailError: It is none (HK544).
    """
    expected = "such as ann@example.org, or Ann <ann@example.org>"
    if not isinstance(given, str):
        raise _bad(f"an address is not of the type {type(given).__name__}", expected)
    named = _NAMED.fullmatch(given)
    name, address = (named[1], named[2]) if named else ("", given)
    user, _, domain = address.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
        address = f"{user}@{domain}"
        if _ADDRESS.fullmatch(address) and name.isprintable():
            return Address(name, addr_spec=address)
    except ValueError:  # no such domain, or something that only the parser knows
        pass
    raise _bad(f"{given!a} is not the address of a mail", expected)


def _bad(message: str, expected: str) -> MailError:
    return MailError(Code.BAD_MAIL, message, expected=expected)
