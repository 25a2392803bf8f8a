"""Callbacks by key, and hooks that are registered together or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from hostkit.api import Registrations
from hostkit.errors import RegistrationError
from hostkit.rules import FirstResult, Notify
from hostkit.specs import Category, Keyed, hookimpl, hookspec

from .conftest import hooks_of, make_api


def read(written: Any) -> tuple[Any, Any]:
    """Read a name and its fields."""
    if not isinstance(written, tuple):
        raise TypeError("a name and its fields are needed")
    name, fields = written
    return name.lower(), fields


class Logins(Category):
    @hookspec(FirstResult(), keyed=Keyed("kind", read))
    async def check(self, user: str, kind: str) -> str | None:
        """Called when a user logs in."""

    @hookspec(Notify(), keyed=Keyed("kind"), required=1)
    def seen(self, user: str, kind: str) -> None:
        """Called when a user was seen."""


class Updates(Category):
    @hookspec(Notify(), requires=("end",))
    async def begin(self) -> None:
        """Called before an update."""

    @hookspec(Notify())
    async def end(self) -> None:
        """Called after an update."""


class Rooms(Category):
    @hookspec(Notify(), required=1)
    async def on_room(self, user: str, room: str) -> None:
        """Called after a room was made."""


def check(user: str, kind: str) -> str: ...


def look(user: str, kind: str) -> str: ...


def nothing() -> None: ...


@pytest.fixture
def api(registrations: Registrations) -> Any:
    """Give the api of a module in a host with these categories."""
    return make_api(registrations, Logins, Updates)


def refused(registrations: Registrations, register: Any, *args: Any, **callbacks: Any) -> str:
    """Register what cannot be, make sure that nothing was, and give the error's text."""
    with pytest.raises(RegistrationError) as caught:
        register(*args, **callbacks)
    assert registrations.callbacks == []
    return f"{caught.value.code} {caught.value}"


def test_callbacks_are_given_by_key(api: Any, registrations: Registrations) -> None:
    """Each key of the mapping is read, and gives one callback."""
    given = {("PW", (1,)): check, ("pw", (1,)): look, ("token", ()): check}
    api.register_logins_callbacks(check=given)
    given.clear()
    assert [(each.key, each.details, each.function) for each in registrations.callbacks] == [
        ("pw", (1,), check),
        ("pw", (1,), look),
        ("token", (), check),
    ]
    assert hooks_of(registrations) == ["logins.check"] * 3


def test_each_callback_must_fit(api: Any, registrations: Registrations) -> None:
    """If one does not, none of them is registered."""
    message = refused(registrations, api.register_logins_callbacks, seen={"a": check, "b": nothing})
    assert message.startswith("HK204 ")
    assert "HK203 " in refused(
        registrations, api.register_logins_callbacks, seen={"a": check, "b": None}
    )

    async def later(user: str, kind: str) -> None: ...

    assert "HK207 " in refused(registrations, api.register_logins_callbacks, seen={"a": later})


@pytest.mark.parametrize("given", [check, [("pw", check)], {"pw"}])
def test_a_keyed_hook_takes_a_mapping(api: Any, registrations: Registrations, given: Any) -> None:
    """A lone callback is for no key at all."""
    message = refused(registrations, api.register_logins_callbacks, check=given)
    assert message.startswith("HK212 ")
    assert "logins.check takes callbacks by key, not" in message
    assert "a dict of keys and callbacks" in message


def test_a_keyed_hook_takes_nothing(api: Any, registrations: Registrations) -> None:
    """`None` and an empty mapping are both no callbacks."""
    api.register_logins_callbacks(check={}, seen=None)
    assert registrations.callbacks == []


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("pw", "a name and its fields are needed"),
        (("pw", (), ()), "too many values to unpack"),
    ],
)
def test_a_key_that_is_none_is_refused(
    api: Any, registrations: Registrations, written: Any, reason: str
) -> None:
    """The error says which, and what the host has against it."""
    message = refused(
        registrations,
        api.register_logins_callbacks,
        check={("token", ()): check, written: check},
    )
    assert message.startswith("HK212 ")
    assert f"logins.check has no callbacks for the key {written!r}: {reason}" in message


class Unhashable(Mapping[Any, Any]):
    """A mapping with a key that no call can have."""

    def __getitem__(self, key: Any) -> Any:
        return check

    def __iter__(self) -> Iterator[Any]:
        return iter([["pw"]])

    def __len__(self) -> int:
        return 1


def test_a_key_can_be_looked_up(api: Any, registrations: Registrations) -> None:
    """What has no hash is the key of no call; any other mapping than a dict will do."""
    message = refused(registrations, api.register_logins_callbacks, seen=Unhashable())
    assert message.startswith("HK212 ")
    assert "no callbacks for the key ['pw']: unhashable type: 'list'" in message


def test_a_reading_that_is_broken_is_not_the_fault_of_the_key(
    api: Any, registrations: Registrations
) -> None:
    """What the host's own function should not raise is not explained away."""
    with pytest.raises(AttributeError, match="lower"):
        api.register_logins_callbacks(check={(7, ()): check})
    assert registrations.callbacks == []


def test_a_method_gives_no_key(api: Any, registrations: Registrations) -> None:
    """`@hookimpl` names a hook and nothing else; the error says what to write instead."""

    class Words:
        @hookimpl
        def end(self) -> None: ...

        @hookimpl
        def seen(self, user: str) -> None: ...

    message = refused(registrations, api.register_hookimpls, Words())
    assert message.startswith("HK212 ")
    assert "api.register_logins_callbacks(seen={key: callback})" in message


def test_hooks_that_belong_together(api: Any, registrations: Registrations) -> None:
    """One that requires another is registered with it; the other also stands alone."""
    api.register_updates_callbacks(begin=nothing, end=nothing)
    api.register_updates_callbacks(end=nothing)
    assert hooks_of(registrations) == ["updates.begin", "updates.end", "updates.end"]


@pytest.mark.parametrize("callbacks", [{}, {"end": None}])
def test_a_hook_without_what_it_requires(
    api: Any, registrations: Registrations, callbacks: dict[str, Any]
) -> None:
    """It is refused, with the name of what is missing."""
    message = refused(registrations, api.register_updates_callbacks, begin=nothing, **callbacks)
    assert message.startswith("HK213 ")
    assert "updates.begin is registered without end, which it needs" in message
    assert "register both in one call, or leave begin out as well" in message


def test_methods_that_belong_together(api: Any, registrations: Registrations) -> None:
    """The methods of an object are one call."""

    class Half:
        @hookimpl
        def begin(self) -> None: ...

    class Whole(Half):
        @hookimpl
        def end(self) -> None: ...

    assert "HK213 " in refused(registrations, api.register_hookimpls, Half())
    api.register_hookimpls(Whole())
    assert hooks_of(registrations) == ["updates.begin", "updates.end"]


def test_a_place_that_keeps_its_default_is_reported(
    registrations: Registrations, caplog: pytest.LogCaptureFixture
) -> None:
    """The warning names the parameter, the argument, and what to do."""

    def on_room(user: str, config: Any = None) -> None: ...

    def on_named_room(user: str, room: Any = None) -> None: ...

    api: Any = make_api(registrations, Rooms)
    api.register_rooms_callbacks(on_room=on_room)
    api.register_rooms_callbacks(on_room=on_named_room)
    assert [record.message.split(", since")[0] for record in caplog.records] == [
        f"{on_room.__qualname__} is called without the argument 'room' of rooms.on_room"
    ]
    assert "rename it to 'room', or leave the default out" in caplog.text
