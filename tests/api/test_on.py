"""A callback can be registered for a hook that is given as a method of its category."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hostkit import ALLOW, Deny, Host
from hostkit.api import ModuleApi, Registrations
from hostkit.errors import RegistrationError
from hostkit.rules import Decision, FirstDenial, FirstResult
from hostkit.specs import Category, Keyed, hookspec
from tests.api.conftest import Comments, Names, Strangers, check, hooks_of, make_api


class Logins(Category):
    @hookspec(FirstResult(), keyed=Keyed("kind"))
    async def check_login(self, name: str, kind: str) -> str | None:
        """Called when a user logs in."""


class StrictComments(Comments):
    name = "comments"

    @hookspec(FirstDenial(on_error="deny"))
    async def check_comment(self, author: str, text: str) -> Decision:
        """Called before a comment is stored."""


def test_a_callback_is_registered_and_returned(
    api: ModuleApi, registrations: Registrations
) -> None:
    """So it can decorate a function, which remains what it was."""
    assert api.on(Comments.check_comment)(check) is check
    assert hooks_of(registrations) == ["comments.check_comment"]
    assert registrations.callbacks[0].function is check


def test_a_host_asks_what_was_registered() -> None:
    """A method under other names of parameters is asked like any other."""

    class NoShouting:
        def __init__(self, config: object, api: ModuleApi) -> None:
            api.on(Comments.check_comment)(self.check)

        async def check(self, who: str, what: str) -> Decision:
            return Deny("shouting", who) if what.isupper() else ALLOW

    host = Host.from_config({"modules": [{"module": NoShouting}]}, categories=[Comments]).build()
    asked = asyncio.run(host.hooks[Comments].check_comment("ann", "HI"))
    assert asked == Deny("shouting", "ann")


def test_a_keyed_hook_takes_the_key(registrations: Registrations) -> None:
    """It is given once for each key, also if the key is `None`."""
    api = make_api(registrations, Logins)
    for key in ("password", None):
        api.on(Logins.check_login, key=key)(check)
    assert [each.key for each in registrations.callbacks] == ["password", None]
    with pytest.raises(RegistrationError, match="takes callbacks by key") as caught:
        api.on(Logins.check_login)(check)
    assert caught.value.code == "HK212"


@pytest.mark.parametrize("hook", [Comments.check_comment, StrictComments.check_comment])
def test_a_hook_of_a_derived_category_may_be_named_by_its_base(
    registrations: Registrations, hook: Any
) -> None:
    """A module is written against the category that it knows."""
    make_api(registrations, StrictComments).on(hook)(check)
    (registration,) = registrations.callbacks
    assert registration.spec is StrictComments.hookspecs["check_comment"]


def test_a_hook_of_another_host_is_refused(api: ModuleApi) -> None:
    """The error lists the categories that there are."""
    with pytest.raises(RegistrationError, match="no category with the hook Strangers") as caught:
        api.on(Strangers.on_stranger)
    assert caught.value.code == "HK202"
    assert "Comments, Names" in str(caught.value)


@pytest.mark.parametrize("wrong", ["check_comment", check, None, Comments, Deny("no")])
def test_what_is_not_a_hook_is_refused(api: ModuleApi, wrong: Any) -> None:
    """A name, a function without a rule, or anything else: the error shows how it is written."""
    with pytest.raises(RegistrationError, match="this is not a hook") as caught:
        api.on(wrong)
    assert caught.value.code == "HK216"
    assert "such as Comments.check_comment" in str(caught.value)


def test_the_object_that_calls_a_hook_does_not_name_it(api: ModuleApi) -> None:
    """What a host calls is not what a module registers for."""
    hooks = Host.from_config({}, categories=[Names]).build().hooks[Names]
    with pytest.raises(RegistrationError, match="this is not a hook"):
        api.on(hooks.find_name)


def test_a_callback_that_does_not_fit_is_refused(
    api: ModuleApi, registrations: Registrations
) -> None:
    """As it is by the method of its category."""
    with pytest.raises(RegistrationError) as caught:
        api.on(Comments.check_comment)(lambda: ALLOW)  # type: ignore[arg-type, misc]
    assert caught.value.code == "HK204"
    assert registrations.callbacks == []


def test_it_can_be_too_late(api: ModuleApi, registrations: Registrations) -> None:
    """Callbacks are registered in `__init__`, even if the hook was named there."""
    register = api.on(Comments.check_comment)
    registrations.is_open = False
    with pytest.raises(RegistrationError, match="registering a callback for comments") as caught:
        register(check)
    assert caught.value.code == "HK205"
