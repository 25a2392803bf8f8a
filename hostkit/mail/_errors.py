"""What goes wrong when modules send mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from hostkit.codes import Code
from hostkit.errors import CodedError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping


class MailError(CodedError):
    """A mail was not sent, or not to everyone: the base of the others, to be caught."""


@final
class MailRefusedError(MailError):
    """The mail server has refused the mail, or some of its recipients, for good.

    Args:
        message: What it has refused.
        refused: Its answers, by recipient.
        hint: What to do.

    Attributes:
        refused: As in the arguments; the others were sent the mail. Empty if it was sent to nobody.
    """

    def __init__(
        self, message: str, refused: Mapping[str, str] | None = None, *, hint: str | None = None
    ) -> None:
        given = refused or {}
        details = tuple(f"{recipient}: {answer}" for recipient, answer in given.items())
        super().__init__(Code.MAIL_REFUSED, message, details=details, hint=hint)
        self.refused: Mapping[str, str] = given


@final
class MailUnavailableError(MailError, Unavailable):
    """The mail server cannot be reached, does not answer in time, or cannot take the mail now.

    To the chains it is an outage, as `hostkit.Unavailable` is.

    Args:
        message: What happened.
        hint: What to do.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        CodedError.__init__(self, Code.MAIL_UNAVAILABLE, message, hint=hint)
        self.reason = message
