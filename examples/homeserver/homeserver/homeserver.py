"""`Homeserver`: its modules, and all that it remembers."""

import hashlib
import hmac
from collections import defaultdict
from typing import Final

import attrs

import hookspecs
from homeserver.room import Room
from hookspecs import Requester, UserPresenceState
from hostkit import Host
from hostkit.host import HostOptions
from hostkit.web import HttpError

OPTIONS: Final[HostOptions] = {
    # There is no use in callbacks that are never called, so modules cannot register any others.
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
"""What `hostkit.Host` is made with, besides the file."""


@attrs.define
class Account:
    """Somebody who can log in; without a password only modules can let them in."""

    user_id: str
    display_name: str
    is_shadow_banned: bool
    _scrambled: bytes | None = attrs.field(default=None, repr=False)

    def set_password(self, password: str) -> None:
        """Keep what shows whether a password is the right one."""
        self._scrambled = self._scramble(password)

    def has_password(self, password: str) -> bool:
        """Tell whether this is the account's password."""
        known = self._scrambled
        return known is not None and hmac.compare_digest(known, self._scramble(password))

    def _scramble(self, password: str) -> bytes:
        # Takes some milliseconds, for which a larger host would use a thread.
        return hashlib.scrypt(password.encode(), salt=self.user_id.encode(), n=2**12, r=8, p=1)


class Homeserver:
    """The hooks, by the short names that they have here, and what there is until it stops.

    Args:
        host: The modules, built, with `OPTIONS`.
        name: What the ids of users and rooms end with.
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
        # What modules want users to be told besides: by who is told, and about whom.
        self.routed: defaultdict[str, dict[str, UserPresenceState]] = defaultdict(dict)

    def room(self, room_id: str) -> Room:
        """Find a room, or answer that there is none."""
        if room_id not in self.rooms:
            raise HttpError(404, hookspecs.Codes.NOT_FOUND, "No such room")
        return self.rooms[room_id]
