from __future__ import annotations

import asyncio
import inspect
import itertools
import logging
from typing import Any

import pytest

from hookspecs import NOT_SPAM, Codes, RegistrationBehaviour, SpamChecker
from hostkit.errors import InvalidValueError
from hostkit.rules import FirstDenial

from .hosting import HostError, Spy, answering, raising
from .spam import (
    ARGUMENTS,
    DEFAULTS,
    DENIALS,
    EVENT,
    FORBIDDEN,
    MAYS,
    VERDICTS,
    FakeEvent,
    ask,
    call,
    host_of,
)

SINCE = {
    "check_event_for_spam": "1.37",
    "should_drop_federated_event": "1.60",
    "user_may_join_room": "1.37",
    "user_may_invite": "1.37",
    "federated_user_may_invite": "1.133",
    "user_may_send_3pid_invite": "1.45",
    "user_may_create_room": "1.37",
    "user_may_create_room_alias": "1.37",
    "user_may_publish_room": "1.37",
    "user_may_send_state_event": "1.132",
    "check_username_for_spam": "1.37",
    "check_registration_for_spam": "1.37",
    "check_media_file_for_spam": "1.37",
    "check_login_for_spam": "1.87",
}
ARGUMENT_NAMES = {
    "check_event_for_spam": "event",
    "should_drop_federated_event": "event",
    "user_may_join_room": "user room is_invited",
    "user_may_invite": "inviter invitee room_id",
    "federated_user_may_invite": "event",
    "user_may_send_3pid_invite": "inviter medium address room_id",
    "user_may_create_room": "user_id room_config",
    "user_may_create_room_alias": "user_id room_alias",
    "user_may_publish_room": "user_id room_id",
    "user_may_send_state_event": "user_id room_id event_type state_key content",
    "check_username_for_spam": "user_profile requester_id",
    "check_registration_for_spam": "email_threepid username request_info auth_provider_id",
    "check_media_file_for_spam": "file_wrapper file_info",
    "check_login_for_spam": (
        "user_id device_id initial_display_name request_info auth_provider_id"
    ),
}

NUMBERS = itertools.count()
"""Unique names, for modules that were not reported before."""

every_hook = pytest.mark.parametrize("hook", ARGUMENTS)


def test_the_hooks_are_those_of_the_homeserver() -> None:
    """Names, arguments and order are what modules know."""
    specs = SpamChecker.hookspecs
    assert SpamChecker.name == "spam_checker"
    assert {name: " ".join(spec.arguments) for name, spec in specs.items()} == ARGUMENT_NAMES
    assert list(SINCE.items()) == [(name, spec.added) for name, spec in specs.items()]


@every_hook
def test_a_hook_declares_what_its_documentation_says(hook: str) -> None:
    """An exception goes to the caller, whatever the hook; a wrong answer denies, if any can."""
    spec = SpamChecker.hookspecs[hook]
    assert isinstance(spec.rule, FirstDenial)
    assert ("raise", "deny" if hook in VERDICTS else None) == (
        spec.rule.on_error,
        spec.rule.on_invalid,
    )
    text = " ".join((inspect.getdoc(spec.function) or "").split())
    assert "An exception goes to the caller" in text
    assert (hook in VERDICTS) == text.endswith("is logged and denies as forbidden.")


@every_hook
def test_without_modules_there_is_a_default(hook: str) -> None:
    """Nothing is spam without modules."""
    assert DEFAULTS[hook] is ask(hook)


@every_hook
def test_modules_are_asked_in_order(hook: str) -> None:
    """Each is asked with all arguments as long as no module denies."""
    asked: list[tuple[str, tuple[Any, ...]]] = []

    def noting(name: str) -> Any:
        async def callback(*arguments: Any) -> Any:
            asked.append((name, arguments))
            return DEFAULTS[hook]

        return callback

    assert DEFAULTS[hook] is ask(hook, *map(noting, "abc"))
    assert asked == [(name, ARGUMENTS[hook]) for name in "abc"]


