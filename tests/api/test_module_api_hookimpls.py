from __future__ import annotations

import functools
from typing import Any
from unittest.mock import Mock

import pluggy
import pytest

from hostkit.api import ModuleApi, Registrations
from hostkit.errors import RegistrationError
from hostkit.rules import ALLOW, Decision
from hostkit.specs import hookimpl

from .conftest import hooks_of


class Words:
    @hookimpl
    async def check_comment(self, text: str) -> Decision:
        return ALLOW

    def unmarked(self, text: str) -> None:
        raise NotImplementedError


def _code_of(api: ModuleApi, plugin: object) -> str:
    with pytest.raises(RegistrationError) as caught:
        api.register_hookimpls(plugin)
    return caught.value.code


def test_marked_methods_are_found(api: ModuleApi, registrations: Registrations) -> None:
    """Every marked method is a callback by name, and takes the arguments it likes."""
    words = Words()
    api.register_hookimpls(words)
    (registration,) = registrations.callbacks
    assert registration.spec.full_name == "comments.check_comment"
    assert registration.function == words.check_comment
    assert registration.fit.names == ("text",)


def test_inherited_methods_are_found(api: ModuleApi, registrations: Registrations) -> None:
    """A subclass has the callbacks of its base; one that it overrides without a mark is gone."""

    class More(Words):
        @hookimpl
        def find_name(self, user: str) -> str:
            return user

    class Fewer(More):
        async def check_comment(self, text: str) -> Decision:
            return ALLOW

    api.register_hookimpls(More())
    assert hooks_of(registrations) == ["comments.check_comment", "names.find_name"]
    api.register_hookimpls(Fewer())
    assert hooks_of(registrations)[2:] == ["names.find_name"]


def test_static_and_class_methods_are_found(api: ModuleApi, registrations: Registrations) -> None:
    """It does not matter on which side of `hookimpl` the other decorator stands."""

    class Static:
        @staticmethod
        @hookimpl
        def find_name(user: str) -> str:
            return f"static {user}"

        @classmethod
        @hookimpl
        async def check_comment(cls, author: str) -> Decision:
            return ALLOW

    class Outside:
        @hookimpl
        @staticmethod
        def find_name(user: str) -> str:
            return f"outside {user}"

    api.register_hookimpls(Static())
    api.register_hookimpls(Outside())
    assert hooks_of(registrations) == [
        "comments.check_comment",
        "names.find_name",
        "names.find_name",
    ]
    assert [one.function("ann") for one in registrations.callbacks[1:]] == [
        "static ann",
        "outside ann",
    ]


def test_specname_names_the_hook(api: ModuleApi, registrations: Registrations) -> None:
    """A method may be called otherwise than its hook, so one object can have several."""

    class Two:
        @hookimpl(specname="find_name")
        def find_first(self) -> str:
            return "first"

        @hookimpl(specname="find_name")
        def find_second(self, user: str) -> str:
            return user

    api.register_hookimpls(Two())
    assert hooks_of(registrations) == ["names.find_name"] * 2


def test_an_optional_hook_may_be_unknown(api: ModuleApi, registrations: Registrations) -> None:
    """``optionalhook`` leaves out what this host does not have, and nothing else."""

    class Careful(Words):
        @hookimpl(optionalhook=True)
        def on_something_new(self) -> None:
            raise NotImplementedError

        @hookimpl(optionalhook=True)
        def find_name(self, user: str) -> str:
            return user

    class OnlyNew:
        @hookimpl(optionalhook=True)
        def on_something_new(self) -> None:
            raise NotImplementedError

    api.register_hookimpls(Careful())
    api.register_hookimpls(OnlyNew())
    assert hooks_of(registrations) == ["comments.check_comment", "names.find_name"]


