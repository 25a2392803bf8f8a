from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable
from typing import Any

import pytest

from hookspecs import (
    NOT_SPAM,
    Codes,
    JsonDict,
    Ratelimit,
    RegistrationBehaviour,
    SpamChecker,
    ThirdPartyRules,
)
from hostkit import ConfigErrors

from .hosting import Spy, answering, chain_of
from .spam import ARGUMENTS, DEFAULTS, call, host_of

ROOM = "user_may_create_room"
NAME = "check_username_for_spam"
REGISTRATION = "check_registration_for_spam"
LOGIN = "check_login_for_spam"
STATE = "user_may_send_state_event"

Calls = list[tuple[Any, ...]]


# How many arguments a callback takes: see `required=`.


def note(calls: Calls, hook: str, *arguments: Any) -> Any:
    """Note a call and say nothing against it."""
    calls.append(arguments)
    return DEFAULTS[hook]


def one(calls: Calls, hook: str) -> Callable[..., Any]:
    async def callback(first: Any) -> Any:
        return note(calls, hook, first)

    return callback


def two(calls: Calls, hook: str) -> Callable[..., Any]:
    async def callback(first: Any, second: Any) -> Any:
        return note(calls, hook, first, second)

    return callback


def two_of_which_one_is_a_default(calls: Calls, hook: str) -> Callable[..., Any]:
    async def callback(first: Any, closed_over: Any = "mine") -> Any:
        return note(calls, hook, first, closed_over)

    return callback


def three_of_which_one_is_a_default(calls: Calls, hook: str) -> Callable[..., Any]:
    async def callback(first: Any, second: Any, closed_over: Any = "mine") -> Any:
        return note(calls, hook, first, second, closed_over)

    return callback


def any_number(calls: Calls, hook: str) -> Callable[..., Any]:
    async def callback(*arguments: Any) -> Any:
        return note(calls, hook, *arguments)

    return callback


def bound_beforehand(calls: Calls, hook: str) -> Callable[..., Any]:
    async def callback(mine: Any, first: Any, second: Any) -> Any:
        return note(calls, hook, mine, first, second)

    return functools.partial(callback, "mine")


@pytest.mark.parametrize("hook", [ROOM, NAME])
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (one, "{0}"),
        (two, "{0} {1}"),
        (two_of_which_one_is_a_default, "{0} mine"),
        (three_of_which_one_is_a_default, "{0} {1} mine"),
        (any_number, "{0} {1}"),
        (bound_beforehand, "mine {0} {1}"),
    ],
)
def test_a_callback_gets_as_many_arguments_as_it_takes(
    hook: str, make: Callable[[Calls, str], Any], expected: str
) -> None:
    """The second may be left out, a callback that takes all gets all, and defaults are kept."""
    calls: Calls = []
    assert DEFAULTS[hook] is call(host_of({hook: make(calls, hook)}), hook)
    names = {f"{{{index}}}": value for index, value in enumerate(ARGUMENTS[hook])}
    assert calls == [tuple(names.get(word, word) for word in expected.split())]


def test_a_default_that_is_named_as_the_argument_is_filled() -> None:
    """A callback written for hosts of several versions gets what its host has."""
    calls: Calls = []

    async def create(user_id: str, room_config: JsonDict | None = None) -> Any:
        return note(calls, ROOM, user_id, room_config)

    async def find(user_profile: Any, requester_id: str | None = None) -> Any:
        return note(calls, NAME, user_profile, requester_id)

    host = host_of({ROOM: create, NAME: find})
    call(host, ROOM)
    call(host, NAME)
    assert calls == [ARGUMENTS[ROOM], ARGUMENTS[NAME]]


def test_old_callbacks_for_registrations_take_three_arguments() -> None:
    """They do not get the authentication provider; those with four do."""
    calls: Calls = []

    async def old(email_threepid: Any, username: Any, request_info: Any) -> Any:
        return note(calls, REGISTRATION, email_threepid, username, request_info)

    host = host_of({REGISTRATION: old}, {REGISTRATION: any_number(calls, REGISTRATION)})
    assert RegistrationBehaviour.ALLOW is call(host, REGISTRATION)
    assert calls == [ARGUMENTS[REGISTRATION][:3], ARGUMENTS[REGISTRATION]]


def test_a_trailing_default_gets_the_provider_under_any_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As it has the argument's own default; what has another one is reported."""
    calls: Calls = []

    async def register(email: Any, name: Any, info: Any, provider: str | None = None) -> Any:
        return note(calls, REGISTRATION, email, name, info, provider)

    async def login(user: Any, device: Any, name: Any, info: Any, provider: Any = None) -> Any:
        return note(calls, LOGIN, user, device, name, info, provider)

    async def create(user: Any, config: Any = None) -> Any:
        return note(calls, ROOM, user, config)

    host = host_of({REGISTRATION: register, LOGIN: login, ROOM: create})
    for hook in (REGISTRATION, LOGIN, ROOM):
        call(host, hook)
    assert calls == [ARGUMENTS[REGISTRATION], ARGUMENTS[LOGIN], (*ARGUMENTS[ROOM][:1], None)]
    assert "without the argument 'room_config' of spam_checker.user_may_create_room" in caplog.text


