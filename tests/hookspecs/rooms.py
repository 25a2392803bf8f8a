"""Events in rooms, as a host has them, a requester, and a host's own exception."""

from __future__ import annotations

import copy
from typing import Any, Final

import attrs

from hookspecs import Event, JsonDict, Requester, StateMap, UserID

from .spam import FakeEvent


@attrs.frozen
class FakeMessage:
    """An event that sets no state, with something that only this host knows of it."""

    event_id: str = "$1"
    room_id: str = "!room:hs"
    type: str = "m.room.message"
    sender: str = "@ann:hs"
    origin_server_ts: int = 1
    content: JsonDict = attrs.field(factory=lambda: {"body": "hi", "tags": ["a"]})
    depth: int = 7

    @property
    def state_key(self) -> str:
        raise AttributeError("state_key")

    @property
    def membership(self) -> str | None:
        return self.content.get("membership")

    def get_state_key(self) -> str | None:
        return None

    def is_state(self) -> bool:
        return False

    def get_dict(self) -> JsonDict:
        names = ("room_id", "type", "sender", "origin_server_ts", "content")
        return {name: copy.deepcopy(getattr(self, name)) for name in names}


@attrs.frozen
class FakeTopic(FakeEvent):
    """An event that sets the state ``m.room.topic``."""

    event_id: str = "$2"
    type: str = "m.room.topic"
    sender: str = "@ann:hs"
    origin_server_ts: int = 2
    content: JsonDict = attrs.field(factory=lambda: {"topic": "roses"})
    state_key: str = ""


MESSAGE: Final[Event] = FakeMessage()
TOPIC: Final[Event] = FakeTopic()
STATE: Final[StateMap[Event]] = {("m.room.topic", ""): TOPIC}
REQUESTER: Final = Requester(UserID("ann", "hs"))


def saying(body: str, event: Event = MESSAGE, **fields: Any) -> JsonDict:
    """Write what an event could be replaced with."""
    return {**event.get_dict(), "content": {"body": body}, **fields}


class HostsOwnError(Exception):
    """What a host has that does not know our exceptions: a status, a code, and more."""

    def __init__(self, code: Any = 429, errcode: Any = "M_LIMIT_EXCEEDED", **extra: Any) -> None:
        super().__init__(code, errcode)
        self.code = code
        self.errcode = errcode
        self.extra = extra
