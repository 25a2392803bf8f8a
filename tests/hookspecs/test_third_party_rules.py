"""`ThirdPartyRules`: permissions, and refusals by an exception."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from hookspecs import Codes, HomeserverError, JsonDict, ThirdPartyRules
from hostkit import ModuleFailedError

from .hosting import (
    Spy,
    answering,
    call,
    cancelling,
    chain_of,
    outcomes_of,
    raising,
    receipt_of,
    wrong_in,
)
from .rooms import MESSAGE, STATE, FakeMessage, HostsOwnError
from .test_third_party_rules_replacing import check as check_replaced
from .test_third_party_rules_replacing import replacing

HOOK = "check_event_allowed"
FULL_NAME = f"third_party_rules.{HOOK}"
ALLOWED = (True, None)
REFUSED = (False, None)

VETOES = [
    HomeserverError(429, "slow down", Codes.LIMIT_EXCEEDED, {"retry_after_ms": 5}),
    HomeserverError(403, "no"),
    HostsOwnError(retry_after_ms=5),
    HostsOwnError(451, Codes.FORBIDDEN),
]
FAILURES = [
    KeyError("x"),
    SystemExit(3),
    HostsOwnError("429"),
    HostsOwnError(errcode=5),
    HostsOwnError(errcode=None),
]


def test_without_modules_an_event_is_allowed() -> None:
    """Without modules the event is allowed, and the host can spare itself the state of the room."""
    host = chain_of(ThirdPartyRules, HOOK)
    assert call(host, HOOK, MESSAGE, STATE) == ALLOWED
    assert bool(host.hooks[ThirdPartyRules].check_event_allowed) is False


@pytest.mark.parametrize(
    "answer", [(True, None), (None, None), (0, None), ("no", None), [True, None], (True, [1])]
)
def test_what_does_not_refuse_lets_the_next_one_be_asked(answer: Any) -> None:
    """Only `False` itself refuses; the arguments are the host's own objects."""
    spy = Spy(answer=ALLOWED)
    host = chain_of(ThirdPartyRules, HOOK, answering(answer), spy)
    assert call(host, HOOK, MESSAGE, STATE) == ALLOWED
    ((event, state),) = spy.calls
    assert event is MESSAGE
    assert state is STATE
    assert list(host.receipts) == []


@pytest.mark.parametrize("answer", [(False, None), (False, {"type": "m.room.x"}), [False, 5]])
def test_the_first_refusal_of_an_event_ends_the_call(answer: Any) -> None:
    """A replacement beside it means nothing, and the receipt names the module."""
    spy = Spy(answer=ALLOWED)
    host = chain_of(ThirdPartyRules, HOOK, answering(ALLOWED), answering(answer), spy)
    assert call(host, HOOK, MESSAGE, STATE) == REFUSED
    assert spy.calls == []
    receipt = receipt_of(host)
    assert (receipt.outcome, receipt.decider, receipt.hook) == ("deny", "b", FULL_NAME)


@pytest.mark.parametrize(
    "answer", [True, False, None, 5, "no", {}, (), (True,), (True, None, None), {True: None}]
)
def test_an_answer_that_is_not_a_pair_neither_allows_nor_refuses(answer: Any) -> None:
    """The caller gets a `ModuleFailedError` with module and hook; no further module is asked."""
    spy = Spy(answer=ALLOWED)
    host = chain_of(ThirdPartyRules, HOOK, answering(answer), spy)
    with pytest.raises(ModuleFailedError, match="an answer is a tuple of a bool, and a dict or"):
        call(host, HOOK, MESSAGE, STATE)
    assert spy.calls == []
    assert wrong_in(host.receipts) == [(FULL_NAME, "a")]
    assert (receipt_of(host).outcome, receipt_of(host).decider) == ("failed", "a")


@pytest.mark.parametrize("error", VETOES)
def test_a_module_may_refuse_with_an_answer_of_its_own(error: Exception) -> None:
    """The exception comes to the caller unchanged, and counts as a denial, not as a failure."""
    said, spy = dict(vars(error)), Spy(answer=ALLOWED)
    host = chain_of(ThirdPartyRules, HOOK, answering(ALLOWED), raising(error), spy)
    with pytest.raises(type(error)) as caught:
        call(host, HOOK, MESSAGE, STATE)
    assert caught.value is error
    assert said.items() <= vars(error).items()
    assert spy.calls == []
    receipt = receipt_of(host)
    assert (receipt.outcome, receipt.decider) == ("deny", "b")
    assert outcomes_of(receipt) == ["continue", "deny", "not asked"]
    assert f"in module 'b', hook {FULL_NAME}" in error.__notes__


