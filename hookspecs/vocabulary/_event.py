"""`Event`: what happens in a room."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hookspecs.vocabulary._json import JsonDict, JsonMapping


class Event(Protocol):
    """An event in a room; the host supplies it, and nobody may change it.

    The methods' own code is that of events which hold their members as attributes, as those do that
    come through the gateway.
    """

    @property
    def event_id(self) -> str:
        """What the event is referred to by."""

    @property
    def room_id(self) -> str:
        """The room it happens in."""

    @property
    def type(self) -> str:
        """What kind of event it is: ``"m.room.message"``."""

    @property
    def sender(self) -> str:
        """The user id of who sent it."""

    @property
    def origin_server_ts(self) -> int:
        """When its sender's server says it was sent, in milliseconds since the epoch."""

    @property
    def content(self) -> JsonMapping:
        """What it says."""

    @property
    def state_key(self) -> str:
        """Which state of its type it sets; an event that sets none has no such attribute."""

    def get_state_key(self) -> str | None:
        """The state key, or `None` if it sets no state."""
        return getattr(self, "state_key", None)

    def is_state(self) -> bool:
        """Whether it sets state of the room."""
        return self.get_state_key() is not None

    def get_dict(self) -> JsonDict:
        """The whole event as a JSON object, which the caller may change."""
        return copy.deepcopy(vars(self))
