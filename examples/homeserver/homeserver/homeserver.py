"""`Homeserver`: its hooks, and its state in memory."""

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
