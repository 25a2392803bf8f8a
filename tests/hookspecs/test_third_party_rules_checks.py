"""The four hooks that ask for permission, and let everything pass that goes wrong."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from hookspecs import HomeserverError, ThirdPartyRules

from .answers import Spy, answering, raising, wrong_in
from .hosting import call, cancelling, chain_of, outcomes_of, receipt_of
from .rooms import STATE, HostsOwnError

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "check_threepid_can_be_invited": ("email", "bob@example.org", STATE),
    "check_visibility_can_be_modified": ("!room:hs", STATE, "public"),
    "check_can_shutdown_room": (None, "!room:hs"),
    "check_can_deactivate_user": ("@ann:hs", True),
}
every_hook = pytest.mark.parametrize("hook", ARGUMENTS)
WRONG: list[Any] = [None, 0, 1, "", "no", (False, None), {}]


@every_hook
def test_nobody_need_be_asked(hook: str) -> None:
    """Without modules everything is permitted, and the host can know that beforehand."""
    host = chain_of(ThirdPartyRules, hook)
    assert True is call(host, hook, *ARGUMENTS[hook])
    assert False is bool(getattr(host.hooks[ThirdPartyRules], hook))


@every_hook
def test_everybody_is_asked_while_nobody_refuses(hook: str) -> None:
    """`True` lets the next one be asked; all get the arguments as they are."""
    spies = [Spy(answer=True), Spy(answer=True)]
    host = chain_of(ThirdPartyRules, hook, *spies)
    assert True is call(host, hook, *ARGUMENTS[hook])
    assert [spy.calls for spy in spies] == [[ARGUMENTS[hook]]] * 2
    assert list(host.receipts) == []


@every_hook
def test_the_first_refusal_ends_the_call(hook: str) -> None:
    """`False` refuses, and the receipt names the module."""
    spy = Spy(answer=True)
    host = chain_of(ThirdPartyRules, hook, answering(True), answering(False), spy)
    assert False is call(host, hook, *ARGUMENTS[hook])
    assert spy.calls == []
    assert (receipt_of(host).outcome, receipt_of(host).decider) == ("deny", "b")


@every_hook
@pytest.mark.parametrize("answer", WRONG)
@pytest.mark.parametrize("then", [True, False])
def test_what_is_neither_true_nor_false_permits_and_is_logged(
    hook: str, answer: Any, then: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The next module decides; log and receipt name module and hook, which nobody told before."""
    host = chain_of(ThirdPartyRules, hook, answering(answer), answering(then))
    assert then is call(host, hook, *ARGUMENTS[hook])
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
    assert then is call(host, hook, *ARGUMENTS[hook])
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
        call(host, hook, *ARGUMENTS[hook])
    assert spy.calls == []


@every_hook
@pytest.mark.parametrize("bad", [raising(KeyError("x")), answering(None)])
def test_the_file_may_have_failures_refuse(hook: str, bad: Any) -> None:
    """An operator who wants a module to be sure writes ``on_error: deny``."""
    host = chain_of(ThirdPartyRules, hook, bad, on_error="deny")
    assert False is call(host, hook, *ARGUMENTS[hook])
    assert (receipt_of(host).outcome, receipt_of(host).decider) == ("deny", "a")
