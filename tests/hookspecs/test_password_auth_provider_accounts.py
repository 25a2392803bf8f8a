"""What else those modules are asked: third-party addresses, names of new accounts, and logouts."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from hookspecs import HomeserverError, PasswordAuthProvider
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
from .test_password_auth_provider import ANN, WRONG

NAMES = ("get_username_for_registration", "get_displayname_for_registration")
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "check_3pid_auth": ("email", "ann@example.org", "secret"),
    "on_logged_out": ("@ann:hs", None, "token"),
    **dict.fromkeys(NAMES, ({"m.login.dummy": True}, {"username": "Ann"})),
    "is_3pid_allowed": ("email", "ann@example.org", True),
}
DEFAULTS = {**dict.fromkeys(ARGUMENTS), "is_3pid_allowed": True}
every_hook = pytest.mark.parametrize("hook", ARGUMENTS)
names = pytest.mark.parametrize("hook", NAMES)
THREEPID = "check_3pid_auth"
ALLOWED = "is_3pid_allowed"


def ask(hook: str, *callbacks: Any) -> Any:
    """Call a hook of some modules."""
    return call(chain_of(PasswordAuthProvider, hook, *callbacks), hook, *ARGUMENTS[hook])


@every_hook
def test_without_modules_there_is_a_default(hook: str) -> None:
    """Without modules there is the default, and the host can know that beforehand."""
    assert DEFAULTS[hook] is ask(hook)
    hooks = chain_of(PasswordAuthProvider, hook).hooks[PasswordAuthProvider]
    assert bool(getattr(hooks, hook)) is False


@every_hook
def test_all_modules_are_asked_until_one_decides(hook: str) -> None:
    """All get the arguments of the call."""
    spies = [Spy(answer=DEFAULTS[hook]), Spy(answer=DEFAULTS[hook])]
    assert DEFAULTS[hook] is ask(hook, *spies)
    assert [spy.calls for spy in spies] == [[ARGUMENTS[hook]]] * 2


@every_hook
def test_a_cancellation_of_the_caller_is_not_a_failure(hook: str) -> None:
    """It goes to the caller; the next module is not asked, but it is notified of a logout."""
    spy = Spy(answer=DEFAULTS[hook])
    with pytest.raises(asyncio.CancelledError):
        ask(hook, cancelling, spy)
    assert spy.calls == ([ARGUMENTS[hook]] if hook == "on_logged_out" else [])


def test_the_first_login_by_address_ends_the_call() -> None:
    """It is the very tuple of the module."""
    spy = Spy(answer=ANN)
    assert ask(THREEPID, answering(None), answering(ANN), spy) is ANN
    assert spy.calls == []


@pytest.mark.parametrize("answer", WRONG, ids=repr)
def test_a_wrong_login_by_address_is_skipped_and_logged(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is logged in by it, and module and hook are named."""
    assert ask(THREEPID, answering(answer), answering(ANN)) is ANN
    assert ask(THREEPID, answering(answer)) is None
    assert {record.name for record in caplog.records} == {"hostkit.modules.a"}
    assert f"failed in password_auth_provider.{THREEPID}, " in caplog.text


def test_an_exception_in_a_login_by_address_is_skipped_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The next module may authenticate the user."""
    assert ask(THREEPID, raising(HomeserverError(403, "no")), answering(ANN)) is ANN
    start = f"failed in password_auth_provider.{THREEPID}, the next module is asked: "
    assert caplog.messages[0].startswith(start + "HomeserverError")


@names
@pytest.mark.parametrize("name", ["ann", "", "ANN"])
def test_the_first_text_is_the_name(hook: str, name: str) -> None:
    """Also an empty one; the modules after it are not asked."""
    spy = Spy(answer="bob")
    assert ask(hook, answering(None), answering(name), spy) is name
    assert spy.calls == []


@names
@pytest.mark.parametrize("answer", [5, 0, False, b"ann", ["ann"], {}], ids=repr)
def test_an_answer_that_is_not_a_string_is_skipped_and_logged(
    hook: str, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The next module is asked, and module and hook are named."""
    host = chain_of(PasswordAuthProvider, hook, answering(answer), answering("ann"))
    assert call(host, hook, *ARGUMENTS[hook]) == "ann"
    assert wrong_in(host.receipts) == [(f"password_auth_provider.{hook}", "a")]
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("hostkit.modules.a", logging.WARNING)
    start = f"failed in password_auth_provider.{hook}, the next module is asked: expected str | "
    assert record.getMessage().startswith(start)


@pytest.mark.parametrize("hook", [*NAMES, ALLOWED])
@pytest.mark.parametrize("error", [KeyError("x"), HomeserverError(403, "no")], ids=repr)
def test_an_exception_keeps_the_account_from_being_made(hook: str, error: Exception) -> None:
    """The caller gets a `ModuleFailedError`, and the next module is not asked."""
    spy = Spy(answer="ann")
    with pytest.raises(ModuleFailedError) as caught:
        ask(hook, raising(error), spy)
    assert error is caught.value.__cause__
    assert (caught.value.module, caught.value.hook) == ("a", f"password_auth_provider.{hook}")
    assert spy.calls == []


@names
def test_a_module_has_results_and_parameters_of_its_own(hook: str) -> None:
    """What it does to them neither the next one nor the host sees."""

    async def spoil(uia_results: dict[str, Any], params: dict[str, Any]) -> None:
        uia_results.clear()
        params["username"] = "root"

    spy = Spy()
    results, params = {"m.login.dummy": True}, {"username": "Ann"}
    call(chain_of(PasswordAuthProvider, hook, spoil, spy), hook, results, params)
    assert (results, params) == ({"m.login.dummy": True}, {"username": "Ann"})
    assert spy.calls == [(results, params)]


def test_the_first_refusal_of_an_address_ends_the_call() -> None:
    """`False` refuses, and the receipt names the module."""
    spy = Spy(answer=True)
    host = chain_of(PasswordAuthProvider, ALLOWED, answering(True), answering(False), spy)
    assert call(host, ALLOWED, *ARGUMENTS[ALLOWED]) is False
    assert spy.calls == []
    assert (receipt_of(host).outcome, receipt_of(host).decider) == ("deny", "b")


@pytest.mark.parametrize("answer", [None, 0, 1, "no", ()], ids=repr)
@pytest.mark.parametrize("then", [True, False])
def test_what_is_neither_true_nor_false_allows_an_address(
    answer: Any, then: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged with module and hook, and the next module decides."""
    host = chain_of(PasswordAuthProvider, ALLOWED, answering(answer), answering(then))
    assert call(host, ALLOWED, *ARGUMENTS[ALLOWED]) is then
    assert outcomes_of(receipt_of(host)) == ["invalid", "continue" if then else "deny"]
    (record,) = caplog.records
    assert record.name == "hostkit.modules.a"
    assert "neither True nor False" in record.getMessage()


def test_all_modules_are_notified_of_a_logout(caplog: pytest.LogCaptureFixture) -> None:
    """Return values do not matter, and a failure is logged with module and hook."""
    spy, hook = Spy(answer=5), "on_logged_out"
    assert ask(hook, raising(KeyError("x")), spy) is None
    assert spy.calls == [ARGUMENTS[hook]]
    assert caplog.messages == [
        f"failed in password_auth_provider.{hook}, the next module is asked: KeyError: 'x'"
    ]
