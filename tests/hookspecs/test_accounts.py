"""`AccountData` and `AccountValidity`."""

from __future__ import annotations

import functools
import logging
from typing import Any

import pytest

from hookspecs import AccountData, AccountValidity
from hostkit import ConfigErrors
from hostkit.codes import Code
from tests.dispatch.fakes import wire

from . import hosting
from .hosting import HostError, Spy, answering, raising

ON_DATA = "on_account_data_updated"


def arguments() -> tuple[Any, ...]:
    """Make the arguments of a call."""
    return ("@ann:hs", None, "m.direct", {"@bob:hs": ["!room:hs"]})


def test_account_data_may_have_no_listener() -> None:
    """Without modules nothing happens, and the host can know that beforehand."""
    chain = wire(AccountData, ON_DATA)
    assert chain.run(*arguments()) is None
    assert bool(chain.call) is False


def test_all_modules_are_notified_of_account_data_in_order() -> None:
    """Each module gets all arguments, and return values do not matter."""
    notified: list[tuple[str, Any]] = []
    callbacks = [lambda *got, name=name: notified.append((name, got)) for name in "ab"]
    assert wire(AccountData, ON_DATA, answering(5), *callbacks).run(*arguments()) is None
    assert notified == [("a", arguments()), ("b", arguments())]


def test_an_error_about_account_data_is_logged_and_the_rest_are_notified(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The data is written already, so no failure can change that."""
    spies = [Spy(), Spy()]
    chain = wire(AccountData, ON_DATA, raising(KeyError("x")), *spies)
    assert chain.run(*arguments()) is None
    assert [spy.calls for spy in spies] == [[arguments()]] * 2
    assert caplog.messages == [
        f"failed in account_data.{ON_DATA}, the next module is asked: KeyError: 'x'"
    ]
    assert caplog.records[0].name == "hostkit.modules.m0"


def test_each_module_gets_its_own_content() -> None:
    """Whatever a module does with the content, host and later modules have theirs."""

    def spoil(user_id: str, room_id: str | None, data_type: str, content: Any) -> None:
        content["@bob:hs"].clear()
        content["more"] = 1

    spy, given = Spy(), arguments()
    wire(AccountData, ON_DATA, spoil, spy).run(*given)
    assert given == arguments()
    assert spy.calls == [arguments()]


NOTIFYING = {
    "on_user_registration": ("@ann:hs",),
    "on_user_login": ("@ann:hs", "saml", None),
}
LEGACY: dict[str, tuple[Any, ...]] = {
    "on_legacy_send_mail": ("@ann:hs",),
    "on_legacy_renew": ("token",),
    "on_legacy_admin_request": (object(),),
}
notifying = pytest.mark.parametrize("hook", NOTIFYING)
legacy = pytest.mark.parametrize("hook", LEGACY)


host_of = functools.partial(hosting.host_of, AccountValidity)


@pytest.mark.parametrize("answers", [[], [None], [None, None]])
def test_without_an_answer_the_host_decides_about_expiry(answers: list[Any]) -> None:
    """Without an answer the result is None, which leaves it to the host's own records."""
    chain = wire(AccountValidity, "is_user_expired", *map(answering, answers))
    assert chain.run("@ann:hs") is None


@pytest.mark.parametrize("answer", [True, False, 0, "yes", ""])
def test_the_first_answer_about_expiry_is_given_raw(answer: Any) -> None:
    """What is not None ends the chain, false values too, and comes to the host as it is."""
    spy = Spy(answer="late")
    chain = wire(AccountValidity, "is_user_expired", answering(None), answering(answer), spy)
    assert chain.run("@ann:hs") is answer
    assert spy.calls == []


def test_an_error_about_expiry_goes_to_the_caller() -> None:
    """The request fails with what the module raised, and no further module is asked."""
    spy, error = Spy(answer=False), HostError(403, "M_X", field=1)
    chain = wire(AccountValidity, "is_user_expired", raising(error), spy)
    with pytest.raises(HostError) as caught:
        chain.run("@ann:hs")
    assert caught.value is error
    assert error.__notes__ == ["in module 'm0', hook account_validity.is_user_expired"]
    assert spy.calls == []


@notifying
def test_all_modules_are_notified_in_order(hook: str) -> None:
    """Each module gets all arguments, and return values do not matter."""
    notified: list[tuple[str, tuple[Any, ...]]] = []

    def first(*arguments: Any) -> str:
        notified.append(("first", arguments))
        return "ignored"

    def second(*arguments: Any) -> None:
        notified.append(("second", arguments))

    arguments = NOTIFYING[hook]
    assert wire(AccountValidity, hook, first, second).run(*arguments) is None
    assert notified == [("first", arguments), ("second", arguments)]


@notifying
def test_a_notification_may_have_no_listener(hook: str) -> None:
    """Without modules nothing happens, and the host can know that beforehand."""
    chain = wire(AccountValidity, hook)
    assert chain.run(*NOTIFYING[hook]) is None
    assert bool(chain.call) is False


@notifying
def test_an_error_ends_a_notification(hook: str) -> None:
    """What a module raises goes to the caller, and the modules after it are not notified."""
    before, after = Spy(), Spy()
    chain = wire(AccountValidity, hook, before, raising(HostError(500, "M_X")), after)
    with pytest.raises(HostError):
        chain.run(*NOTIFYING[hook])
    assert ([NOTIFYING[hook]], []) == (before.calls, after.calls)


def test_a_login_callback_must_take_all_arguments() -> None:
    """The hook came with all its arguments, so there are no older callbacks to be had."""
    with pytest.raises(ConfigErrors) as caught:
        host_of({"on_user_login": lambda user_id: None})
    assert [problem.code for problem in caught.value.problems] == [Code.MISFIT]


@legacy
def test_no_module_has_taken_over(hook: str) -> None:
    """Without a module the result is None, and the hook is false: the host does it itself."""
    chain = wire(AccountValidity, hook)
    assert chain.run(*LEGACY[hook]) is None
    assert bool(chain.call) is False


@legacy
def test_a_module_takes_over(hook: str) -> None:
    """The one module gets the arguments, and its answer is the result."""
    spy = Spy(answer=(True, False, 5))
    chain = wire(AccountValidity, hook, spy)
    assert bool(chain.call) is True
    assert chain.run(*LEGACY[hook]) == (True, False, 5)
    assert spy.calls == [LEGACY[hook]]


@legacy
def test_an_error_in_what_was_taken_over_goes_to_the_caller(hook: str) -> None:
    """The host does not fall back to its own way."""
    with pytest.raises(HostError):
        wire(AccountValidity, hook, raising(HostError(500, "M_X"))).run(*LEGACY[hook])


@legacy
def test_only_one_module_can_take_over(hook: str) -> None:
    """A second module that registers keeps the host from starting; both are named."""
    with pytest.raises(ConfigErrors) as caught:
        host_of({hook: answering(None)}, {hook: answering(None)})
    (problem,) = caught.value.problems
    assert problem.code == Code.NOT_EXCLUSIVE
    assert f"account_validity.{hook}" in problem.message


def test_two_modules_can_take_different_things_over() -> None:
    """Each of the legacy hooks has its own owner."""
    host = host_of({"on_legacy_send_mail": answering(None)}, {"on_legacy_renew": answering(None)})
    assert len(host.modules) == 2


def test_nothing_is_logged_when_all_goes_well(caplog: pytest.LogCaptureFixture) -> None:
    """None of the hooks is deprecated, however old."""
    with caplog.at_level(logging.INFO):
        host_of(dict.fromkeys(AccountValidity.hookspecs, answering(None)))
    assert caplog.messages == []
