"""`MediaRepository` and `Ratelimit`."""

from __future__ import annotations

import logging
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookspecs import MediaRepository, MediaUploadLimit, Ratelimit, RatelimitOverride
from hostkit.errors import InvalidValueError
from tests.dispatch.fakes import steps_of, wire

from .hosting import HostError, Spy, answering, raising, wrong_in

CONFIG = "get_media_config_for_user"
SIZE = "is_user_allowed_to_upload_media_of_size"
LIMITS = "get_media_upload_limits_for_user"
EXCEEDED = "on_media_upload_limit_exceeded"


def limit(max_bytes: int, time_period_ms: int) -> MediaUploadLimit:
    """Make a limit."""
    return MediaUploadLimit(max_bytes=max_bytes, time_period_ms=time_period_ms)


ARGUMENTS: dict[str, tuple[Any, ...]] = {
    CONFIG: ("@ann:hs",),
    SIZE: ("@ann:hs", 10),
    LIMITS: ("@ann:hs",),
    EXCEEDED: ("@ann:hs", limit(10, 1000), 8, 5),
}
DEFAULTS = {CONFIG: None, SIZE: True, LIMITS: None, EXCEEDED: None}


def ask(hook: str, *callbacks: Any) -> Any:
    """Call a hook with arguments that suit it."""
    return wire(MediaRepository, hook, *callbacks).run(*ARGUMENTS[hook])


@pytest.mark.parametrize("hook", DEFAULTS)
def test_without_modules_there_is_a_default(hook: str) -> None:
    """The host's own configuration and limits hold."""
    assert DEFAULTS[hook] is ask(hook)


@pytest.mark.parametrize("hook", DEFAULTS)
def test_modules_are_asked_in_order_with_all_arguments(hook: str) -> None:
    """Whoever has nothing to say lets the next one be asked."""
    spies = [Spy(answer=DEFAULTS[hook]) for _ in range(3)]
    assert DEFAULTS[hook] is ask(hook, *spies)
    assert [spy.calls for spy in spies] == [[ARGUMENTS[hook]]] * 3


@pytest.mark.parametrize("hook", DEFAULTS)
def test_an_error_goes_to_the_caller(hook: str) -> None:
    """What a module raises comes as it is, and no further module is asked."""
    spy, error = Spy(), HostError(413, "M_X", field=1)
    with pytest.raises(HostError) as caught:
        ask(hook, raising(error), spy)
    assert caught.value is error
    assert spy.calls == []


@pytest.mark.parametrize("config", [{}, {"m.upload.size": 5}, MappingProxyType({"a": 1})])
def test_the_first_configuration_counts(config: Any) -> None:
    """An empty one is one too."""
    spy = Spy(answer={"late": 1})
    assert dict(config) == ask(CONFIG, answering(None), answering(config), spy)
    assert spy.calls == []


@pytest.mark.parametrize("answer", [False, "", [], 5, [("a", 1)]])
def test_an_answer_that_is_not_a_configuration_is_refused(answer: Any) -> None:
    """It goes to the caller as an exception that names module and hook."""
    with pytest.raises(InvalidValueError, match=r"m0.*get_media_config_for_user.*is a dict"):
        ask(CONFIG, answering(answer), Spy(answer={}))


def test_the_first_refusal_counts() -> None:
    """No module is asked after it."""
    spy = Spy(answer=True)
    assert ask(SIZE, answering(True), answering(False), spy) is False
    assert spy.calls == []


@pytest.mark.parametrize("answer", [None, 0, "", []])
def test_what_is_false_refuses(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A forgotten `return` refuses the upload, and log and receipt name module and hook."""
    spy = Spy()
    chain = wire(MediaRepository, SIZE, answering(True), answering(answer), spy)
    assert chain.run("@ann:hs", 10) is False
    assert spy.calls == []
    assert wrong_in([chain.receipt]) == [(f"media_repository.{SIZE}", "m1")]
    assert (chain.receipt.outcome, chain.receipt.decider) == ("deny", "m1")
    detail = f"expected bool, got {answer!r} (permission is True or False)"
    assert chain.receipt.steps[1].detail == detail
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("hostkit.modules.m1", logging.WARNING)
    message = f"failed in media_repository.{SIZE}, it counts as a denial: {detail}"
    assert record.getMessage() == message


@pytest.mark.parametrize("answer", [True, 1, "yes", [0]])
def test_what_is_true_allows(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Another truthy value counts like `True`, and is not logged."""
    chain = wire(MediaRepository, SIZE, answering(answer), answering(True))
    assert chain.run("@ann:hs", 10) is True
    assert (caplog.messages, wrong_in(chain.receipts)) == ([], [])


def test_a_plain_refusal_is_not_an_invalid_answer(caplog: pytest.LogCaptureFixture) -> None:
    """`False` is recorded as the module's denial, and not logged."""
    chain = wire(MediaRepository, SIZE, answering(False))
    assert chain.run("@ann:hs", 10) is False
    assert (steps_of(chain.receipt), caplog.messages) == (["m0: deny, False"], [])


@pytest.mark.parametrize("sequence", [list, tuple])
def test_limits_are_sorted_by_period(sequence: Any) -> None:
    """The longest period is first, in a new list; the module's own is left as it was."""
    day, hour, month = limit(50, 86_400_000), limit(9, 3_600_000), limit(99, 2_592_000_000)
    given_limits = sequence([day, hour, month])
    result = ask(LIMITS, answering(None), answering(given_limits), Spy(answer=[]))
    assert result == [month, day, hour]
    assert given_limits == sequence([day, hour, month])


def test_no_limits_are_an_answer() -> None:
    """An empty list means none, so no further module is asked; the result is a new list."""
    spy, empty = Spy(answer=[limit(1, 1)]), list[Any]()
    result = ask(LIMITS, answering(empty), spy)
    assert (result, spy.calls) == ([], [])
    assert result is not empty


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (False, "a list or a tuple"),
        ({}, "a list or a tuple"),
        (limit(1, 1), "a list or a tuple"),
        ([limit(1, 1), 5], "not a int"),
    ],
)
def test_an_answer_without_limits_is_refused(answer: Any, why: str) -> None:
    """It goes to the caller as an exception that names module and hook."""
    with pytest.raises(InvalidValueError, match=f"m0.*{LIMITS}.*{why}"):
        ask(LIMITS, answering(answer), Spy(answer=[]))


