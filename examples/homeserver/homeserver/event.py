"""`Event`: what happens in a room."""

from __future__ import annotations

import copy
import json
import secrets
import time
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from hookspecs import JsonDict, JsonMapping


def _new_id() -> str:
    return f"${secrets.token_urlsafe(16)}"


def _own(content: JsonMapping) -> JsonMapping:
    """Copy what an event says, so that nobody changes it later.

    Raises:
        TypeError, ValueError: A module has put something into it that is no JSON.
    """
    return MappingProxyType(json.loads(json.dumps(dict(content), allow_nan=False)))


def now_ms() -> int:
    """Tell the time, in milliseconds since the epoch."""
    return int(time.time() * 1000)


@attrs.frozen(eq=False)
class Event:
    """What happens in a room, as modules see it: it has all that `hookspecs.Event` asks for."""

    room_id: str
    type: str
    sender: str
    content: JsonMapping = attrs.field(converter=_own)
    _state_key: str | None = None
    origin_server_ts: int = attrs.field(factory=now_ms)
    event_id: str = attrs.field(factory=_new_id)

    @property
    def state_key(self) -> str:
        """Which state of its type it sets; an event that sets none has no such attribute."""
        if self._state_key is None:
            raise AttributeError("state_key")
        return self._state_key

    def get_state_key(self) -> str | None:
        """The state key, or `None` if it sets no state."""
        return self._state_key

    def is_state(self) -> bool:
        """Whether it sets state of the room."""
        return self._state_key is not None

    def get_dict(self) -> JsonDict:
        """The whole event but for its id as a JSON object, which the caller may change."""
        fields = {
            "room_id": self.room_id,
            "type": self.type,
            "sender": self.sender,
            "content": copy.deepcopy(dict(self.content)),
            "origin_server_ts": self.origin_server_ts,
        }
        return fields | ({"state_key": self._state_key} if self.is_state() else {})

    def replaced(self, fields: JsonDict) -> Event:
        """Make the event that a module wants instead; it has another id.

        Args:
            fields: What `check_event_allowed` gave: room, type and state key are as they were.
        """
        time_ms = fields.get("origin_server_ts", self.origin_server_ts)
        return attrs.evolve(
            self,
            sender=fields["sender"],
            content=fields["content"],
            origin_server_ts=time_ms,
            event_id=_new_id(),
        )

    def for_client(self) -> JsonDict:
        """What clients are given."""
        return self.get_dict() | {"event_id": self.event_id}
