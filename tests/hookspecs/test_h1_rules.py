"""Characteristic behaviours, by their numbers in the list of thirty: rules of later categories."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from hookspecs import (
    BackgroundUpdateController,
    Codes,
    HomeserverError,
    PasswordAuthProvider,
    PresenceRouter,
    ThirdPartyRules,
)
from hostkit import Category, ModuleFailedError
from hostkit.codes import Code

from .hosting import (
    Spy,
    answering,
    call,
    chain_of,
    host_of,
    outcomes_of,
    problem_of,
    raising,
    receipt_of,
    wrong_in,
)
from .rooms import MESSAGE, REQUESTER, STATE, HostsOwnError
from .test_background_update_controller import Gate
from .test_third_party_rules import CHECKS
from .test_third_party_rules_rooms import NOTIFIED

EVENT = "check_event_allowed"
CREATE = "on_create_room"
ALLOWED_3PID = "is_3pid_allowed"
DEFAULTS: dict[type[Category], dict[str, Any]] = {
    ThirdPartyRules: {
        EVENT: (True, None),
        CREATE: None,
        **dict.fromkeys(CHECKS, True),
        **dict.fromkeys(NOTIFIED),
    },
    PasswordAuthProvider: {
        **dict.fromkeys(PasswordAuthProvider.hookspecs),
        ALLOWED_3PID: True,
    },
    PresenceRouter: {"get_users_for_states": {}, "get_interested_users": set()},
    BackgroundUpdateController: {
        "on_update": None,
        "default_batch_size": 100,
        "min_batch_size": 100,
    },
}
ANN = ("@ann:hs", None)
PASSWORD = ("m.login.password", ("password",))
TWO: dict[str, tuple[Any, ...]] = {EVENT: (MESSAGE, STATE), **CHECKS}


@pytest.mark.parametrize("hook", TWO)
def test_h1_02_after_a_refusal_no_module_is_asked(hook: str) -> None:
    """A module that refuses ends the chain."""
    refusal = (False, None) if hook == EVENT else False
    spy = Spy(answer=True)
    host = chain_of(ThirdPartyRules, hook, answering(refusal), spy)
    assert call(host, hook, *TWO[hook]) == refusal
    assert spy.calls == []


@pytest.mark.parametrize(
    ("category", "hook"), [(category, hook) for category in DEFAULTS for hook in DEFAULTS[category]]
)
def test_h1_03_without_modules_nothing_is_prepared(category: type[Category], hook: str) -> None:
    """The default comes back, and the host sees beforehand that no module listens."""
    host, spec = host_of(category), category.hookspecs[hook]
    function = getattr(host.hooks[category], hook)
    result = function(*spec.arguments)
    assert DEFAULTS[category][hook] == (asyncio.run(result) if spec.is_async else result)
    assert bool(function) is False


def test_h1_03_all_hooks_have_a_default() -> None:
    """None of the hooks of these categories is left out above."""
    for category, defaults in DEFAULTS.items():
        assert set(category.hookspecs) == set(defaults)


def test_h1_04_a_forgotten_return_is_not_consent(caplog: pytest.LogCaptureFixture) -> None:
    """The event is not allowed: the error and the receipt name module and hook."""
    host = chain_of(ThirdPartyRules, EVENT, answering(None))
    with pytest.raises(ModuleFailedError, match=f"'a'.*third_party_rules.{EVENT}"):
        call(host, EVENT, MESSAGE, STATE)
    assert wrong_in(host.receipts) == [(f"third_party_rules.{EVENT}", "a")]


@pytest.mark.parametrize("hook", CHECKS)
def test_h1_04_where_failures_permit_a_forgotten_return_is_logged(
    hook: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It permits as upstream, and the log names module and hook."""
    assert call(chain_of(ThirdPartyRules, hook, answering(None)), hook, *CHECKS[hook]) is True
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("hostkit.modules.a", logging.WARNING)
    assert f"third_party_rules.{hook}" in record.getMessage()


@pytest.mark.parametrize("hook", [ALLOWED_3PID, "get_username_for_registration"])
def test_h1_08_an_exception_ends_the_operation(hook: str) -> None:
    """No account is made, and later modules are not asked."""
    spy = Spy(answer="ann")
    host = chain_of(PasswordAuthProvider, hook, raising(KeyError("x")), spy)
    arguments: list[dict[str, Any]] = [{}] * len(PasswordAuthProvider.hookspecs[hook].arguments)
    with pytest.raises(ModuleFailedError):
        call(host, hook, *arguments)
    assert spy.calls == []


@pytest.mark.parametrize("hook", CHECKS)
def test_h1_09_after_a_failure_a_refusal_counts(hook: str) -> None:
    """The first module raises, the second one refuses: that is the result."""
    host = chain_of(ThirdPartyRules, hook, raising(KeyError("x")), answering(False))
    assert call(host, hook, *CHECKS[hook]) is False
    assert (receipt_of(host).outcome, receipt_of(host).decider) == ("deny", "b")


@pytest.mark.parametrize(
    ("category", "hook", "arguments"),
    [
        (ThirdPartyRules, EVENT, (MESSAGE, STATE)),
        (PasswordAuthProvider, ALLOWED_3PID, ("email", "ann@example.org", False)),
    ],
)
def test_h1_10_a_failure_is_neither_yes_nor_no(
    category: type[Category], hook: str, arguments: tuple[Any, ...]
) -> None:
    """The caller sees that a module has failed, and which one; so does the receipt."""
    error = KeyError("x")
    host = chain_of(category, hook, raising(error))
    with pytest.raises(ModuleFailedError) as caught:
        call(host, hook, *arguments)
    assert (caught.value.module, caught.value.hook) == ("a", f"{category.name}.{hook}")
    assert error is caught.value.__cause__
    assert (receipt_of(host).outcome, receipt_of(host).decider) == ("failed", "a")


