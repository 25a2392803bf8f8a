"""`Session`: a device on which somebody is logged in."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import attrs

from hookspecs import Requester, UserID

if TYPE_CHECKING:
    from homeserver.account import Account


@attrs.frozen
class Session:
    """A device on which somebody is logged in.

    Attributes:
        number: How many there were before it.
        account: Who is logged in.
        device_id: The device.
        token: What its requests carry.
        sent: The ids of the events it has sent, by what it calls them.
    """

    number: int
    account: Account
    device_id: str
    token: str = attrs.field(factory=lambda: secrets.token_urlsafe(24), repr=False)
    sent: dict[tuple[str, ...], str] = attrs.field(factory=dict)

    @property
    def user_id(self) -> str:
        """Who is logged in."""
        return self.account.user_id

    @property
    def requester(self) -> Requester:
        """Who is logged in, as modules are told."""
        user = UserID.from_string(self.user_id)
        return Requester(user, access_token_id=self.number, device_id=self.device_id)