def test_a_host_may_leave_out_where_a_user_came_from() -> None:
    """Then the modules are given `None`."""
    for hook in (REGISTRATION, LOGIN):
        spy = Spy(answer=DEFAULTS[hook])
        known = ARGUMENTS[hook][:-1]
        call(host_of({hook: spy}), hook, *known)
        assert spy.calls == [(*known, None)]


@pytest.mark.parametrize("hook", ARGUMENTS)
def test_a_callback_that_takes_nothing_does_not_fit(hook: str) -> None:
    """It is refused when it is registered, and not when it is called."""

    async def nothing() -> Any:
        raise AssertionError("it is never called")

    with pytest.raises(ConfigErrors, match=f"spam_checker.{hook} does not fit: it must accept"):
        host_of({hook: nothing})


@pytest.mark.parametrize("hook", [hook for hook in ARGUMENTS if hook not in (ROOM, NAME)])
def test_a_callback_that_takes_too_little_does_not_fit(hook: str) -> None:
    """Only the arguments that came later may be left out."""
    needed = 3 if hook == REGISTRATION else len(ARGUMENTS[hook])
    parameters = ", ".join(f"a{number}" for number in range(needed - 1))
    with pytest.raises(ConfigErrors, match=f"it must accept {needed} argument"):
        host_of({hook: eval(f"lambda {parameters}: None")})


# Arguments of which each module gets a copy.


async def spoil(*arguments: Any) -> Any:
    """Change everything that can be changed, all the way down."""
    for argument in arguments:
        if isinstance(argument, dict):
            for value in argument.values():
                if isinstance(value, dict):
                    value["spoilt"] = True
            argument["spoilt"] = True
    return False


@pytest.mark.parametrize(
    ("hook", "arguments"),
    [
        (ROOM, ("@ann:hs", {"creation_content": {"type": "m.space"}})),
        (STATE, ("@ann:hs", "!room:hs", "m.x", "", {"users": {"@ann:hs": 100}})),
        (NAME, ({"user_id": "@bob:hs", "display_name": None, "avatar_url": None}, "@ann:hs")),
    ],
)
def test_modules_get_copies(hook: str, arguments: tuple[Any, ...]) -> None:
    """What one module changes, neither the next one nor the host sees."""
    before = repr(arguments)

    async def spoil_and_go_on(*given: Any) -> Any:
        await spoil(*given)
        return DEFAULTS[hook]

    spy = Spy(answer=DEFAULTS[hook])
    call(host_of({hook: spoil_and_go_on}, {hook: spy}), hook, *arguments)
    assert repr(arguments) == before
    assert [repr(each) for each in spy.calls] == [before]


@pytest.mark.parametrize("hook", [hook for hook in ARGUMENTS if hook not in (ROOM, STATE, NAME)])
def test_other_arguments_are_the_host_s_own(hook: str) -> None:
    """Nothing is copied that modules cannot change."""
    spy = Spy(answer=DEFAULTS[hook])
    call(host_of({hook: spy}), hook)
    ((given),) = spy.calls
    assert all(mine is theirs for mine, theirs in zip(ARGUMENTS[hook], given, strict=True))


# Other callables.


def test_a_misspelt_hook_is_refused() -> None:
    """It is an error when the module is built."""
    with pytest.raises(ConfigErrors, match="user_may_join_room"):
        host_of({"user_may_join_rooms": answering(NOT_SPAM)})


def test_a_module_in_shadow_mode_denies_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """It is asked, and its denial is only recorded."""
    host = host_of({STATE: answering(Codes.FORBIDDEN)}, mode="shadow")
    assert call(host, STATE) is NOT_SPAM
    (receipt,) = host.receipts
    assert "a [shadow]: deny, (Codes.FORBIDDEN, {})" in str(receipt)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    ("category", "hook", "names"),
    [
        (SpamChecker, "user_may_join_room", ("user_id", "room_id", "is_invited")),
        (SpamChecker, "user_may_invite", ("inviter_userid", "invitee_userid", "room_id")),
        (
            SpamChecker,
            "user_may_send_3pid_invite",
            ("inviter_userid", "medium", "address", "room_id"),
        ),
        (SpamChecker, "user_may_create_room", ("userid", "room_config")),
        (SpamChecker, "user_may_create_room_alias", ("userid", "room_alias")),
        (SpamChecker, "user_may_publish_room", ("userid", "room_id")),
        (Ratelimit, "get_ratelimit_override_for_user", ("user_id", "limiter_name")),
        (ThirdPartyRules, "on_create_room", ("requester", "config", "is_requester_admin")),
    ],
)
def test_hosts_may_use_the_names_they_know(
    category: Any, hook: str, names: tuple[str, ...]
) -> None:
    """Those by which the homeserver itself calls its hooks."""
    calls: Calls = []

    async def callback(*arguments: Any) -> Any:
        calls.append(arguments)
        return NOT_SPAM if category is SpamChecker else None

    values = tuple(f"value of {name}" for name in names)
    chain = chain_of(category, hook, callback)
    asyncio.run(getattr(chain.hooks[category], hook)(**dict(zip(names, values, strict=True))))
    assert calls == [values]
