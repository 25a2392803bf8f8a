"""`ThirdPartyRules`: what a deployment allows besides what its users are permitted."""

from __future__ import annotations

from typing import Final, Literal

from hookspecs.errors import Codes, HomeserverError, describe_error, is_homeserver_error
from hookspecs.events import EVENT_ALLOWED, EVENT_REFUSED, read_event_allowed
from hookspecs.rooms import Event, StateMap
from hookspecs.values import JsonDict, ProfileInfo, Requester
from hookspecs.verdicts import read_permission
from hostkit import Category, hookspec, rules
from hostkit.specs import also_named

# As in the homeserver, a module that fails does not refuse: `on_error: deny` is for that.
_PERMISSION: Final = rules.FirstDenial(
    read=read_permission, allow=True, denial=False, on_error="continue"
)


def room_refused() -> HomeserverError:
    """Make the exception that refuses a room when a module has raised another."""
    # One for each call: a shared exception would collect the causes and notes of all of them.
    return HomeserverError(403, "A module does not let this room be created", Codes.UNKNOWN)


_ROOM: Final = rules.Notify(
    on_error="deny", denial=room_refused, veto=is_homeserver_error, describe=describe_error
)


def event_rule(replacing: Literal["ask", "stop"]) -> rules.FirstDenial:
    """Make the rule of `check_event_allowed`.

    Args:
        replacing: Whether modules are asked about an event that was replaced, or not at all.
    """
    return rules.FirstDenial(
        read=read_event_allowed,
        allow=EVENT_ALLOWED,
        denial=EVENT_REFUSED,
        replaces="event",
        replacing=replacing,
        # A module that relies on the last word of a replacement does not expect to be asked twice.
        asks_again=replacing == "ask",
        veto=is_homeserver_error,
        describe=describe_error,
    )


