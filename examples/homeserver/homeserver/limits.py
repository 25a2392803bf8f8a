"""What events and identifiers may look like; everything else is refused before modules see it."""

import json
from typing import Any

from homeserver.homeserver import Event
from hookspecs import Codes, UserID
from hostkit.web import HttpError

_LONGEST_EVENT = 65_536  # bytes
_LONGEST_NAME = 255  # bytes, of identifiers, types and state keys
_LARGEST = 2**53 - 1  # other numbers are not the same everywhere


def check_event(event: Event) -> None:
    """Refuse what other servers and clients could not read.

    Raises:
        HttpError: Status 400 for numbers that are not exact everywhere, 413 for what is too large,
            and 403 for the state of another user.
    """
    _check_numbers(event.content)
    for name, value in (("type", event.type), ("state_key", event.get_state_key() or "")):
        if len(value.encode()) > _LONGEST_NAME:
            raise HttpError(413, Codes.TOO_LARGE, f"'{name}' too large")
    if len(json.dumps(event.get_dict(), ensure_ascii=False).encode()) > _LONGEST_EVENT:
        raise HttpError(413, Codes.TOO_LARGE, "event too large")
    owner = event.get_state_key() or ""
    if owner.startswith("@") and owner != event.sender and event.type != "m.room.member":
        raise HttpError(403, Codes.FORBIDDEN, "You are not allowed to set others state")


def check_user_id(user_id: str) -> None:
    """Refuse what is not the id of a user.

    Raises:
        HttpError: Status 400.
    """
    if not UserID.is_valid(user_id) or len(user_id.encode()) > _LONGEST_NAME:
        raise HttpError(400, Codes.INVALID_PARAM, f"{user_id!r} is not a valid user id")


def _check_numbers(value: Any) -> None:
    match value:
        case dict():
            for each in value.values():
                _check_numbers(each)
        case list():
            for each in value:
                _check_numbers(each)
        case float():
            raise HttpError(400, Codes.BAD_JSON, "Bad JSON value: float")
        case int() if abs(value) > _LARGEST:
            raise HttpError(400, Codes.BAD_JSON, "JSON integer out of range")
        case _:
            pass