@every_hook
def test_the_first_denial_is_the_result(hook: str) -> None:
    """Modules before it are asked; those after it are not."""
    before, after = Spy(answer=DEFAULTS[hook]), Spy(answer=DEFAULTS[hook])
    assert DENIALS[hook] is ask(hook, before, answering(DENIALS[hook]), after)
    assert (len(before.calls), len(after.calls)) == (1, 0)


@every_hook
def test_an_exception_goes_to_the_caller(hook: str) -> None:
    """It comes as it was raised, and no further module is asked."""
    error, after = HostError(429, "M_LIMIT_EXCEEDED", retry_after_ms=5), Spy()
    with pytest.raises(HostError) as caught:
        ask(hook, raising(error), after)
    assert caught.value is error
    assert (caught.value.status, caught.value.extra) == (429, {"retry_after_ms": 5})
    assert after.calls == []
    assert error.__notes__ == [f"in module 'a', hook spam_checker.{hook}"]


@every_hook
def test_an_exception_after_a_denial_does_not_happen(hook: str) -> None:
    """Who is not asked cannot fail."""
    assert DENIALS[hook] is ask(hook, answering(DENIALS[hook]), raising(HostError(500, "M_X")))


@every_hook
def test_an_operator_can_have_exceptions_deny(hook: str) -> None:
    """With `on_error: deny` in the file, each hook has a denial of its own."""
    rule = SpamChecker.hookspecs[hook].rule
    assert isinstance(rule, FirstDenial)
    host = host_of({hook: raising(HostError(500, "M_X"))}, on_error="deny")
    assert rule.denial is call(host, hook)
    assert (hook in VERDICTS) == (rule.denial == FORBIDDEN)


@pytest.mark.parametrize("hook", VERDICTS)
def test_an_operator_can_have_wrong_answers_raise_or_count_for_nothing(hook: str) -> None:
    """What the file says about a module holds for its wrong answers too."""
    spy = Spy(answer=NOT_SPAM)
    chain: list[dict[str, Any]] = [{hook: answering(None)}, {hook: spy}]
    with pytest.raises(InvalidValueError, match=rf"a.*spam_checker\.{hook}"):
        call(host_of(*chain, on_error="raise"), hook)
    assert spy.calls == []
    assert call(host_of(*chain, on_error="continue"), hook) is NOT_SPAM
    assert len(spy.calls) == 1


@every_hook
def test_a_plain_function_may_be_registered(hook: str) -> None:
    """What needs not wait need not be asynchronous."""
    assert DENIALS[hook] is ask(hook, lambda *_: DENIALS[hook])


def test_arguments_can_be_passed_by_name() -> None:
    """A host may call a hook as it calls any function, and leave out what has a default."""
    spy = Spy(answer=NOT_SPAM)
    login = host_of({"check_login_for_spam": spy}).hooks[SpamChecker].check_login_for_spam
    calling = login("@ann:hs", None, request_info=[], initial_display_name="Phone")
    assert asyncio.run(calling) == NOT_SPAM
    assert spy.calls == [("@ann:hs", None, "Phone", [], None)]


# Registrations and user names.


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        ("ALLOW ALLOW", "ALLOW"),
        ("ALLOW DENY", "DENY"),
        ("SHADOW_BAN DENY", "SHADOW_BAN"),
        ("DENY SHADOW_BAN", "DENY"),
    ],
)
def test_the_first_that_does_not_allow_a_registration_wins(answers: str, result: str) -> None:
    """Neither denial outweighs the other."""
    callbacks = [answering(RegistrationBehaviour[answer]) for answer in answers.split()]
    assert RegistrationBehaviour[result] is ask("check_registration_for_spam", *callbacks)