def test_an_unknown_hook_is_refused(api: ModuleApi, registrations: Registrations) -> None:
    """A marked method with an unknown name is an error, and nothing of the object is kept."""

    class Misspelt(Words):
        @hookimpl
        def find_nmae(self, user: str) -> str:
            return user

    with pytest.raises(RegistrationError, match="in any category of this host") as caught:
        api.register_hookimpls(Misspelt())
    assert (caught.value.code, caught.value.problem.hint) == (
        "HK201",
        "did you mean 'find_name'?",
    )
    assert hooks_of(registrations) == []


def test_an_argument_the_hook_does_not_pass_is_refused(api: ModuleApi) -> None:
    """Parameters are matched by name."""

    class Wrong:
        @hookimpl
        def find_name(self, member: str) -> str:
            return member

    assert _code_of(api, Wrong()) == "HK204"


def test_properties_are_never_run(api: ModuleApi, registrations: Registrations) -> None:
    """Looking for marks executes nothing of the module."""

    class Explosive(Words):
        @property
        def boom(self) -> str:
            raise NotImplementedError

        @functools.cached_property
        def later(self) -> str:
            raise NotImplementedError

        def __getattr__(self, name: str) -> Any:
            raise NotImplementedError

    api.register_hookimpls(Explosive())
    assert hooks_of(registrations) == ["comments.check_comment"]


def test_an_object_without_marks_is_refused(api: ModuleApi) -> None:
    """Registering an object that registers nothing is a mistake."""

    class Unmarked:
        fake = Mock()

        def check_comment(self) -> None:
            raise NotImplementedError

    assert _code_of(api, Unmarked()) == "HK210"


def test_marks_of_other_projects_do_not_count(api: ModuleApi) -> None:
    """A hookimpl for another pluggy application is not one for this host."""

    class Foreign:
        @pluggy.HookimplMarker("pytest")
        def find_name(self, user: str) -> str:
            return user

    assert _code_of(api, Foreign()) == "HK210"


@pytest.mark.parametrize("option", ["tryfirst", "trylast", "wrapper", "hookwrapper"])
def test_pluggys_own_marker_cannot_change_the_order(api: ModuleApi, option: str) -> None:
    """Ordering options are refused even if they come from plain pluggy."""
    mark: Any = pluggy.HookimplMarker("hostkit")

    class Pushy:
        def find_name(self, user: str) -> Any:
            yield

    mark(**{option: True})(Pushy.find_name)

    assert _code_of(api, Pushy()) == "HK206"


def test_pluggys_own_marker_works(api: ModuleApi, registrations: Registrations) -> None:
    """A module can be written without importing hostkit."""

    class Plain:
        @pluggy.HookimplMarker("hostkit")
        def find_name(self, user: str) -> str:
            return user

    api.register_hookimpls(Plain())
    assert hooks_of(registrations) == ["names.find_name"]


def test_a_method_is_named_by_its_attribute(api: ModuleApi, registrations: Registrations) -> None:
    """As in pluggy, the attribute's name is the hook's, whatever the function calls itself."""

    def wrapper(user: str) -> str:
        return user

    class Wrapped:
        find_name = staticmethod(hookimpl(wrapper))

    api.register_hookimpls(Wrapped())
    assert hooks_of(registrations) == ["names.find_name"]


def test_a_method_kept_in_an_attribute_counts_once(
    api: ModuleApi, registrations: Registrations
) -> None:
    """An object may keep its own marked method for later without registering it twice."""

    class Keeps(Words):
        def __init__(self) -> None:
            self.kept = self.check_comment

    api.register_hookimpls(Keeps())
    assert hooks_of(registrations) == ["comments.check_comment"]


class Lazy:
    """Stands for something that is loaded when it is used."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


def test_other_attributes_are_not_touched(api: ModuleApi) -> None:
    """Looking for marked methods uses no other attribute."""

    class Module:
        lazy = Lazy()

    with pytest.raises(RegistrationError) as caught:
        api.register_hookimpls(Module())
    assert caught.value.code == "HK210"
