"""`ThirdPartyRules`: rooms that are created, and notifications."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from hookspecs import Codes, HomeserverError, JsonDict, ProfileInfo, Requester, ThirdPartyRules
from hostkit import ModuleFailedError
from hostkit.errors import HookTimeoutError

from .hosting import (
    Spy,
    answering,
    call,
    cancelling,
    chain_of,
    host_of,
    outcomes_of,
    raising,
    receipt_of,
)
from .rooms import MESSAGE, REQUESTER, STATE, HostsOwnError

HOOK = "on_create_room"
FULL_NAME = f"third_party_rules.{HOOK}"
VETOES = [
    HomeserverError(429, "slow down", Codes.LIMIT_EXCEEDED, {"retry_after_ms": 5}),
    HostsOwnError(451, "ORG_BAD", see="https://example.org"),
]


def create(*callbacks: Any, **options: Any) -> Any:
    """Tell some modules that a room is about to be created."""
    return call(chain_of(ThirdPartyRules, HOOK, *callbacks, **options), HOOK, REQUESTER, {}, False)


def test_without_modules_a_room_is_created() -> None:
    """Without modules the room is created, and the host can know that beforehand."""
    host = chain_of(ThirdPartyRules, HOOK)
    assert call(host, HOOK, REQUESTER, {}, True) is None
    assert bool(host.hooks[ThirdPartyRules].on_create_room) is False


@pytest.mark.parametrize("answer", [None, True, False, (False, None), Codes.FORBIDDEN])
def test_what_is_returned_is_ignored(answer: Any) -> None:
    """Returning instead of raising allows the room, and the next module is notified."""
    spy = Spy(answer=answer)
    assert create(answering(answer), spy) is None
    assert spy.calls == [(REQUESTER, {}, False)]


def test_all_share_one_dict() -> None:
    """What a module changes is seen by the modules after it, and by the host."""
    request: JsonDict = {"name": "Garden", "preset": "public_chat"}

    async def make_private(_: Requester, content: JsonDict, is_admin: bool) -> None:
        content["preset"] = "private_chat"

    async def look(_: Requester, content: JsonDict, is_admin: bool) -> None:
        assert content is request
        content["seen"] = content["preset"]

    host = chain_of(ThirdPartyRules, HOOK, make_private, look)
    assert call(host, HOOK, REQUESTER, request, False) is None
    assert request == {"name": "Garden", "preset": "private_chat", "seen": "private_chat"}


def test_a_shadow_module_has_a_dict_of_its_own() -> None:
    """Its changes are not seen by others."""

    async def spoil(_: Requester, content: JsonDict, is_admin: bool) -> None:
        content.clear()

    request: JsonDict = {"name": "Garden"}
    host = host_of(ThirdPartyRules, {HOOK: spoil}, mode="shadow")
    call(host, HOOK, REQUESTER, request, False)
    assert request == {"name": "Garden"}


@pytest.mark.parametrize("error", VETOES, ids=repr)
def test_a_module_refuses_by_raising(error: Exception) -> None:
    """The exception comes to the caller unchanged, and the modules after it are not notified."""
    said, spy = dict(vars(error)), Spy()
    host = chain_of(ThirdPartyRules, HOOK, answering(None), raising(error), spy)
    with pytest.raises(type(error)) as caught:
        call(host, HOOK, REQUESTER, {}, False)
    assert caught.value is error
    assert said.items() <= vars(error).items()
    assert error.__cause__ is None
    assert spy.calls == []
    assert (receipt_of(host).outcome, receipt_of(host).decider) == ("deny", "b")
    assert outcomes_of(receipt_of(host)) == ["continue", "deny", "not asked"]


@pytest.mark.parametrize(
    "error", [KeyError("x"), SystemExit(2), HostsOwnError("403"), HostsOwnError(errcode=None)]
)
def test_any_other_exception_refuses_as_forbidden(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller gets 403 with the code `UNKNOWN`; the log names module and hook."""
    spy = Spy()
    host = chain_of(ThirdPartyRules, HOOK, raising(error), spy)
    with pytest.raises(HomeserverError) as caught:
        call(host, HOOK, REQUESTER, {}, False)
    assert (caught.value.code, caught.value.errcode) == (403, Codes.UNKNOWN)
    assert caught.value.msg == "A module does not let this room be created"
    assert error is caught.value.__cause__
    assert spy.calls == []
    assert (receipt_of(host).outcome, receipt_of(host).decider) == ("deny", "a")
    (record,) = caplog.records
    assert record.name == "hostkit.modules.a"
    assert record.getMessage().startswith(f"failed in {FULL_NAME}, it counts as a denial: ")


def test_two_refusals_are_two_exceptions() -> None:
    """The exception of one call does not gather the causes and notes of others."""
    host = chain_of(ThirdPartyRules, HOOK, raising(KeyError("x")))
    errors = []
    for _ in range(2):
        with pytest.raises(HomeserverError) as caught:
            call(host, HOOK, REQUESTER, {}, False)
        errors.append(caught.value)
    assert errors[0] is not errors[1]


