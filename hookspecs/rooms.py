"""Events in rooms, and the state of rooms, as hooks are given them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Protocol, TypeAlias, TypeVar

from hookspecs.values import JsonDict, JsonMapping  # noqa: TC001 -- the gateway evaluates them

_T = TypeVar("_T")

StateMap: TypeAlias = Mapping[tuple[str, str], _T]
"""The state of a room by event type and state key: ``StateMap[Event]``."""


class Event(Protocol):
    """An event in a room; the host supplies it, and it must not be changed.

    A host may make its content read-only with `hostkit.frozen.freeze`: a module that tries to
    change it then gets a `TypeError`, and it still is a dict of dicts and lists.

    The bodies of the methods are for events that hold their members as attributes, such as those
    that come through the gateway.
    """

    @property
    def event_id(self) -> str:
        """The identifier of the event."""

    @property
    def room_id(self) -> str:
        """The room it happens in."""

    @property
    def type(self) -> str:
        """The type of event: ``"m.room.message"``."""

    @property
    def sender(self) -> str:
        """The user id of the sender."""

    @property
    def origin_server_ts(self) -> int:
        """When it was sent according to the sender's server, in milliseconds since the epoch."""

    @property
    def content(self) -> JsonMapping:
        """The content."""

    @property
    def membership(self) -> str | None:
        """What it makes of a member, such as ``"join"``; `None` if its content does not say."""
        membership: str | None = self.content.get("membership")
        return membership

    @property
    def state_key(self) -> str:
        """Which state of its type it sets; the attribute is missing if it sets none."""

    def get_state_key(self) -> str | None:
        """The state key, or `None` if it does not set state."""
        return getattr(self, "state_key", None)

    def is_state(self) -> bool:
        """Whether it sets state of the room."""
        return self.get_state_key() is not None

    def get_dict(self) -> JsonDict:
        """The whole event as a JSON object, which the caller may change."""
        return copy.deepcopy(vars(self))