def test_each_module_gets_its_own_limit() -> None:
    """Whatever a module does with the limit, host and later modules have theirs."""
    spies, own = [Spy(), Spy()], limit(10, 1000)
    wire(MediaRepository, EXCEEDED, *spies).run("@ann:hs", own, 8, 5)
    got = [spy.calls[0][1] for spy in spies]
    assert got == [own, own]
    assert len({id(each) for each in (own, *got)}) == 3


def test_what_is_returned_about_an_exceeded_limit_is_ignored() -> None:
    """The upload is refused in any case, so the hook has no result."""
    assert ask(EXCEEDED, answering(True)) is None


Limits = st.lists(st.builds(limit, st.integers(0, 9), st.integers(1, 9)), max_size=5)


@given(st.lists(st.none() | Limits | Limits.map(tuple), max_size=4))
def test_limits_equal_a_model(answers: list[Any]) -> None:
    """The result is that of a search for the first answer and a repeated search for the longest."""
    expected: list[MediaUploadLimit] | None = None
    for answer in answers:
        if answer is not None:
            expected, left = [], list(answer)
            while left:
                longest = max(each.time_period_ms for each in left)
                position = [each.time_period_ms for each in left].index(longest)
                expected.append(left.pop(position))
            break
    assert ask(LIMITS, *map(answering, answers)) == expected


@given(st.lists(st.sampled_from([True, False, None, 0, 1, "", "x"]), max_size=5))
def test_permission_equals_a_model(answers: list[Any]) -> None:
    """An upload is allowed if all answers are true, and no module is asked after a falsy one.

    That is recorded as invalid if it is not a bool.
    """
    spies = [Spy(answer=answer) for answer in answers]
    asked = [True]
    for answer in answers[:-1]:
        asked.append(asked[-1] and bool(answer))
    chain = wire(MediaRepository, SIZE, *spies)
    assert all(answers) is chain.run(*ARGUMENTS[SIZE])
    assert asked[: len(spies)] == [spy.calls != [] for spy in spies]
    false = [(number, answer) for number, answer in enumerate(answers) if not answer][:1]
    wrong = [f"m{number}" for number, answer in false if answer is not False]
    assert [module for _, module in wrong_in(chain.receipts)] == wrong


OVERRIDE = "get_ratelimit_override_for_user"
SLOW = RatelimitOverride(per_second=0.5, burst_count=2)


def override_of(*callbacks: Any) -> Any:
    """Ask for the override of a user."""
    return wire(Ratelimit, OVERRIDE, *callbacks).run("@ann:hs", "rc_invites.per_user")


@pytest.mark.parametrize("answers", [[], [None], [None, False, 0, ()]])
def test_without_an_override_the_configured_rate_holds(answers: list[Any]) -> None:
    """The result is None if no answer is truthy."""
    assert override_of(*map(answering, answers)) is None


def test_the_first_override_counts() -> None:
    """No module is asked after it; those before it get user and limiter."""
    before, after = Spy(), Spy(answer=RatelimitOverride(per_second=9.0, burst_count=9))
    assert override_of(before, answering(SLOW), after) is SLOW
    assert before.calls == [("@ann:hs", "rc_invites.per_user")]
    assert after.calls == []


@pytest.mark.parametrize("burst_count", [0, 5])
def test_no_limit_is_an_override(burst_count: int) -> None:
    """A rate of 0.0 reaches the host as one, whatever the burst, and is not taken for None."""
    unlimited = RatelimitOverride(per_second=0.0, burst_count=burst_count)
    assert override_of(answering(unlimited), Spy(answer=SLOW)) is unlimited


def test_an_override_may_be_the_hosts_own() -> None:
    """A class of the host's serves as well, if it has the same attributes."""
    own = SimpleNamespace(per_second=1.0, burst_count=1)
    assert override_of(answering(own)) is own


@pytest.mark.parametrize("answer", [5, (1.0, 2), "none", SimpleNamespace(per_second=1.0)])
def test_an_answer_that_is_not_an_override_is_refused(answer: Any) -> None:
    """It goes to the caller as an exception that names module and hook."""
    with pytest.raises(InvalidValueError, match=f"m1.*{OVERRIDE}.*per_second and burst_count"):
        override_of(answering(None), answering(answer), Spy(answer=SLOW))


def test_an_error_about_an_override_goes_to_the_caller() -> None:
    """What a module raises comes as it is, and no further module is asked."""
    spy = Spy(answer=SLOW)
    with pytest.raises(HostError):
        override_of(raising(HostError(500, "M_X")), spy)
    assert spy.calls == []