@pytest.mark.parametrize(("hook", "arguments"), [(EVENT, TWO[EVENT]), (CREATE, (REQUESTER, {}, 0))])
def test_h1_11_errors_of_the_host_pass_unchanged(hook: str, arguments: tuple[Any, ...]) -> None:
    """Status, code and fields are what the module has said, in our exception and the host's own."""
    ours = HomeserverError(429, "slow", Codes.LIMIT_EXCEEDED, {"retry_after_ms": 5})
    with pytest.raises(HomeserverError) as caught:
        call(chain_of(ThirdPartyRules, hook, raising(ours)), hook, *arguments)
    assert caught.value is ours
    assert (
        caught.value.code,
        caught.value.errcode,
        caught.value.error_dict()["retry_after_ms"],
    ) == (429, "M_LIMIT_EXCEEDED", 5)
    theirs = HostsOwnError(451, "ORG_BAD", see="there")
    with pytest.raises(HostsOwnError) as other:
        call(chain_of(ThirdPartyRules, hook, raising(theirs)), hook, *arguments)
    assert other.value is theirs
    assert (theirs.code, theirs.errcode, theirs.extra) == (451, "ORG_BAD", {"see": "there"})


@pytest.mark.parametrize("hook", [*NOTIFIED, "on_logged_out"])
def test_h1_12_all_modules_are_notified_even_if_one_fails(hook: str) -> None:
    """The first of three raises; the others are notified all the same, and the call succeeds."""
    category = ThirdPartyRules if hook in NOTIFIED else PasswordAuthProvider
    spies, arguments = [Spy(), Spy()], category.hookspecs[hook].arguments
    host = chain_of(category, hook, raising(HomeserverError(403, "no")), *spies)
    assert call(host, hook, *arguments) is None
    assert [spy.calls for spy in spies] == [[arguments]] * 2


def test_h1_14_a_wrong_shape_does_not_log_in() -> None:
    """The first checker forgets the second of the pair; the second checker wins."""
    checkers = [{PASSWORD: answering("@eve:hs")}, {PASSWORD: answering(ANN)}]
    host = chain_of(PasswordAuthProvider, "auth_checkers", *checkers)
    assert call(host, "check_auth", "ann", "m.login.password", {"password": "x"}) is ANN
    assert outcomes_of(receipt_of(host)) == ["invalid", "result"]


def test_h1_15_different_fields_for_one_type_keep_the_host_from_starting() -> None:
    """Both modules are named, as upstream documents and does not do."""
    other = {("m.login.password", ("password", "otp")): Spy()}
    problem = problem_of(
        PasswordAuthProvider, {"auth_checkers": {PASSWORD: Spy()}}, {"auth_checkers": other}
    )
    assert (problem.code, problem.path) == (Code.CONFLICTING_KEYS, ("modules", 1))
    assert "modules 'a' and 'b' contradict each other" in problem.message


def test_h1_16_sets_are_merged_until_all_are_meant() -> None:
    """Two modules add to one user's set; the token for all users is the result at once."""
    spy = Spy(answer=set())
    host = host_of(
        PresenceRouter,
        {"get_users_for_states": answering({"u": {"a"}}), "get_interested_users": answering({"a"})},
        {"get_users_for_states": answering({"u": {"b"}}), "get_interested_users": answering("ALL")},
        {"get_users_for_states": answering({}), "get_interested_users": spy},
    )
    assert call(host, "get_users_for_states", []) == {"u": {"a", "b"}}
    assert call(host, "get_interested_users", "u") == "ALL"
    assert spy.calls == []


def test_h1_18_the_first_module_keeps_control(caplog: pytest.LogCaptureFixture) -> None:
    """A second one is left out with one warning, whatever it registers for."""
    second = {"on_update": lambda *_: None, "default_batch_size": answering(1)}
    host = host_of(BackgroundUpdateController, {"on_update": Gate}, second)
    gate = host.hooks[BackgroundUpdateController].on_update("add_index", "main", False)
    assert isinstance(gate, Gate)
    assert call(host, "default_batch_size", "add_index", "main") == 100
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "'b' registers for background_update_controller" in record.getMessage()


@pytest.mark.parametrize("hook", PresenceRouter.hookspecs)
def test_h1_19_one_half_of_a_pair_is_refused(hook: str) -> None:
    """The module cannot be built, and the problem names both halves."""
    (other,) = set(PresenceRouter.hookspecs) - {hook}
    problem = problem_of(PresenceRouter, {hook: Spy()})
    assert problem.code == Code.INCOMPLETE
    assert f"presence_router.{hook} is registered without {other}" in problem.message


def test_h1_23_who_may_refuse_by_raising_may_also_change() -> None:
    """Later modules and the host see what a module does to the request for a room."""

    async def rename(_: Any, content: dict[str, Any], is_admin: bool) -> None:
        content["name"] = "Park"

    spy, request = Spy(), {"name": "Garden"}
    call(chain_of(ThirdPartyRules, CREATE, rename, spy), CREATE, REQUESTER, request, False)
    assert request == {"name": "Park"}
    assert request is spy.calls[0][1]
