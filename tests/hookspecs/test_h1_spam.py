"""Characteristic behaviours, by their numbers in the list of thirty: spam checkers."""

from __future__ import annotations

import asyncio
import functools
import logging
from typing import Any

import pytest

from hookspecs import NOT_SPAM, Codes, SpamChecker

from .hosting import HostError, Spy, answering, raising, wrong_in
from .spam import (
    ARGUMENTS,
    DEFAULTS,
    DENIALS,
    DROPS,
    FORBIDDEN,
    MAYS,
    VERDICTS,
    ask,
    call,
    host_of,
)

every_hook = pytest.mark.parametrize("hook", ARGUMENTS)
every_verdict = pytest.mark.parametrize("hook", VERDICTS)


@every_verdict
def test_h1_01_a_later_denial_ends_the_chain(hook: str) -> None:
    """Who continues lets the next one deny, and no module after that one is asked."""
    spy = Spy(answer=NOT_SPAM)
    result = ask(hook, answering(NOT_SPAM), answering(Codes.USER_LOCKED), spy)
    assert result == (Codes.USER_LOCKED, {})
    assert spy.calls == []


@every_hook
def test_h1_02_no_module_is_asked_after_a_denial(hook: str) -> None:
    """The first module denies, so the second one is not called."""
    spy = Spy(answer=DEFAULTS[hook])
    assert DENIALS[hook] is ask(hook, answering(DENIALS[hook]), spy)
    assert spy.calls == []


@every_hook
def test_h1_03_without_modules_nothing_is_prepared(hook: str) -> None:
    """The default comes back, and the host sees beforehand that no module listens."""
    host = host_of()
    assert DEFAULTS[hook] is call(host, hook)
    assert not getattr(host.hooks[SpamChecker], hook)
    assert getattr(host_of({hook: Spy()}).hooks[SpamChecker], hook)


@every_verdict
def test_h1_04_a_forgotten_return_denies_and_is_logged(
    hook: str, caplog: pytest.LogCaptureFixture
) -> None:
    """`None` is not an answer: it denies, and log, receipt and explanation name module and hook."""
    host = host_of({hook: answering(None)}, names="f")
    assert call(host, hook) == FORBIDDEN
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("hostkit.modules.f", logging.WARNING)
    assert f"failed in spam_checker.{hook}, it counts as a denial" in record.getMessage()
    explained = asyncio.run(host.explain(f"spam_checker.{hook}", *ARGUMENTS[hook]))
    for receipt in (*host.receipts, explained):
        assert (receipt.outcome, receipt.decider) == ("deny", "f")
        assert wrong_in([receipt]) == [(f"spam_checker.{hook}", "f")]


@every_verdict
def test_h1_05_equal_tokens_are_alike(hook: str) -> None:
    """It does not matter which string object says that there is nothing against it."""
    token = NOT_SPAM.encode().decode()
    assert token is not NOT_SPAM
    spy = Spy(answer=token)
    assert ask(hook, answering(token), spy) == NOT_SPAM
    assert len(spy.calls) == 1


@pytest.mark.parametrize("hook", ["check_event_for_spam", "check_media_file_for_spam", *MAYS])
def test_h1_06_booleans_mean_what_each_hook_took_them_for(hook: str) -> None:
    """What may be done is allowed by `True`; what is checked for spam is allowed by `False`."""
    allowing = hook in MAYS
    assert ask(hook, answering(allowing)) == NOT_SPAM
    assert ask(hook, answering(not allowing)) == FORBIDDEN


@pytest.mark.parametrize("hook", ["user_may_send_state_event", "check_login_for_spam"])
@pytest.mark.parametrize("answer", [True, False])
def test_h1_06_younger_hooks_know_no_booleans(hook: str, answer: bool) -> None:
    """Both of them deny where booleans never had a meaning."""
    assert ask(hook, answering(answer)) == FORBIDDEN


@every_verdict
def test_h1_07_fields_reach_the_caller_untouched(hook: str) -> None:
    """The dict is the module's own; a malformed tuple becomes the stock denial."""
    fields = {"limit": [1, {"unit": "day"}]}
    code, given = ask(hook, answering((Codes.LIMIT_EXCEEDED, fields)))
    assert Codes.LIMIT_EXCEEDED is code
    assert fields is given
    assert given == {"limit": [1, {"unit": "day"}]}
    assert ask(hook, answering((Codes.LIMIT_EXCEEDED, fields, 1))) == FORBIDDEN


@every_hook
def test_h1_08_an_exception_ends_the_operation(hook: str) -> None:
    """The caller gets it, and later modules are not asked."""
    spy = Spy(answer=DEFAULTS[hook])
    with pytest.raises(ZeroDivisionError):
        ask(hook, raising(ZeroDivisionError()), spy)
    assert spy.calls == []


@every_hook
def test_h1_11_errors_of_the_host_pass_unchanged(hook: str) -> None:
    """A module can answer with a status, a code and fields of its choice."""
    error = HostError(451, "M_FORBIDDEN", see="https://example.org")
    with pytest.raises(HostError) as caught:
        ask(hook, raising(error))
    assert caught.value is error
    assert (error.status, error.code) == (451, "M_FORBIDDEN")
    assert error.extra == {"see": "https://example.org"}


@pytest.mark.parametrize("hook", ["user_may_create_room", "check_username_for_spam"])
def test_h1_20_older_callbacks_get_fewer_arguments(hook: str) -> None:
    """One argument is enough; `*args` gets all; a default is not overwritten."""
    calls: list[tuple[Any, ...]] = []

    async def one(first: Any) -> Any:
        calls.append((first,))
        return DEFAULTS[hook]

    async def with_default(first: Any, mine: str = "mine") -> Any:
        calls.append((first, mine))
        return DEFAULTS[hook]

    spy = Spy(answer=DEFAULTS[hook])
    first, _ = ARGUMENTS[hook]
    assert DEFAULTS[hook] is ask(hook, one, with_default, spy)
    assert calls == [(first,), (first, "mine")]
    assert spy.calls == [ARGUMENTS[hook]]


@every_hook
def test_h1_21_callables_without_a_name_work(hook: str) -> None:
    """A partial function or an object that can be called is as good as a function."""

    async def deny(answer: Any, *_: Any) -> Any:
        return answer

    spy = Spy(answer=DEFAULTS[hook])
    assert not hasattr(spy, "__qualname__")
    assert DENIALS[hook] is ask(hook, spy, functools.partial(deny, DENIALS[hook]))
    assert len(spy.calls) == 1


@pytest.mark.parametrize(
    ("hook", "payload"), [("user_may_create_room", 1), ("user_may_send_state_event", 4)]
)
def test_h1_23_modules_cannot_change_what_the_others_see(hook: str, payload: int) -> None:
    """Host and later modules see the original."""
    arguments = (*ARGUMENTS[hook][:payload], {"nested": {"list": [1]}})

    async def change(*given: Any) -> Any:
        given[payload]["nested"]["list"].append(2)
        return NOT_SPAM

    spy = Spy(answer=NOT_SPAM)
    assert call(host_of({hook: change}, {hook: spy}), hook, *arguments) == NOT_SPAM
    original = {"nested": {"list": [1]}}
    assert (original, original) == (arguments[payload], spy.calls[0][payload])


@pytest.mark.parametrize("hook", DROPS)
def test_h1_06_the_token_drops_an_event(hook: str) -> None:
    """This hook takes truthy answers, and a string that is not empty is truthy."""
    assert ask(hook, answering(NOT_SPAM)) is NOT_SPAM
