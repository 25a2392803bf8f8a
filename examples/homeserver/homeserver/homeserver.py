"""The homeserver in memory: its hooks, accounts, and rooms with their events."""

import copy
import hashlib
import hmac
import secrets
import time
from collections import defaultdict
from types import MappingProxyType
from typing import Final

import attrs

import hookspecs
from hookspecs import Codes, JsonDict, JsonMapping, Requester, StateMap, UserPresenceState
from hostkit import Host
from hostkit.frozen import freeze
from hostkit.host import HostOptions
from hostkit.web import HttpError


def now_ms() -> int:
    """The current time, in milliseconds since the epoch."""
    return int(time.time() * 1000)


@attrs.frozen(eq=False)
class Event(hookspecs.Event):
    """An event in a room, as modules see it."""

    room_id: str
    type: str
    sender: str
    content: JsonMapping = attrs.field(converter=freeze)
    _state_key: str | None = None
    origin_server_ts: int = attrs.field(factory=now_ms)
    event_id: str = attrs.field(factory=lambda: f"${secrets.token_urlsafe(16)}")

    @property
    def state_key(self) -> str:
        """Which state of its type it sets; the attribute is missing if it sets none."""
        if self._state_key is None:
            raise AttributeError("state_key")
        return self._state_key

    def get_dict(self) -> JsonDict:
        """The whole event as a JSON object, which the caller may change."""
        names = ("event_id", "room_id", "type", "sender", "origin_server_ts")
        fields = {name: getattr(self, name) for name in names}
        fields["content"] = copy.deepcopy(dict(self.content))
        return fields | ({"state_key": self._state_key} if self.is_state() else {})


@attrs.define
class Room:
    """A room: its events in order, and the state that results from them."""

    room_id: str
    timeline: list[Event] = attrs.field(factory=list)
    _state: dict[tuple[str, str], Event] = attrs.field(factory=dict)

    @property
    def state(self) -> StateMap[Event]:
        """A snapshot of the state; later events do not change it."""
        return MappingProxyType(dict(self._state))

    def add(self, event: Event) -> None:
        """Store an event."""
        self.timeline.append(event)
        if event.is_state():
            self._state[event.type, event.state_key] = event

    def membership(self, user_id: str) -> str | None:
        """Whether a user has joined (``"join"``), is invited (``"invite"``), or neither."""
        event = self._state.get(("m.room.member", user_id))
        return None if event is None else event.content.get("membership")

    def check_joined(self, user_id: str) -> None:
        """Refuse a request if a user is not in the room."""
        if self.membership(user_id) != "join":
            raise HttpError(403, Codes.FORBIDDEN, f"{user_id} is not in {self.room_id}")


OPTIONS: Final[HostOptions] = {
    # Only categories whose hooks are called, so that no module registers in vain.
    "categories": (
        hookspecs.SpamChecker,
        hookspecs.ThirdPartyRules,
        hookspecs.AccountValidity,
        hookspecs.PasswordAuthProvider,
        hookspecs.PresenceRouter,
    ),
    "reserved_paths": hookspecs.RESERVED_PATHS,
    "recommended_path": hookspecs.RECOMMENDED_PATH,
}
"""The options of `hostkit.Host`, besides the file."""


@attrs.define
class Account:
    """A user who can log in; without a password, only through a module."""

    user_id: str
    display_name: str
    is_shadow_banned: bool
    _scrambled: bytes | None = attrs.field(default=None, repr=False)

    def set_password(self, password: str) -> None:
        """Store a hash of the password."""
        self._scrambled = self._scramble(password)

    def has_password(self, password: str) -> bool:
        """Whether this is the account's password."""
        known = self._scrambled
        return known is not None and hmac.compare_digest(known, self._scramble(password))

    def _scramble(self, password: str) -> bytes:
        # Takes some milliseconds, for which a larger host would use a thread.
        return hashlib.scrypt(password.encode(), salt=self.user_id.encode(), n=2**12, r=8, p=1)


class Homeserver:
    """The hooks by short names, and all state, which lasts until the process ends.

    Args:
        host: The modules, built, with `OPTIONS`.
        name: The server's name, with which the ids of users and rooms end.
        has_passwords: Whether people may log in with a password.
    """

    def __init__(self, host: Host, name: str, *, has_passwords: bool = True) -> None:
        self.spam = host.hooks[hookspecs.SpamChecker]
        self.rules = host.hooks[hookspecs.ThirdPartyRules]
        self.validity = host.hooks[hookspecs.AccountValidity]
        self.auth = host.hooks[hookspecs.PasswordAuthProvider]
        self.router = host.hooks[hookspecs.PresenceRouter]
        self.name = name
        self.has_passwords = has_passwords
        self.accounts: dict[str, Account] = {}
        self.sessions: dict[str, Requester] = {}  # by access token
        self.rooms: dict[str, Room] = {}
        self.presence: dict[str, UserPresenceState] = {}
        # Presence that modules route to users: by the user who receives it, and the user it is of.
        self.routed: defaultdict[str, dict[str, UserPresenceState]] = defaultdict(dict)

    def room(self, room_id: str) -> Room:
        """Find a room, or answer that there is none."""
        if room_id not in self.rooms:
            raise HttpError(404, hookspecs.Codes.NOT_FOUND, "No such room")
        return self.rooms[room_id]
