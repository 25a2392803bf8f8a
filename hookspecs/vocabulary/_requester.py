"""`Requester`: who asks for something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import attrs

if TYPE_CHECKING:
    from hookspecs.vocabulary._user_id import UserID


@final
@attrs.frozen
class Requester:
    """Who makes a request, and through what.

    Attributes:
        user: The user.
        access_token_id: The host's number for the access token, if one was used.
        is_guest: Whether it is a guest.
        device_id: The user's device, if it is known.
        app_service: The host's object for the application service that acts for the user, if one
            does.
    """

    user: UserID
    access_token_id: int | None = None
    is_guest: bool = False
    device_id: str | None = None
    app_service: Any = None
