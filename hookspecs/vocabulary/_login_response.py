"""`LoginResponse`: what a client is told after logging in."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from hookspecs.vocabulary._json import JsonDict


class LoginResponse(TypedDict, total=False):
    """What a client is told after logging in; not every login has all of it."""

    user_id: str
    access_token: str | None
    home_server: str
    expires_in_ms: int | None
    refresh_token: str | None
    device_id: str | None
    well_known: JsonDict | None