@pytest.mark.parametrize("policy", ["raise", "deny", "continue", "fail"])
def test_no_policy_changes_what_a_refusal_is(policy: str) -> None:
    """What the file says about errors of the module is not about its refusals."""
    error = HomeserverError(429, "slow down", Codes.LIMIT_EXCEEDED)
    host = chain_of(ThirdPartyRules, HOOK, raising(error), on_error=policy)
    with pytest.raises(HomeserverError) as caught:
        call(host, HOOK, MESSAGE, STATE)
    assert caught.value is error
    assert outcomes_of(receipt_of(host)) == ["deny"]


@pytest.mark.parametrize("error", FAILURES, ids=repr)
def test_any_other_exception_neither_allows_nor_refuses(error: BaseException) -> None:
    """The caller gets a `ModuleFailedError` with it as the cause; no further module is asked."""
    spy = Spy(answer=ALLOWED)
    host = chain_of(ThirdPartyRules, HOOK, raising(error), spy)
    with pytest.raises(ModuleFailedError) as caught:
        call(host, HOOK, MESSAGE, STATE)
    assert error is caught.value.__cause__
    assert (caught.value.module, caught.value.hook) == ("a", FULL_NAME)
    assert spy.calls == []
    assert outcomes_of(receipt_of(host)) == ["failed", "not asked"]


