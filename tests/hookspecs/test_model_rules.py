"""Random chains of the younger categories equal models that are slow and obvious."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookspecs import (
    BackgroundUpdateController,
    HomeserverError,
    LegacyThirdPartyRules,
    PasswordAuthProvider,
    PresenceRouter,
    ThirdPartyRules,
)
from hostkit import Category, Host, ModuleFailedError
from hostkit.errors import InvalidValueError

from . import models
from .hosting import call, host_of, wrong_in
from .models import BROKEN, EVENT_ANSWERS, FAILED, FORBIDDEN, NONSENSE, PLAIN, SHAPES, VETO, Run
from .rooms import MESSAGE, STATE
from .test_background_update_controller import Gate

NOTES: list[Any] = [None, True, False, 5]
PERMISSIONS: list[Any] = [True, True, True, False, None, 0, 1, "no"]
LOGINS: list[Any] = [None, None, ("@a:hs", None), ("@b:hs", print), "@a:hs", ("@a:hs",), (5, None)]
NAMES: list[Any] = [None, None, "ann", "", 5, False]
ROUTES: list[Any] = [{}, {"a": {1}}, {"a": {2}, "b": {1}}, {"a": {3}, "b": 5}, None, "ALL"]
INTERESTS: list[Any] = [set(), {"a"}, {"a", "b"}, "ALL", None, ["a"], {"a": 1}]
SIZES: list[Any] = [0, 5, True, None, "5"]
UPDATES: list[Any] = [Gate(), None, 5]
MODELS: list[tuple[type[Category], str, list[Any], models.Model]] = [
    (ThirdPartyRules, "check_event_allowed", EVENT_ANSWERS, models.allow_event),
    (LegacyThirdPartyRules, "check_event_allowed", EVENT_ANSWERS, models.allow_event_legacy),
    (ThirdPartyRules, "on_create_room", NOTES, models.create_room),
    *(
        (ThirdPartyRules, hook, PERMISSIONS, models.permit)
        for hook in ThirdPartyRules.hookspecs
        if hook.startswith("check_") and hook != "check_event_allowed"
    ),
    *(
        (ThirdPartyRules, hook, NOTES, models.notify)
        for hook in ThirdPartyRules.hookspecs
        if hook.startswith("on_") and hook != "on_create_room"
    ),
    (PasswordAuthProvider, "check_3pid_auth", LOGINS, models.log_in),
    (PasswordAuthProvider, "on_logged_out", NOTES, models.notify),
    (PasswordAuthProvider, "get_username_for_registration", NAMES, models.name),
    (PasswordAuthProvider, "get_displayname_for_registration", NAMES, models.name),
    (PasswordAuthProvider, "is_3pid_allowed", PERMISSIONS, models.permit_or_fail),
    (PresenceRouter, "get_users_for_states", ROUTES, models.route),
    (PresenceRouter, "get_interested_users", INTERESTS, models.interest),
    (BackgroundUpdateController, "on_update", UPDATES, models.control(None, Gate)),
    (BackgroundUpdateController, "default_batch_size", SIZES, models.control(100, int)),
    (BackgroundUpdateController, "min_batch_size", SIZES, models.control(100, int)),
]
EXCEPTIONS = (VETO, FORBIDDEN, FAILED, BROKEN, NONSENSE)


def acting(answer: Any, asked: list[Any]) -> Callable[[tuple[Any, ...]], Any]:
    """Make what a callback does: it notes its arguments, and answers or raises."""

    def do(arguments: tuple[Any, ...]) -> Any:
        asked.append(arguments)
        if answer == FAILED:
            raise KeyError("x")
        if answer == VETO:
            raise HomeserverError(403, "no", VETO)
        return answer

    return do


def ask(host: Host, hook: str, *arguments: Any) -> Any:
    """Call a hook; what it raises is written in the words of the models."""
    try:
        if hook == "on_update":
            return host.hooks[BackgroundUpdateController].on_update(*arguments)
        return call(host, hook, *arguments)
    except HomeserverError as error:
        return VETO if error.errcode == VETO else FORBIDDEN
    except ModuleFailedError:
        return BROKEN
    except InvalidValueError:
        return NONSENSE
    except KeyError:
        return FAILED


def run(host: Host, hook: str, asked: list[Any], *arguments: Any) -> Run:
    """Call a hook, and gather what a model says."""
    result = ask(host, hook, *arguments)
    wrong = ["abcdefgh".index(module) + 1 for _, module in wrong_in(host.receipts)]
    if isinstance(result, str) and result in EXCEPTIONS:
        *_, receipt = host.receipts
        refuses = result in (VETO, FORBIDDEN) and "third_party_rules" in receipt.hook
        assert receipt.outcome == ("deny" if refuses else "failed")
        assert receipt.decider == "abcdefgh"[len(asked) - 1]
    return result, len(asked), wrong


def companions(hook: str) -> dict[str, Any]:
    """Give what must be registered together with a hook."""
    known: dict[str, dict[str, Any]] = {
        "get_users_for_states": {"get_interested_users": lambda _: set()},
        "get_interested_users": {"get_users_for_states": lambda _: {}},
        "default_batch_size": {"on_update": Gate},
        "min_batch_size": {"on_update": Gate},
    }
    return known.get(hook, {})


@pytest.mark.parametrize(("category", "hook", "answers", "model"), MODELS)
@given(data=st.data())
def test_a_random_chain_equals_its_model(
    category: type[Category], hook: str, answers: list[Any], model: Any, data: st.DataObject
) -> None:
    """Values, nonsense and exceptions in any order, from callbacks of any shape."""
    spec, asked = category.hookspecs[hook], list[Any]()
    chain = data.draw(st.lists(st.sampled_from([*answers, FAILED, VETO]), max_size=5))
    shapes = st.sampled_from(SHAPES if spec.is_async else PLAIN)
    callbacks = [data.draw(shapes)(acting(each, asked), len(spec.arguments)) for each in chain]
    timing = data.draw(st.sampled_from(["sampled", "exact"]))
    modules = [{**companions(hook), hook: each} for each in callbacks]
    host = host_of(category, *modules, timing=timing)
    arguments: tuple[Any, ...] = spec.arguments
    if hook == "check_event_allowed":
        arguments = (MESSAGE, STATE)
    elif "uia_results" in arguments:
        arguments = ({"m.login.dummy": True}, {"username": "ann"})
    assert model(chain) == run(host, hook, asked, *arguments)
    for given_arguments in asked:
        assert arguments[1:] == given_arguments[1:]


@given(chain=st.lists(st.sampled_from(EVENT_ANSWERS[:5]), max_size=5))
def test_each_module_is_asked_about_the_last_replacement(chain: Sequence[Any]) -> None:
    """It sees what those before it have made of the event; a decider sees what is agreed, too."""
    asked: list[Any] = []
    callbacks = [SHAPES[0](acting(each, asked), 2) for each in chain]
    host = host_of(ThirdPartyRules, *({"check_event_allowed": each} for each in callbacks))
    call(host, "check_event_allowed", MESSAGE, STATE)
    fields = MESSAGE.get_dict()
    for (event, _), answer in zip(asked, chain, strict=False):
        assert event.get_dict() == fields
        assert (event.event_id, event.sender, event.depth) == ("$1", fields["sender"], 7)
        fields = answer[1] or fields
    last = max((place for place, answer in enumerate(chain) if answer[1]), default=0)
    deciders = [answer for answer in chain[:last] if not answer[1]]
    again = asked[len(chain) :]
    assert [event.get_dict() for event, _ in again] == [fields] * len(deciders)


TYPES = ["m.login.password", "org.token", "org.none"]


@given(
    modules=st.lists(
        st.dictionaries(st.sampled_from(TYPES), st.sampled_from([*LOGINS, FAILED, VETO])),
        max_size=5,
    ),
    login_type=st.sampled_from([*TYPES, "org.unknown"]),
    shape=st.sampled_from(SHAPES),
)
def test_random_checkers_equal_their_model(
    modules: list[dict[str, Any]], login_type: str, shape: Any
) -> None:
    """The modules that know the type make a chain of their own; the types keep their order."""
    asked: list[Any] = []
    host = host_of(
        PasswordAuthProvider,
        *(
            {
                "auth_checkers": {
                    (each, (f"{each}.field",)): shape(acting(answers[each], asked), 3)
                    for each in answers
                }
            }
            for answers in modules
        ),
    )
    result, count, wrong = models.log_in(
        [answers[login_type] for answers in modules if login_type in answers]
    )
    assert ask(host, "check_auth", "ann", login_type, {"password": "x"}) == result
    assert asked == [("ann", login_type, {"password": "x"})] * count
    knowing = [n for n, answers in enumerate(modules) if login_type in answers]
    found = ["abcdefgh".index(module) for _, module in wrong_in(host.receipts)]
    assert found == [knowing[n - 1] for n in wrong]
    types = dict.fromkeys(each for answers in modules for each in answers)
    supported = host.hooks[PasswordAuthProvider].supported_login_types
    assert list(supported.items()) == [(each, (f"{each}.field",)) for each in types]