@pytest.mark.parametrize("answer", [None, True, NOT_SPAM, Codes.FORBIDDEN, "allow"])
def test_a_wrong_answer_to_a_registration_is_a_clear_failure(answer: Any) -> None:
    """The error names module and hook, and the next module is not asked."""
    spy = Spy(answer=RegistrationBehaviour.ALLOW)
    with pytest.raises(InvalidValueError) as caught:
        ask("check_registration_for_spam", answering(answer), spy)
    assert (
        caught.value.module,
        caught.value.hook,
    ) == ("a", "spam_checker.check_registration_for_spam")
    assert f"expected RegistrationBehaviour, got {answer!r}" in str(caught.value)
    assert spy.calls == []


@pytest.mark.parametrize(
    ("answer", "hidden"), [(True, True), ("yes", True), (1, True), (0, False), (None, False)]
)
def test_what_is_true_hides_a_user(answer: Any, hidden: bool) -> None:
    """The result is a boolean, whatever the module answered."""
    assert ask("check_username_for_spam", answering(False), answering(answer)) is hidden


def test_an_answer_that_is_neither_true_nor_false_is_a_failure() -> None:
    """What raises when Python asks whether it is true says nothing."""

    class Undecided:
        def __bool__(self) -> bool:
            raise ValueError("ask me tomorrow")

    for hook in ("check_username_for_spam", "should_drop_federated_event"):
        with pytest.raises(InvalidValueError, match="ask me tomorrow"):
            ask(hook, answering(Undecided()))


# Invitations from other servers.


def test_an_invitation_from_elsewhere_ends_with_the_hook_for_all() -> None:
    """If no module denies the event, they are asked about inviter, invitee and room."""
    first, second = Spy(answer=NOT_SPAM), Spy(answer=(Codes.INVITE_BLOCKED, {}))
    host = host_of({"federated_user_may_invite": first, "user_may_invite": second})
    assert second.answer is call(host, "federated_user_may_invite")
    assert first.calls == [(EVENT,)]
    assert second.calls == [("@ann:away", "@bob:hs", "!room:hs")]


def test_a_refused_invitation_from_elsewhere_ends_there() -> None:
    """The hook for all is not asked any more."""
    spy = Spy(answer=NOT_SPAM)
    denying = answering(Codes.FORBIDDEN)
    host = host_of({"federated_user_may_invite": denying, "user_may_invite": spy})
    assert call(host, "federated_user_may_invite") == FORBIDDEN
    assert spy.calls == []


def test_a_module_that_knows_only_the_hook_for_all_is_asked() -> None:
    """It need not know of invitations from other servers."""
    spy = Spy(answer=NOT_SPAM)
    event = FakeEvent(sender="@eve:away", state_key="@ann:hs", room_id="!x:away")
    assert call(host_of({"user_may_invite": spy}), "federated_user_may_invite", event) is NOT_SPAM
    assert spy.calls == [("@eve:away", "@ann:hs", "!x:away")]


def test_an_exception_of_the_hook_for_all_goes_to_the_caller() -> None:
    """The note names the hook in which it was raised."""
    host = host_of({"user_may_invite": raising(HostError(403, "M_X"))})
    with pytest.raises(HostError) as caught:
        call(host, "federated_user_may_invite")
    assert caught.value.__notes__ == ["in module 'a', hook spam_checker.user_may_invite"]


# Booleans of older modules.


@pytest.mark.parametrize("hook", ["check_event_for_spam", "check_media_file_for_spam", *MAYS])
def test_a_boolean_is_deprecated_in_the_log(hook: str, caplog: pytest.LogCaptureFixture) -> None:
    """One line names module and hook, however often the module is asked."""
    name = f"old{next(NUMBERS)}"
    host = host_of({hook: answering(True)}, names=[name])
    results = [call(host, hook) for _ in range(3)]
    assert results == [NOT_SPAM if hook in MAYS else FORBIDDEN] * 3
    (record,) = caplog.records
    assert (record.name, record.levelno) == (f"hostkit.modules.{name}", logging.WARNING)
    assert f"module {name} answers spam_checker.{hook} with True" in record.getMessage()