@pytest.mark.parametrize(("policy", "result"), [("deny", REFUSED), ("continue", ALLOWED)])
@pytest.mark.parametrize("bad", [raising(KeyError("x")), answering(None)])
def test_the_file_may_say_what_failures_mean(
    policy: str, result: Any, bad: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A module's own ``on_error`` goes before the hook's, and the log names module and hook."""
    host = chain_of(ThirdPartyRules, HOOK, bad, on_error=policy)
    assert call(host, HOOK, MESSAGE, STATE) == result
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("hostkit.modules.a", logging.WARNING)
    assert record.getMessage().startswith(f"failed in {FULL_NAME}, ")


@pytest.mark.parametrize("hook", [HOOK, "on_create_room"])
def test_a_cancellation_of_the_caller_is_not_an_answer(hook: str) -> None:
    """It goes to the caller; no other module is asked, and nothing is decided."""
    spy = Spy(answer=ALLOWED)
    host = chain_of(ThirdPartyRules, hook, cancelling, spy)
    arguments = ThirdPartyRules.hookspecs[hook].arguments
    with pytest.raises(asyncio.CancelledError):
        call(host, hook, *arguments)
    assert (spy.calls, list(host.receipts)) == ([], [])


def test_an_explanation_shows_what_each_module_does() -> None:
    """A refusal by exception is a step like any other: it is shown, and not raised."""
    error = HomeserverError(403, "no", Codes.FORBIDDEN)
    host = chain_of(ThirdPartyRules, HOOK, answering(ALLOWED), raising(error), answering(ALLOWED))
    receipt = asyncio.run(host.explain(FULL_NAME, MESSAGE, STATE))
    assert outcomes_of(receipt) == ["continue", "deny", "not asked"]
    assert receipt.reason == "HomeserverError: 403 M_FORBIDDEN: no"


def test_what_counts_as_allowed_without_saying_so_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A module that answers with a code, or with the event itself, lets everything through."""
    monkeypatch.setattr("hookspecs.events._reported", set())
    host = chain_of(
        ThirdPartyRules, HOOK, answering((True, None)), answering(("M_FORBIDDEN", None))
    )
    for _ in range(2):
        assert call(host, HOOK, MESSAGE, STATE) == (True, None)
    (message,) = [each.message for each in caplog.records if each.name == "hostkit.modules.b"]
    assert message.startswith("module b answers check_event_allowed with ('M_FORBIDDEN', None)")


CHECKS: dict[str, tuple[Any, ...]] = {
    "check_threepid_can_be_invited": ("email", "bob@example.org", STATE),
    "check_visibility_can_be_modified": ("!room:hs", STATE, "public"),
    "check_can_shutdown_room": (None, "!room:hs"),
    "check_can_deactivate_user": ("@ann:hs", True),
}
every_hook = pytest.mark.parametrize("hook", CHECKS)
WRONG: list[Any] = [None, 0, 1, "", "no", (False, None), {}]


@every_hook
def test_without_modules_everything_is_permitted(hook: str) -> None:
    """Without modules everything is permitted, and the host can know that beforehand."""
    host = chain_of(ThirdPartyRules, hook)
    assert call(host, hook, *CHECKS[hook]) is True
    assert bool(getattr(host.hooks[ThirdPartyRules], hook)) is False


@every_hook
def test_all_modules_are_asked_until_one_refuses(hook: str) -> None:
    """`True` lets the next one be asked; all get the arguments as they are."""
    spies = [Spy(answer=True), Spy(answer=True)]
    host = chain_of(ThirdPartyRules, hook, *spies)
    assert call(host, hook, *CHECKS[hook]) is True
    assert [spy.calls for spy in spies] == [[CHECKS[hook]]] * 2
    assert list(host.receipts) == []


@every_hook
def test_the_first_refusal_of_permission_ends_the_call(hook: str) -> None:
    """`False` refuses, and the receipt names the module."""
    spy = Spy(answer=True)
    host = chain_of(ThirdPartyRules, hook, answering(True), answering(False), spy)
    assert call(host, hook, *CHECKS[hook]) is False
    assert spy.calls == []
    assert (receipt_of(host).outcome, receipt_of(host).decider) == ("deny", "b")


@every_hook
@pytest.mark.parametrize("answer", WRONG)
@pytest.mark.parametrize("then", [True, False])
def test_what_is_neither_true_nor_false_permits_and_is_logged(
    hook: str, answer: Any, then: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The next module decides; log and receipt name module and hook."""
    host = chain_of(ThirdPartyRules, hook, answering(answer), answering(then))
    assert call(host, hook, *CHECKS[hook]) is then
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("hostkit.modules.a", logging.WARNING)
    start = f"failed in third_party_rules.{hook}, the next module is asked: expected bool, got "
    assert record.getMessage().startswith(start)
    assert wrong_in(host.receipts) == [(f"third_party_rules.{hook}", "a")]


@every_hook
@pytest.mark.parametrize(
    "error", [KeyError("x"), HomeserverError(403, "no"), HostsOwnError(), SystemExit(1)], ids=repr
)
@pytest.mark.parametrize("then", [True, False])
def test_an_exception_permits_and_is_logged(
    hook: str, error: BaseException, then: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Even one that would refuse elsewhere does not here; the next module may."""
    host = chain_of(ThirdPartyRules, hook, raising(error), answering(then))
    assert call(host, hook, *CHECKS[hook]) is then
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("hostkit.modules.a", logging.WARNING)
    start = f"failed in third_party_rules.{hook}, the next module is asked: "
    assert record.getMessage().startswith(start + type(error).__name__)
    assert outcomes_of(receipt_of(host)) == ["failed", "continue" if then else "deny"]


@every_hook
def test_a_cancellation_of_the_caller_is_not_a_failure(hook: str) -> None:
    """It goes to the caller and the next module is not asked."""
    spy = Spy(answer=True)
    host = chain_of(ThirdPartyRules, hook, cancelling, spy)
    with pytest.raises(asyncio.CancelledError):
        call(host, hook, *CHECKS[hook])
    assert spy.calls == []


@every_hook
@pytest.mark.parametrize("bad", [raising(KeyError("x")), answering(None)])
def test_the_file_may_have_failures_refuse(hook: str, bad: Any) -> None:
    """For failures to refuse, an operator writes ``on_error: deny``."""
    host = chain_of(ThirdPartyRules, hook, bad, on_error="deny")
    assert call(host, hook, *CHECKS[hook]) is False
    assert (receipt_of(host).outcome, receipt_of(host).decider) == ("deny", "a")


def test_what_a_host_leaves_out_of_its_dicts_may_be_left_out() -> None:
    """The room is then the event's own."""

    class Terse(FakeMessage):
        def get_dict(self) -> JsonDict:
            return {"type": self.type, "sender": self.sender, "content": {"body": "hi"}}

    event = Terse()
    assert check_replaced(replacing(event.get_dict()), event=event) == (True, event.get_dict())
