"""The 22nd characteristic behaviour: a request is cancelled while a module is asked.

The callback finishes first. One hook is not shielded like this, for speed: it is asked about every
event.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hookspecs import CATEGORIES, NOT_SPAM, SpamChecker

from .hosting import Spy, chain_of
from .spam import FakeEvent

HOOK = "user_may_publish_room"
ARGUMENTS = ("@ann:hs", "!room:hs")
LET_FINISH = {
    "spam_checker": {
        "should_drop_federated_event",
        "user_may_join_room",
        "user_may_invite",
        "federated_user_may_invite",
        "user_may_send_3pid_invite",
        "user_may_create_room",
        "user_may_create_room_alias",
        "user_may_publish_room",
        "user_may_send_state_event",
        "check_username_for_spam",
        "check_registration_for_spam",
        "check_media_file_for_spam",
        "check_login_for_spam",
    },
    "third_party_rules": {
        "check_event_allowed",
        "check_threepid_can_be_invited",
        "check_visibility_can_be_modified",
        "check_can_shutdown_room",
        "check_can_deactivate_user",
    },
    "account_validity": {"is_user_expired"},
    "password_auth_provider": {
        "auth_checkers",
        "check_3pid_auth",
        "get_username_for_registration",
        "get_displayname_for_registration",
        "is_3pid_allowed",
    },
    "presence_router": {"get_users_for_states", "get_interested_users"},
    "media_repository": {
        "get_media_config_for_user",
        "is_user_allowed_to_upload_media_of_size",
        "get_media_upload_limits_for_user",
        "on_media_upload_limit_exceeded",
    },
    "ratelimit": {"get_ratelimit_override_for_user"},
}
"""The hooks whose callbacks upstream lets finish, but for `check_event_for_spam`."""


class Waiting:
    """A callback that waits, and notes how that ends."""

    def __init__(self) -> None:
        self.ends: list[str] = []
        self.gate = asyncio.Event()

    async def __call__(self, *_: Any) -> str:
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.ends.append("cancelled")
            raise
        self.ends.append("finished")
        return NOT_SPAM


async def test_h1_22_a_callback_finishes_although_its_caller_is_cancelled() -> None:
    """Then the caller gets the cancellation; the next module is not asked, nothing is decided."""
    waiting, spy = Waiting(), Spy(answer=NOT_SPAM)
    host = chain_of(SpamChecker, HOOK, waiting, spy)
    task = asyncio.create_task(host.hooks[SpamChecker].user_may_publish_room(*ARGUMENTS))
    await asyncio.sleep(0)
    task.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert (task.done(), waiting.ends) == (False, [])
    waiting.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (waiting.ends, spy.calls) == (["finished"], [])
    assert list(host.receipts) == []


def test_h1_22_a_deferred_fires_first_under_twisted() -> None:
    """The callback finishes before the caller is cancelled, and no further module is asked."""
    waiting: Deferred[Any] = Deferred()
    ends: list[Any] = []
    spy = Spy(answer=NOT_SPAM)
    host = chain_of(SpamChecker, HOOK, lambda *_: waiting, spy)
    call = Deferred.fromCoroutine(host.hooks[SpamChecker].user_may_publish_room(*ARGUMENTS))
    call.addErrback(lambda failure: ends.append(failure.type))
    call.cancel()
    assert ends == []
    waiting.callback(NOT_SPAM)
    assert (ends, spy.calls) == ([CancelledError], [])


def test_h1_22_which_hooks_let_their_callbacks_finish() -> None:
    """Those that upstream protects as well, but for the one that is asked about every event."""
    shielded = {
        category.name: {name for name, spec in category.hookspecs.items() if spec.shield}
        for category in CATEGORIES
    }
    assert {name: hooks for name, hooks in shielded.items() if hooks} == LET_FINISH


async def test_h1_22_a_host_may_shield_the_check_of_events() -> None:
    """The caller gets the cancellation at once; the call goes on to its end without it."""
    waiting, spy = Waiting(), Spy(answer=NOT_SPAM)
    hooks = chain_of(SpamChecker, "check_event_for_spam", waiting, spy).hooks[SpamChecker]
    event = FakeEvent()
    call = asyncio.create_task(hooks.check_event_for_spam(event))

    async def request() -> Any:
        return await asyncio.shield(call)

    task = asyncio.create_task(request())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (waiting.ends, call.done()) == ([], False)
    waiting.gate.set()
    assert await call == NOT_SPAM
    assert (["finished"], [(event,)]) == (waiting.ends, spy.calls)