def test_a_module_that_takes_too_long_refuses() -> None:
    """A timeout is a failure as any other."""

    async def hang(*_: Any) -> None:
        from asyncio import Event

        await Event().wait()

    with pytest.raises(HomeserverError) as caught:
        create(hang, timeout="1ms")
    assert (caught.value.code, type(caught.value.__cause__)) == (403, HookTimeoutError)


def test_the_file_may_say_that_failures_do_not_matter(caplog: pytest.LogCaptureFixture) -> None:
    """With ``on_error: continue`` the room is created; a refusal stays one."""
    spy = Spy()
    assert create(raising(KeyError("x")), spy, on_error="continue") is None
    assert len(spy.calls) == 1
    assert f"failed in {FULL_NAME}, the next module is asked: KeyError: 'x'" in caplog.messages
    with pytest.raises(HomeserverError, match="no"):
        create(raising(HomeserverError(403, "no")), on_error="continue")


@pytest.mark.parametrize(("policy", "kind"), [("raise", KeyError), ("fail", ModuleFailedError)])
def test_the_file_may_say_that_failures_are_failures(policy: str, kind: type[Exception]) -> None:
    """Then the caller sees them as such, and not as a refusal."""
    with pytest.raises(kind):
        create(raising(KeyError("x")), on_error=policy)


IDENTIFIER = ("@ann:hs", "email", "ann@example.org")
NOTIFIED: dict[str, tuple[Any, ...]] = {
    "on_new_event": (MESSAGE, STATE),
    "on_profile_update": ("@ann:hs", ProfileInfo(None, "Ann"), True, False),
    "on_user_deactivation_status_changed": ("@ann:hs", True, False),
    "on_threepid_bind": IDENTIFIER,
    "on_add_user_third_party_identifier": IDENTIFIER,
    "on_remove_user_third_party_identifier": IDENTIFIER,
}
every_hook = pytest.mark.parametrize("hook", NOTIFIED)
BIND = "on_threepid_bind"


@every_hook
def test_a_notification_may_have_no_listener(hook: str) -> None:
    """Without modules nothing happens, and the host can know that beforehand."""
    host = chain_of(ThirdPartyRules, hook)
    assert call(host, hook, *NOTIFIED[hook]) is None
    assert bool(getattr(host.hooks[ThirdPartyRules], hook)) is False


@every_hook
@pytest.mark.parametrize("answer", [None, False, (False, None), 5])
def test_all_modules_are_notified(hook: str, answer: Any) -> None:
    """All get the arguments as they are, and return values do not matter."""
    spies = [Spy(answer=answer), Spy(answer=answer)]
    host = chain_of(ThirdPartyRules, hook, *spies)
    assert call(host, hook, *NOTIFIED[hook]) is None
    assert [spy.calls for spy in spies] == [[NOTIFIED[hook]]] * 2
    assert list(host.receipts) == []


@every_hook
@pytest.mark.parametrize(
    "error", [KeyError("x"), HomeserverError(403, "no"), HostsOwnError()], ids=repr
)
def test_after_a_failure_the_rest_are_notified(
    hook: str, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """It has happened already: no module can refuse it, and the log names module and hook."""
    spy = Spy()
    host = chain_of(ThirdPartyRules, hook, raising(error), spy, raising(error))
    caplog.clear()  # one of the hooks is deprecated
    assert call(host, hook, *NOTIFIED[hook]) is None
    assert spy.calls == [NOTIFIED[hook]]
    assert [each.name for each in caplog.records] == ["hostkit.modules.a", "hostkit.modules.c"]
    start = f"failed in third_party_rules.{hook}, the next module is asked: {type(error).__name__}"
    for message in caplog.messages:
        assert message.startswith(start)


@every_hook
def test_a_cancelled_caller_does_not_keep_modules_from_being_notified(hook: str) -> None:
    """In the homeserver these hooks swallow it; here the caller gets it, the rest are notified."""
    spy = Spy()
    with pytest.raises(asyncio.CancelledError):
        call(chain_of(ThirdPartyRules, hook, cancelling, spy), hook, *NOTIFIED[hook])
    assert spy.calls == [NOTIFIED[hook]]


def test_only_the_old_name_for_adding_is_deprecated(caplog: pytest.LogCaptureFixture) -> None:
    """Who registers for it reads in the log what to do, once for each module."""
    callbacks = dict.fromkeys(ThirdPartyRules.hookspecs, answering(None))
    with caplog.at_level(logging.INFO):
        host_of(ThirdPartyRules, callbacks, callbacks)
    reported = [each for each in caplog.records if each.name.startswith("hostkit.modules.")]
    assert [each.name.removeprefix("hostkit.modules.") for each in reported] == ["a", "b"]
    for record in reported:
        assert f"third_party_rules.{BIND}" in record.message
        assert record.message.endswith("register for on_add_user_third_party_identifier instead")


def test_the_category_has_these_hooks() -> None:
    """Twelve: five that are asked, one that may be refused by raising, and six that notify."""
    assert len(ThirdPartyRules.hookspecs) == 12
    assert list(NOTIFIED) == list(ThirdPartyRules.hookspecs)[6:]
