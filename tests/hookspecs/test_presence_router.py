from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from hookspecs import PRESENCE_ALL_USERS, HomeserverError, PresenceRouter, UserPresenceState
from hostkit.codes import Code

from .hosting import (
    Spy,
    answering,
    call,
    cancelling,
    host_of,
    outcomes_of,
    problem_of,
    raising,
    receipt_of,
    wrong_in,
)

ROUTES = "get_users_for_states"
INTEREST = "get_interested_users"
ANN = UserPresenceState("@ann:hs", "online", 1, 2, 3, None, currently_active=True)
BOB = UserPresenceState("@bob:hs", "offline", 0, 0, 0, "away", currently_active=False)
DEFAULTS: dict[str, Any] = {ROUTES: {}, INTEREST: set()}
ARGUMENTS: dict[str, tuple[Any, ...]] = {ROUTES: ([ANN, BOB],), INTEREST: ("@ann:hs",)}
every_hook = pytest.mark.parametrize("hook", DEFAULTS)


def host_with(hook: str, *callbacks: Any) -> Any:
    """Build a host of modules that have a callback for one hook, and a dull one for the other."""
    (other,) = {*DEFAULTS} - {hook}
    dull = answering(DEFAULTS[other])
    return host_of(PresenceRouter, *({hook: callback, other: dull} for callback in callbacks))


def ask(hook: str, *answers: Any) -> Any:
    """Call a hook whose modules answer like that."""
    return call(host_with(hook, *map(answering, answers)), hook, *ARGUMENTS[hook])


@every_hook
def test_without_modules_there_is_a_default(hook: str) -> None:
    """Without modules the result is empty, and the host can know that beforehand."""
    assert ask(hook) == DEFAULTS[hook]
    assert bool(getattr(host_with(hook).hooks[PresenceRouter], hook)) is False


@every_hook
def test_everybody_is_asked(hook: str) -> None:
    """All get the arguments as they are."""
    spies = [Spy(answer=DEFAULTS[hook]), Spy(answer=DEFAULTS[hook])]
    assert call(host_with(hook, *spies), hook, *ARGUMENTS[hook]) == DEFAULTS[hook]
    for spy in spies:
        ((argument,),) = spy.calls
        assert argument is ARGUMENTS[hook][0]


def test_what_modules_route_is_put_together() -> None:
    """Each user receives what any module gives, and no module's sets are changed by that."""
    first, second = {"@x:hs": {ANN}}, {"@x:hs": {BOB}, "@y:hs": frozenset({ANN})}
    result = ask(ROUTES, first, second)
    assert result == {"@x:hs": {ANN, BOB}, "@y:hs": {ANN}}
    assert (first, second["@x:hs"]) == ({"@x:hs": {ANN}}, {BOB})
    result["@y:hs"].add(BOB)
    assert frozenset({ANN}) == second["@y:hs"]


def test_the_users_of_interest_are_put_together() -> None:
    """The result is the host's own set."""
    first, second = {"@x:hs"}, frozenset({"@x:hs", "@y:hs"})
    result = ask(INTEREST, first, second)
    assert result == {"@x:hs", "@y:hs"}
    result.add("@z:hs")
    assert first == {"@x:hs"}


@pytest.mark.parametrize("token", [PRESENCE_ALL_USERS, PRESENCE_ALL_USERS.encode().decode()])
def test_all_users_are_the_result_at_once(token: str) -> None:
    """Any string equal to the token ends the call; no further module is asked."""
    spy = Spy(answer=set())
    host = host_with(INTEREST, answering({"@x:hs"}), answering(token), spy)
    assert call(host, INTEREST, "@ann:hs") == PRESENCE_ALL_USERS
    assert spy.calls == []


def test_the_token_means_nothing_among_routes() -> None:
    """There it is an answer of the wrong type."""
    assert ask(ROUTES, PRESENCE_ALL_USERS, {"@x:hs": {ANN}}) == {"@x:hs": {ANN}}


@pytest.mark.parametrize(
    ("hook", "answer", "good", "result"),
    [
        *(
            (ROUTES, answer, {"@x:hs": {ANN}}, {"@x:hs": {ANN}})
            for answer in (
                None,
                5,
                {ANN},
                [("@y:hs", {ANN})],
                {"@y:hs": {ANN}, "@z:hs": [ANN]},
                {"@y:hs": None},
                {"@y:hs": ANN},
            )
        ),
        *(
            (INTEREST, answer, {"@x:hs"}, {"@x:hs"})
            for answer in (None, 5, True, "all", "", ["@y:hs"], {"@y:hs": 1}, ("@y:hs",))
        ),
    ],
)
@pytest.mark.parametrize("last", [True, False])
def test_a_malformed_answer_is_skipped_as_a_whole(
    hook: str, answer: Any, good: Any, result: Any, last: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of it gets into the result, and log and receipt name module and hook."""
    answers = [good, answer] if last else [answer, good]
    host = host_with(hook, *map(answering, answers))
    assert call(host, hook, *ARGUMENTS[hook]) == result
    module = "b" if last else "a"
    assert wrong_in(host.receipts) == [(f"presence_router.{hook}", module)]
    (record,) = caplog.records
    assert (record.name, record.levelno) == (f"hostkit.modules.{module}", logging.WARNING)
    assert record.getMessage().startswith(f"failed in presence_router.{hook}, the next module ")


@every_hook
@pytest.mark.parametrize("error", [KeyError("x"), HomeserverError(403, "no")], ids=repr)
def test_an_exception_is_skipped_and_logged(
    hook: str, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are asked all the same."""
    good: Any = {"@x:hs": {ANN}} if hook == ROUTES else {"@x:hs"}
    host = host_with(hook, raising(error), answering(good))
    assert call(host, hook, *ARGUMENTS[hook]) == good
    assert outcomes_of(receipt_of(host))[0] == "failed"
    start = f"failed in presence_router.{hook}, the next module is asked: {type(error).__name__}"
    assert caplog.messages[0].startswith(start)


@every_hook
def test_a_cancellation_of_the_caller_is_not_a_failure(hook: str) -> None:
    """It goes to the caller and the next module is not asked."""
    spy = Spy(answer=DEFAULTS[hook])
    with pytest.raises(asyncio.CancelledError):
        call(host_with(hook, cancelling, spy), hook, *ARGUMENTS[hook])
    assert spy.calls == []


@every_hook
def test_one_of_the_two_alone_is_refused(hook: str) -> None:
    """A module that answers one question and not the other keeps the host from starting."""
    (other,) = {*DEFAULTS} - {hook}
    for callbacks in ({hook: Spy()}, {hook: Spy(), other: None}):
        problem = problem_of(PresenceRouter, callbacks)
        assert (problem.code, problem.path) == (Code.INCOMPLETE, ("modules", 0))
        assert problem.message == (
            f"module 'a': presence_router.{hook} is registered without {other}, which it needs"
        )


def test_neither_of_the_two_is_fine() -> None:
    """A module may decide by its config that it routes nothing."""
    host = host_of(PresenceRouter, {}, {ROUTES: None, INTEREST: None})
    assert call(host, ROUTES, []) == {}
