"""`ReplacedEvent`: an event of which a module has replaced the fields."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn, final

from hookspecs.values import JsonDict, JsonMapping, UserID, copy_json
from hostkit.frozen import freeze

if TYPE_CHECKING:
    from collections.abc import Callable, ItemsView, KeysView

    from hookspecs.rooms import Event


@final
class ReplacedEvent:
    """An event of which a module has replaced the fields.

    What the fields do not contain, such as the event's id or other facts the host keeps about it,
    comes from the original event. What a host's event derives from its content follows the new
    content: properties and methods of the host's class are evaluated with this event, and an
    attribute that repeats a value of the content, such as ``rel_type``, repeats the new one.

    It is immutable, and its content too at any depth, which still consists of dicts and lists.

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
        self._keep(event, freeze(copy_json(fields)))

    def _keep(self, event: Event, fields: JsonMapping) -> None:
        origin = vars(event)["_origin"] if isinstance(event, ReplacedEvent) else event
        vars(self).update(_event=event, _origin=origin, _fields=fields)

    _event: Event
    _origin: Event
    _fields: JsonMapping

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

    user_id = sender

    @property
    def origin_server_ts(self) -> int:
        """When it is said to be sent, in milliseconds since the epoch."""
        time: int = self._fields.get("origin_server_ts", self._event.origin_server_ts)
        return time

    @property
    def content(self) -> JsonMapping:
        """The content."""
        content: JsonMapping = self._fields["content"]
        return content

    @property
    def membership(self) -> str | None:
        """What it makes of a member; `None` if its content does not say."""
        membership: str | None = self.content.get("membership")
        return membership

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
        fields: JsonDict = copy.deepcopy(dict(self._fields))
        return fields

    def get(self, key: str, default: Any = None) -> Any:
        """A field, for modules that read events as mappings."""
        return self._fields.get(key, default)

    def keys(self) -> KeysView[str]:
        """The names of its fields."""
        return self._fields.keys()

    def items(self) -> ItemsView[str, Any]:
        """Its fields."""
        return self._fields.items()

    def __getitem__(self, key: str) -> Any:
        return self._fields[key]

    def __contains__(self, key: object) -> bool:
        return key in self._fields

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReplacedEvent) and self._fields == other.get_dict()

    # Events are not compared by what stands in them where they are kept in sets.
    __hash__ = object.__hash__

    def __deepcopy__(self, memo: dict[int, Any]) -> ReplacedEvent:
        copied = object.__new__(ReplacedEvent)
        copied._keep(copy.deepcopy(self._event, memo), self._fields)
        return copied

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{name!r} cannot be set: an event is read-only")

    def __getattr__(self, name: str) -> Any:
        # `copy` and others look names with an underscore up before there are any fields, and a
        # state key that exists was found before this method is called.
        if name.startswith("_") or name == "state_key":
            raise _OwnAttributeError(name)
        return _follow(self, self._event, self._origin, name)


class _OwnAttributeError(AttributeError):
    """Something was asked for that only the host's own event has."""


def _follow(replaced: ReplacedEvent, event: Event, origin: Event, name: str) -> Any:
    """Read an attribute of the host's event as it is with the replaced fields.

    Args:
        replaced: The event with these fields.
        event: The event before, which may have been replaced, too.
        origin: The host's event.
        name: The attribute's name.
    """
    declared = inspect.getattr_static(type(origin), name, None)
    if isinstance(declared, FunctionType):
        return _method(declared, replaced, origin)
    derive = _getter(declared)
    if derive is not None:
        try:
            return derive(replaced)
        except _OwnAttributeError:
            pass  # it reads what the host's event keeps for itself
    if name in replaced:
        return replaced[name]
    value = getattr(event, name)
    was, is_now = _find(event.content, name), _find(replaced.content, name)
    repeats = value is None if was is None else value == was[0]
    if repeats and (was is not None or is_now is not None):
        return None if is_now is None else is_now[0]
    return value


def _getter(declared: Any) -> Callable[[Any], Any] | None:
    match declared:
        case property():
            return declared.fget
        case functools.cached_property():
            return declared.func
        case _:
            return None


def _method(function: FunctionType, replaced: ReplacedEvent, event: Event) -> Callable[..., Any]:
    """Bind a method of the host's event to the replaced one, or else to the original."""

    @functools.wraps(function)
    def method(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(replaced, *args, **kwargs)
        except _OwnAttributeError:
            return function(event, *args, **kwargs)

    return method


def _find(content: Any, name: str) -> tuple[Any] | None:
    """Find a value in a content by its key, of which only what follows the last dot may be given.

    Returns:
        It alone in a tuple, or `None` if there is none.
    """
    if not isinstance(content, Mapping):
        return None
    for key, value in content.items():
        if key == name or key.rpartition(".")[2] == name:
            return (value,)
    inner = (_find(value, name) for value in content.values())
    return next((found for found in inner if found is not None), None)


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
