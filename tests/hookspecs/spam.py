"""Hosts with spam checkers, and what to ask them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

import attrs

from hookspecs import (
    NOT_SPAM,
    Codes,
    Event,
    FileInfo,
    JsonDict,
    RegistrationBehaviour,
    RoomAlias,
    SpamChecker,
    UserProfile,
)
from hostkit import Host

from . import hosting

FORBIDDEN: Final[tuple[Codes, JsonDict]] = (Codes.FORBIDDEN, {})


@attrs.frozen
class FakeEvent:
    """An invitation, of which a test may change anything."""

    event_id: str = "$1"
    room_id: str = "!room:hs"
    type: str = "m.room.member"
    sender: str = "@ann:away"
    origin_server_ts: int = 1
    content: JsonDict = attrs.field(factory=lambda: {"membership": "invite"})
    state_key: str = "@bob:hs"

    @property
    def membership(self) -> str | None:
        return self.content.get("membership")

    def get_state_key(self) -> str | None:
        return self.state_key

    def is_state(self) -> bool:
        return True

    def get_dict(self) -> JsonDict:
        return attrs.asdict(self)


@attrs.frozen
class FakeFileInfo:
    """A file that was uploaded here."""

    server_name: str | None = None
    file_id: str = "f"
    url_cache: bool = False


@attrs.frozen
class FakeFile:
    """A file of which the content is not read."""

    path: str = "/f"


EVENT: Final[Event] = FakeEvent()
FILE_INFO: Final[FileInfo] = FakeFileInfo()
PROFILE: Final[UserProfile] = {"user_id": "@bob:hs", "display_name": "Bob", "avatar_url": None}
ALIAS: Final = RoomAlias("garden", "hs")

EVENT_CHECKS: Final = ("check_event_for_spam",)
DROPS: Final = ("should_drop_federated_event",)
MAYS: Final = (
    "user_may_join_room",
    "user_may_invite",
    "federated_user_may_invite",
    "user_may_send_3pid_invite",
    "user_may_create_room",
    "user_may_create_room_alias",
    "user_may_publish_room",
)
MEDIA_CHECKS: Final = ("check_media_file_for_spam",)
STRICT: Final = ("user_may_send_state_event", "check_login_for_spam")
VERDICTS: Final = (*EVENT_CHECKS, *MAYS, *MEDIA_CHECKS, *STRICT)

ARGUMENTS: Final[Mapping[str, tuple[Any, ...]]] = {
    "check_event_for_spam": (EVENT,),
    "should_drop_federated_event": (EVENT,),
    "user_may_join_room": ("@ann:hs", "!room:hs", True),
    "user_may_invite": ("@ann:hs", "@bob:hs", "!room:hs"),
    "federated_user_may_invite": (EVENT,),
    "user_may_send_3pid_invite": ("@ann:hs", "email", "bob@example.org", "!room:hs"),
    "user_may_create_room": ("@ann:hs", {"name": "Garden"}),
    "user_may_create_room_alias": ("@ann:hs", ALIAS),
    "user_may_publish_room": ("@ann:hs", "!room:hs"),
    "user_may_send_state_event": ("@ann:hs", "!room:hs", "m.room.name", "", {"name": "Garden"}),
    "check_username_for_spam": (PROFILE, "@ann:hs"),
    "check_registration_for_spam": (None, "ann", [("curl", "127.0.0.1")], "sso"),
    "check_media_file_for_spam": (FakeFile(), FILE_INFO),
    "check_login_for_spam": ("@ann:hs", "PHONE", None, [("curl", "127.0.0.1")], "sso"),
}
DEFAULTS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(ARGUMENTS, NOT_SPAM),
    "should_drop_federated_event": False,
    "check_username_for_spam": False,
    "check_registration_for_spam": RegistrationBehaviour.ALLOW,
}
DENIALS: Final[Mapping[str, Any]] = {
    **{hook: (Codes.USER_LOCKED, {"hook": hook}) for hook in ARGUMENTS},
    "should_drop_federated_event": "because",
    "check_username_for_spam": True,
    "check_registration_for_spam": RegistrationBehaviour.SHADOW_BAN,
}
"""For each hook a denial that is its own result."""


host_of = functools.partial(hosting.host_of, SpamChecker)
"""Build a host with a module for each mapping of hooks to callbacks; the first is ``a``."""


def call(host: Host, hook: str, *arguments: Any) -> Any:
    """Call a hook, with arguments that suit it unless others are given."""
    return hosting.call(host, hook, *(arguments or ARGUMENTS[hook]))


def ask(hook: str, *callbacks: Any) -> Any:
    """Call a hook for which each of some modules has registered a callback."""
    return call(hosting.chain_of(SpamChecker, hook, *callbacks), hook)
