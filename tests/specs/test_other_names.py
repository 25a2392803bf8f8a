"""Other names by which callers may give a hook's arguments."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hostkit import ALLOW, Category, Decision, Host, hookspec, rules
from hostkit.errors import SpecError
from hostkit.specs import also_named


class Rooms(Category):
    @also_named(userid="user", roomid="room")
    @hookspec(rules.FirstDenial())
    async def may_join(self, user: str, room: str, is_invited: bool = False) -> Decision:
        """Called before a user joins."""

    @also_named(userid="user")
    @hookspec(rules.FirstResult())
    def nickname(self, user: str) -> str | None:
        """Called to show a user."""


def host_of(calls: list[Any] | None = None) -> Any:
    """Build a host with a module that notes calls, or without any."""

    class Module:
        def __init__(self, config: Any, api: Any) -> None:
            api.register_rooms_callbacks(may_join=self.check, nickname=lambda user: user.title())

        async def check(self, *arguments: Any) -> Any:
            assert calls is not None
            calls.append(arguments)
            return ALLOW

    modules = [] if calls is None else [{"module": Module}]
    return Host.from_config({"modules": modules}, categories=[Rooms]).build()


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        (("ann", "hall", True), {}),
        (("ann",), {"roomid": "hall", "is_invited": True}),
        ((), {"userid": "ann", "roomid": "hall", "is_invited": True}),
        ((), {"user": "ann", "roomid": "hall", "is_invited": True}),
        ((), {"is_invited": True, "room": "hall", "userid": "ann"}),
    ],
)
def test_callers_may_use_either_name(args: Any, kwargs: Any) -> None:
    """For a call, for `ask` and `explain`, and while calls are watched."""
    calls: list[Any] = []
    host = host_of(calls)
    hook = host.hooks[Rooms].may_join
    assert asyncio.run(hook(*args, **kwargs)) is ALLOW
    assert asyncio.run(host.ask(hook, *args, **kwargs)).result is ALLOW
    assert asyncio.run(host.explain("rooms.may_join", *args, **kwargs)).steps
    seen = []
    host.plugin_manager.add_hookcall_monitoring(
        lambda name, impls, values: seen.append(values), lambda *_: None
    )
    asyncio.run(host.hooks[Rooms].may_join(*args, **kwargs))
    assert calls == [("ann", "hall", True)] * 4
    assert seen == [{"user": "ann", "room": "hall", "is_invited": True}]


def test_hooks_without_modules_and_synchronous_ones_take_them_too() -> None:
    """A hook is still false if no module listens."""
    hooks = host_of().hooks[Rooms]
    assert not hooks.may_join
    assert asyncio.run(hooks.may_join(userid="ann", roomid="hall")) is ALLOW
    assert hooks.nickname(userid="ann") is None
    assert host_of([]).hooks[Rooms].nickname(userid="ann") == "Ann"


def test_an_argument_has_one_name_in_a_call() -> None:
    """Both, or an unknown one, are errors as in any call."""
    hooks = host_of().hooks[Rooms]
    with pytest.raises(TypeError, match=r"nickname\(\) got 'user' also as 'userid'"):
        hooks.nickname(user="ann", userid="ann")
    with pytest.raises(TypeError, match="usrid"):
        hooks.nickname(usrid="ann")


@pytest.mark.parametrize("names", [{"a": "usr"}, {"room": "user"}])
def test_other_names_are_for_arguments(names: dict[str, str]) -> None:
    """An unknown argument, or a name that another one has, is refused with what there is."""
    with pytest.raises(SpecError, match="expected: a new name for one of user, room") as caught:

        class Wrong(Category):
            @also_named(**names)
            @hookspec(rules.Notify())
            def seen(self, user: str, room: str) -> None:
                """Called sometimes."""

    assert caught.value.code == "HK304"


def test_only_hooks_have_other_names() -> None:
    """The decorator stands above `@hookspec`."""
    with pytest.raises(SpecError, match="write it above @hookspec") as caught:

        @also_named(userid="user")
        def seen(self: Any, user: str) -> None: ...

    assert caught.value.code == "HK303"