class ThirdPartyRules(Category):
    """Callbacks that allow or refuse what users do, and that are notified of it.

    To refuse with an answer of its own, a module may raise `HomeserverError`, or any exception with
    an HTTP status as `code` and a string as `errcode`, where a hook says so.

    A host whose modules count on having the last word with a replacement has the category
    `LegacyThirdPartyRules` in the place of this one.
    """

    @hookspec(event_rule("ask"), added="1.39", shield=True)
    async def check_event_allowed(
        self, event: Event, state_events: StateMap[Event]
    ) -> tuple[bool, JsonDict | None]:
        """Called for each event that is about to be made here, and for each knock.

        `state_events` is the state of the room before it. The answer is a pair. If the first is
        `False`, the event is refused with status 403; otherwise the next module is asked. A dict as
        the second, such as a changed `event.get_dict()`, replaces the event: the modules after it
        are asked about the replaced one. Room, type and state key must stay as they were, and the
        sender a user of the same server.

        The modules are asked in order until one refuses; any of them may, also one after a
        replacement. The result is `(False, None)`, or `(True, fields)` with the last replacement,
        or `(True, None)`. Modules that only decided about an event that was replaced later are
        asked again about the last one, once; one that then wants to replace it gives an invalid
        answer.

        A `HomeserverError` refuses the event with the answer it says. Any other exception, and any
        other answer, goes to the caller as a `ModuleFailedError`: the event is neither allowed nor
        refused.
        """

    @also_named(config="request_content")
    @hookspec(_ROOM, added="1.39")
    async def on_create_room(
        self,
        requester: Requester,
        request_content: JsonDict,
        is_requester_admin: bool,  # noqa: FBT001 -- what modules are given
    ) -> None:
        """Called before a room is created.

        `request_content` is what the client asked for. All modules, and then the host, get the same
        dict, so a module may change it. To refuse the room, a module raises `HomeserverError`.
        Return values are ignored.

        The modules are notified in order until one raises.

        A `HomeserverError` goes to the caller as it is, and any other exception as one with status
        403 and the code `UNKNOWN`.
        """

    @hookspec(_PERMISSION, added="1.39", shield=True)
    async def check_threepid_can_be_invited(
        self, medium: str, address: str, state_events: StateMap[Event]
    ) -> bool:
        """Called before a person is invited by a third-party address, such as one for e-mail.

        `state_events` is the state of the room. `False` refuses the invitation with status 403, and
        `True` lets the next module be asked.

        The modules are asked in order until one refuses. The result is `False` if one did, or else
        `True`.

        An answer other than `True` or `False`, and an exception, is logged, and the next module is
        asked.
        """

    @hookspec(_PERMISSION, added="1.39", shield=True)
    async def check_visibility_can_be_modified(
        self, room_id: str, state_events: StateMap[Event], new_visibility: str
    ) -> bool:
        """Called before a room is put into the public directory, or taken out of it.

        `new_visibility` is `"public"` or `"private"`; `state_events` is the state of the room.
        `False` refuses the change with status 403, and `True` lets the next module be asked.

        The modules are asked in order until one refuses. The result is `False` if one did, or else
        `True`.

        An answer other than `True` or `False`, and an exception, is logged, and the next module is
        asked.
        """

    @hookspec(_PERMISSION, added="1.55", shield=True)
    async def check_can_shutdown_room(self, user_id: str | None, room_id: str) -> bool:
        """Called before an administrator shuts a room down.

        `user_id` is the administrator, if one is known. `False` refuses it with status 403, and
        `True` lets the next module be asked.

        The modules are asked in order until one refuses. The result is `False` if one did, or else
        `True`.

        An answer other than `True` or `False`, and an exception, is logged, and the next module is
        asked.
        """

    @hookspec(_PERMISSION, added="1.55", shield=True)
    async def check_can_deactivate_user(self, user_id: str, by_admin: bool) -> bool:  # noqa: FBT001 -- what modules are given
        """Called before an account is deactivated, by its user or by an administrator.

        `False` refuses it with status 403, and `True` lets the next module be asked.

        The modules are asked in order until one refuses. The result is `False` if one did, or else
        `True`.

        An answer other than `True` or `False`, and an exception, is logged, and the next module is
        asked.
        """

    @hookspec(rules.Notify(), added="1.47")
    async def on_new_event(self, event: Event, state_events: StateMap[Event]) -> None:
        """Called after an event was stored, in every process of the host.

        `state_events` is the state of the room after it, which may not be complete. The host waits
        for all modules before it notifies its own clients, so they should be quick. Return values
        are ignored. All modules are notified, in order.

        An exception is logged, and the next module is notified.
        """

    @hookspec(rules.Notify(), added="1.54")
    async def on_profile_update(
        self,
        user_id: str,
        new_profile: ProfileInfo,
        by_admin: bool,  # noqa: FBT001 -- what modules are given
        deactivation: bool,  # noqa: FBT001
    ) -> None:
        """Called after the name or the picture of a local user has changed.

        `deactivation` says that it happened because the account was deactivated. Return values are
        ignored. All modules are notified, in order.

        An exception is logged, and the next module is notified.
        """

    @hookspec(rules.Notify(), added="1.54")
    async def on_user_deactivation_status_changed(
        self,
        user_id: str,
        deactivated: bool,  # noqa: FBT001 -- what modules are given
        by_admin: bool,  # noqa: FBT001
    ) -> None:
        """Called after an account was deactivated, or made active again.

        Return values are ignored. All modules are notified, in order.

        An exception is logged, and the next module is notified.
        """

    @hookspec(
        rules.Notify(),
        added="1.56",
        deprecated="register for on_add_user_third_party_identifier instead",
    )
    async def on_threepid_bind(self, user_id: str, medium: str, address: str) -> None:
        """Called after `on_add_user_third_party_identifier`, with the same arguments.

        Return values are ignored. All modules are notified, in order.

        An exception is logged, and the next module is notified.
        """

    @hookspec(rules.Notify(), added="1.79")
    async def on_add_user_third_party_identifier(
        self, user_id: str, medium: str, address: str
    ) -> None:
        """Called after a third-party address, such as one for e-mail, was added to an account.

        Return values are ignored. All modules are notified, in order.

        An exception is logged, and the next module is notified.
        """

    @hookspec(rules.Notify(), added="1.79")
    async def on_remove_user_third_party_identifier(
        self, user_id: str, medium: str, address: str
    ) -> None:
        """Called after a third-party address was removed from an account.

        Return values are ignored. All modules are notified, in order.

        An exception is logged, and the next module is notified.
        """


class LegacyThirdPartyRules(ThirdPartyRules):
    """`ThirdPartyRules` for hosts whose modules rely on having the last word with a replacement."""

    # Modules register for either in the same way.
    name = ThirdPartyRules.name

    @hookspec(event_rule("stop"), added="1.39", shield=True)
    async def check_event_allowed(
        self, event: Event, state_events: StateMap[Event]
    ) -> tuple[bool, JsonDict | None]:
        """Called for each event that is about to be made here, and for each knock.

        As in `ThirdPartyRules`, but a replacement ends the call: the modules after it are not asked
        and cannot refuse.
        """
