"""`SpamChecker`: what users may do, and what counts as spam."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Final, TypeVar, final

from hookspecs import verdicts
from hookspecs.errors import describe_verdict
from hookspecs.rooms import Event
from hookspecs.values import FileInfo, JsonDict, ReadableFileWrapper, RoomAlias, UserProfile
from hookspecs.verdicts import NOT_SPAM, RegistrationBehaviour, Verdict
from hostkit import Category, hookspec, rules
from hostkit.specs import also_named

if TYPE_CHECKING:
    from hostkit.rules import Read

_F = TypeVar("_F", bound=Callable[..., Any])

_NAME: Final = "spam_checker"
_REGISTRATION: Final = rules.FirstDenial(
    read=verdicts.read_registration,
    allow=RegistrationBehaviour.ALLOW,
    denial=RegistrationBehaviour.DENY,
    on_error="raise",
)
_DROP: Final = rules.FirstDenial(
    read=verdicts.read_drop,
    allow=False,
    denial=True,
    on_error="raise",
    describe=describe_verdict,
)
_HIDE: Final = rules.FirstDenial(
    read=verdicts.read_hide, allow=False, denial=True, on_error="raise"
)


def _verdict(
    read: Read,
    *,
    added: str,
    required: int | None = None,
    copy: tuple[str, ...] = (),
    shield: bool = False,
) -> Callable[[_F], _F]:
    """Declare a hook of which the first answer that is not `NOT_SPAM` denies."""

    def declare(function: _F) -> _F:
        # Each hook has a rule of its own, since its reading remembers whose booleans it reported.
        rule: rules.FirstDenial = rules.FirstDenial(
            read=verdicts.report_booleans(f"{_NAME}.{function.__name__}", read),
            allow=NOT_SPAM,
            denial=verdicts.FORBIDDEN,
            describe=describe_verdict,
            on_error="raise",
            on_invalid="deny",
        )
        return hookspec(rule, added=added, required=required, copy=copy, shield=shield)(function)

    return declare


@final
class SpamChecker(Category):
    """Callbacks that decide what users may do, and what counts as spam.

    Where an answer is described as a denial, it is a code (a member of `Codes` or of another string
    enumeration), or a tuple of a code and a dict whose fields become part of the answer to the
    client. The first denial ends the call, and the modules after it are not asked. The result, a
    `Verdict`, is the tuple, with an empty dict for a code alone; without any denial it is
    `NOT_SPAM`. The dict is not the host's own: to add fields, a host makes a new one.
    """

    name = _NAME

    # No shield: this is asked about every event, and a shield would cost more than the call.
    @_verdict(verdicts.read_event_check, added="1.37")
    async def check_event_for_spam(self, event: Event) -> Verdict | str:
        """Called for each event that a local user sends or another server passes on.

        `NOT_SPAM` lets the next module be asked. A denial refuses an event sent here with status
        403; one from another server is kept, but hidden from users. Any other string, even an empty
        one, denies as well and is shown to the sender; that string is the result then. The
        deprecated `True` denies as forbidden, and `False` lets the next module be asked.

        The modules are asked in order until one denies.

        An exception goes to the caller, and no further module is asked. Any other answer is logged
        and denies as forbidden.
        """

    @hookspec(_DROP, added="1.60", shield=True)
    async def should_drop_federated_event(self, event: Event) -> bool | str:
        """Called for each event and invitation from another server, before it is processed.

        A truthy answer drops the event, which users never see, or refuses the invitation with
        status 403. So does `NOT_SPAM`, which is a string like any other. A falsy one lets the next
        module be asked.

        The first answer that drops the event is the result, as it is; without any it is `False`.

        An exception goes to the caller, and no further module is asked.
        """

    @also_named(user_id="user", room_id="room")
    @_verdict(verdicts.read_may, added="1.37", shield=True)
    async def user_may_join_room(self, user: str, room: str, is_invited: bool) -> Verdict:  # noqa: FBT001 -- what modules are given
        """Called before a user joins a room, unless the user is an administrator or made the room.

        `NOT_SPAM` lets the next module be asked; a denial refuses to let the user in, with status
        403. The deprecated `True` lets the next module be asked, and `False` denies as forbidden.

        The modules are asked in order until one denies.

        An exception goes to the caller, and no further module is asked. Any other answer is logged
        and denies as forbidden.
        """

    @also_named(inviter_userid="inviter", invitee_userid="invitee")
    @_verdict(verdicts.read_may, added="1.37", shield=True)
    async def user_may_invite(self, inviter: str, invitee: str, room_id: str) -> Verdict:
        """Called before a user who is not an administrator invites another to a room.

        `NOT_SPAM` lets the next module be asked; a denial refuses the invitation with status 403.
        The deprecated `True` lets the next module be asked, and `False` denies as forbidden.

        The modules are asked in order until one denies.

        An exception goes to the caller, and no further module is asked. Any other answer is logged
        and denies as forbidden.
        """

    @_verdict(verdicts.read_may, added="1.133", shield=True)
    async def federated_user_may_invite(self, event: Event) -> Verdict:
        """Called when another server passes on an invitation for a local user.

        `NOT_SPAM` lets the next module be asked; a denial refuses the invitation with status 403.
        The deprecated `True` lets the next module be asked, and `False` denies as forbidden.

        The modules are asked in order until one denies. If none does, `user_may_invite` is called
        for the sender, the invited user and the room, and its result is the result.

        An exception goes to the caller, and no further module is asked. Any other answer is logged
        and denies as forbidden.
        """
        return await self.user_may_invite(event.sender, event.state_key, event.room_id)

    @also_named(inviter_userid="inviter")
    @_verdict(verdicts.read_may, added="1.45", shield=True)
    async def user_may_send_3pid_invite(
        self, inviter: str, medium: str, address: str, room_id: str
    ) -> Verdict:
        """Called before a user invites a person by a third-party address, such as one for e-mail.

        `NOT_SPAM` lets the next module be asked; a denial refuses the invitation with status 403.
        The deprecated `True` lets the next module be asked, and `False` denies as forbidden.

        The modules are asked in order until one denies.

        An exception goes to the caller, and no further module is asked. Any other answer is logged
        and denies as forbidden.
        """

    # Callbacks written before `room_config` was added take the user id alone.
    @also_named(userid="user_id")
    @_verdict(verdicts.read_may, added="1.37", required=1, copy=("room_config",), shield=True)
    async def user_may_create_room(self, user_id: str, room_config: JsonDict) -> Verdict:
        """Called before a room is created by a user who is not an administrator, or is upgraded.

        `room_config` is what the client asked for; each module gets a copy of its own. A callback
        may leave it out. `NOT_SPAM` lets the next module be asked; a denial refuses to create the
        room, with status 403. The deprecated `True` lets the next module be asked, and `False`
        denies as forbidden.

        The modules are asked in order until one denies.

        An exception goes to the caller, and no further module is asked. Any other answer is logged
        and denies as forbidden.
        """

    @also_named(userid="user_id")
    @_verdict(verdicts.read_may, added="1.37", shield=True)
    async def user_may_create_room_alias(self, user_id: str, room_alias: RoomAlias) -> Verdict:
        """Called before a user gives a room another alias.

        `NOT_SPAM` lets the next module be asked; a denial refuses the alias with status 403. The
        deprecated `True` lets the next module be asked, and `False` denies as forbidden.

        The modules are asked in order until one denies.

        An exception goes to the caller, and no further module is asked. Any other answer is logged
        and denies as forbidden.
        """

    @also_named(userid="user_id")
    @_verdict(verdicts.read_may, added="1.37", shield=True)
    async def user_may_publish_room(self, user_id: str, room_id: str) -> Verdict:
        """Called before a user puts a room into the public directory.

        `NOT_SPAM` lets the next module be asked; a denial refuses to list the room, with status
        403. The deprecated `True` lets the next module be asked, and `False` denies as forbidden.

        The modules are asked in order until one denies.

        An exception goes to the caller, and no further module is asked. Any other answer is logged
        and denies as forbidden.
        """

    @_verdict(verdicts.read_strict, added="1.132", copy=("content",), shield=True)
    async def user_may_send_state_event(
        self, user_id: str, room_id: str, event_type: str, state_key: str, content: JsonDict
    ) -> Verdict:
        """Called before a user who is not an administrator changes the state of a room.

        Each module gets a copy of `content` of its own. `NOT_SPAM` lets the next module be asked; a
        denial refuses the change with status 403.

        The modules are asked in order until one denies.

        An exception goes to the caller, and no further module is asked. Any other answer, a boolean
        too, is logged and denies as forbidden.
        """

    @hookspec(_HIDE, added="1.37", required=1, copy=("user_profile",), shield=True)
    async def check_username_for_spam(self, user_profile: UserProfile, requester_id: str) -> bool:
        """Called for each user that a search in the user directory has found.

        Each module gets a copy of `user_profile` of its own. A callback may leave out
        `requester_id`, the user who searches. A truthy answer leaves the user out of the results; a
        falsy one lets the next module be asked.

        The modules are asked in order until one leaves the user out. The result is `True` if one
        did, or else `False`.

        An exception goes to the caller, and no further module is asked.
        """

    # The same holds for `auth_provider_id`.
    @hookspec(_REGISTRATION, added="1.37", required=3, shield=True)
    async def check_registration_for_spam(
        self,
        email_threepid: JsonDict | None,
        username: str | None,
        request_info: Collection[tuple[str, str]],
        auth_provider_id: str | None = None,
    ) -> RegistrationBehaviour:
        """Called before an account is created.

        `request_info` has the user agents and addresses that took part in the registration. A
        callback may leave out `auth_provider_id`, which is `None` unless the user came through
        single sign-on. `RegistrationBehaviour.ALLOW` lets the next module be asked. `DENY` refuses
        the account, with status 429. `SHADOW_BAN` creates it, but hides what it sends from others.

        The first answer other than `ALLOW` is the result; without any it is `ALLOW`.

        An exception goes to the caller, and no further module is asked. So does an answer of
        another type, as an exception that names the module.
        """

    @_verdict(verdicts.read_check, added="1.37", shield=True)
    async def check_media_file_for_spam(
        self, file_wrapper: ReadableFileWrapper, file_info: FileInfo
    ) -> Verdict:
        """Called when a media file was uploaded, or fetched from another server.

        `NOT_SPAM` lets the next module be asked; a denial deletes the file and fails the request,
        without sending the fields of the dict. The deprecated `True` denies as forbidden, and
        `False` lets the next module be asked.

        The modules are asked in order until one denies.

        An exception goes to the caller, and no further module is asked. Any other answer is logged
        and denies as forbidden.
        """

    @_verdict(verdicts.read_strict, added="1.87", shield=True)
    async def check_login_for_spam(
        self,
        user_id: str,
        device_id: str | None,
        initial_display_name: str | None,
        request_info: Collection[tuple[str | None, str]],
        auth_provider_id: str | None = None,
    ) -> Verdict:
        """Called when a user has authenticated and is about to be logged in.

        It is not called for the login that comes with a registration. `request_info` and
        `auth_provider_id` are as for `check_registration_for_spam`. `NOT_SPAM` lets the next module
        be asked; a denial refuses the login with status 403.

        The modules are asked in order until one denies.

        An exception goes to the caller, and no further module is asked. Any other answer, a boolean
        too, is logged and denies as forbidden.
        """
