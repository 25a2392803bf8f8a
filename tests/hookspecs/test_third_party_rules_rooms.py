"""Modules that are told before a room is created, and may refuse it by raising."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hookspecs import Codes, HomeserverError, ThirdPartyRules
from hostkit import ModuleFailedError
from hostkit.errors import HookTimeoutError

from .answers import Spy, answering, raising
from .hosting import call, chain_of, host_of, outcomes_of, receipt_of
from .rooms import REQUESTER, HostsOwnError

if TYPE_CHECKING:
    from hookspecs import JsonDict, Requester

HOOK = "on_create_room"
FULL_NAME = f"third_party_rules.{HOOK}"
VETOES = [
    HomeserverError(429, "slow down", Codes.LIMIT_EXCEEDED, {"retry_after_ms": 5}),
    HostsOwnError(451, "ORG_BAD", see="https://example.org"),
]


def create(*callbacks: Any, **options: Any) -> Any:
    """Tell some modules that a room is about to be created."""
    return call(chain_of(ThirdPartyRules, HOOK, *callbacks, **options), HOOK, REQUESTER, {}, False)


def test_nobody_need_listen() -> None:
    """Without modules the room is created, and the host can know that beforehand."""
    host = chain_of(ThirdPartyRules, HOOK)
    assert None is call(host, HOOK, REQUESTER, {}, True)
    assert False is bool(host.hooks[ThirdPartyRules].on_create_room)


@pytest.mark.parametrize("answer", [None, True, False, (False, None), Codes.FORBIDDEN])
def test_what_is_returned_is_ignored(answer: Any) -> None:
    """Who returns instead of raising allows the room, and the next module is told."""
    spy = Spy(answer=answer)
    assert None is create(answering(answer), spy)
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
    assert None is call(host, HOOK, REQUESTER, request, False)
    assert request == {"name": "Garden", "preset": "private_chat", "seen": "private_chat"}


def test_a_shadow_module_has_a_dict_of_its_own() -> None:
    """What it changes nobody else sees."""

    async def spoil(_: Requester, content: JsonDict, is_admin: bool) -> None:
        content.clear()

    request: JsonDict = {"name": "Garden"}
    host = host_of(ThirdPartyRules, {HOOK: spoil}, mode="shadow")
    call(host, HOOK, REQUESTER, request, False)
    assert request == {"name": "Garden"}


@pytest.mark.parametrize("error", VETOES, ids=repr)
def test_a_module_refuses_by_raising(error: Exception) -> None:
    """The exception comes to the caller unchanged, and the modules after it are not told."""
    said, spy = dict(vars(error)), Spy()
    host = chain_of(ThirdPartyRules, HOOK, answering(None), raising(error), spy)
    with pytest.raises(type(error)) as caught:
        call(host, HOOK, REQUESTER, {}, False)
    assert error is caught.value
    assert said.items() <= vars(error).items()
    assert None is error.__cause__
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
    assert None is create(raising(KeyError("x")), spy, on_error="continue")
    assert len(spy.calls) == 1
    assert f"failed in {FULL_NAME}, the next module is asked: KeyError: 'x'" in caplog.messages
    with pytest.raises(HomeserverError, match="no"):
        create(raising(HomeserverError(403, "no")), on_error="continue")


@pytest.mark.parametrize(("policy", "kind"), [("raise", KeyError), ("fail", ModuleFailedError)])
def test_the_file_may_say_that_failures_are_failures(policy: str, kind: type[Exception]) -> None:
    """Then the caller sees them as such, and not as a refusal."""
    with pytest.raises(kind):
        create(raising(KeyError("x")), on_error=policy)
