"""Events: what hooks are given, and what a module can replace one with."""

from __future__ import annotations

import copy
import logging
import reprlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar, final

from hookspecs.values import JsonDict, JsonMapping, UserID, copy_json
from hostkit import CONTINUE, current_module
from hostkit.rules import Replace

if TYPE_CHECKING:
    from hostkit.rules import Continue

_T = TypeVar("_T")

StateMap: TypeAlias = Mapping[tuple[str, str], _T]
"""The state of a room by event type and state key: ``StateMap[Event]``."""

EVENT_ALLOWED: Final[tuple[bool, JsonDict | None]] = (True, None)
"""The event goes on unchanged."""
EVENT_REFUSED: Final[tuple[bool, JsonDict | None]] = (False, None)
"""The event goes no further."""

_log: Final = logging.getLogger("hostkit.modules")
# Per process, as every event would repeat the warning.
_reported: Final[set[str | None]] = set()


class Event(Protocol):
    """An event in a room; the host supplies it, and it must not be changed.

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


@final
class ReplacedEvent:
    """An event of which a module has replaced the fields.

    What the fields do not contain, such as the event's id or other facts the host keeps about it,
    comes from the original event. It is immutable: each access returns a copy.

    Args:
        event: The original event.
        fields: The whole event as a JSON object, as the module wants it.

    Raises:
        TypeError: The fields are not a JSON object.
        ValueError: Room, type or state key differ from the original, the sender is of another
            server, the time is not a number, or there is no content.
    """

    def __init__(self, event: Event, fields: JsonDict) -> None:
        _check_same(event, fields)
        self._event = event
        self._fields: JsonDict = copy_json(fields)

    @property
    def event_id(self) -> str:
        """The identifier of the original event; the host will assign another one."""
        return self._event.event_id

    @property
    def room_id(self) -> str:
        """The room it happens in."""
        return self._event.room_id

    @property
    def type(self) -> str:
        """The type of event."""
        return self._event.type

    @property
    def sender(self) -> str:
        """The user id of the sender."""
        sender: str = self._fields["sender"]
        return sender

    @property
    def origin_server_ts(self) -> int:
        """When it is said to be sent, in milliseconds since the epoch."""
        time: int = self._fields.get("origin_server_ts", self._event.origin_server_ts)
        return time

    @property
    def content(self) -> JsonMapping:
        """The content."""
        content: JsonMapping = copy_json(self._fields["content"])
        return content

    @property
    def state_key(self) -> str:
        """Which state of its type it sets; the attribute is missing if it sets none."""
        return self._event.state_key

    def get_state_key(self) -> str | None:
        """The state key, or `None` if it does not set state."""
        return self._event.get_state_key()

    def is_state(self) -> bool:
        """Whether it sets state of the room."""
        return self._event.is_state()

    def get_dict(self) -> JsonDict:
        """The whole event as a JSON object, which the caller may change."""
        fields: JsonDict = copy_json(self._fields)
        return fields

    def get(self, key: str, default: Any = None) -> Any:
        """A field, for modules that read events as mappings."""
        return copy_json(self._fields[key]) if key in self._fields else default

    def __getitem__(self, key: str) -> Any:
        return copy_json(self._fields[key])

    def __contains__(self, key: object) -> bool:
        return key in self._fields

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReplacedEvent) and self._fields == other.get_dict()

    # Events are not compared by what stands in them where they are kept in sets.
    __hash__ = object.__hash__

    def __getattr__(self, name: str) -> Any:
        # `copy` and others look names with an underscore up before there are any fields, and a
        # state key that exists was found before this method is called.
        if name.startswith("_") or name == "state_key":
            raise AttributeError(name)
        return self[name] if name in self else getattr(self._event, name)


def _check_same(event: Event, fields: JsonDict) -> None:
    was = {"room_id": event.room_id, "type": event.type, "state_key": event.get_state_key()}
    for name, value in was.items():
        # The dict of a host's event may lack what the event has as an attribute.
        if fields.get(name) != value and (name in fields or name in event.get_dict()):
            raise ValueError(f"its {name} must stay {value!r}, not become {fields.get(name)!r}")
    server, sender = _server(event.sender), fields.get("sender")
    if not isinstance(sender, str) or not UserID.is_valid(sender) or _server(sender) != server:
        raise ValueError(f"its sender must stay a user of {server}, not become {sender!r}")
    if not isinstance(fields.get("content"), Mapping):
        raise ValueError("it must have a content")  # noqa: TRY004 -- one kind for all of them
    if type(fields.get("origin_server_ts", 0)) is not int:
        raise ValueError("its origin_server_ts is a number of milliseconds")


def _server(user_id: str) -> str:
    return UserID.from_string(user_id).domain


def read_event_allowed(value: Any) -> tuple[bool, JsonDict | None] | Replace | Continue:
    """Read whether an event is allowed, and what it is replaced with.

    The first of the pair refuses if it is `False`; anything else allows, and is logged once for a
    module if it is not `True`. A dict as the second replaces the event.

    Raises:
        TypeError: It is not a pair, or the dict is not a JSON object.
    """
    if not (isinstance(value, tuple | list) and len(value) == 2):  # noqa: PLR2004 -- a pair
        raise TypeError("an answer is a tuple of a bool, and a dict or None")
    allowed, fields = value
    if allowed is False:
        return EVENT_REFUSED
    if isinstance(fields, Mapping):
        # The module keeps its dict. Neither the event that later modules are asked about nor the
        # caller's result may change with it.
        kept = copy_json(fields)
        return Replace(lambda event: ReplacedEvent(event, kept), (True, kept))
    if allowed is not True or fields is not None:
        _report_once(value)
    return CONTINUE


def _report_once(value: Any) -> None:
    """Log the first pair of each module that counts as allowed but has no defined meaning."""
    module = current_module()
    if module not in _reported:
        _reported.add(module)
        _log.getChild(str(module)).warning(
            "module %s answers check_event_allowed with %s, which counts as allowed; "
            "return (False, None) to refuse, (True, None) or (True, event.get_dict()) to allow",
            module,
            reprlib.repr(value),
        )
