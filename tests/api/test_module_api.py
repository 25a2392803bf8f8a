from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest

from hostkit.api import HostServices, ModuleApi, Registrations, make_api_class
from hostkit.errors import RegistrationError, UnknownNameError

from .conftest import Comments, Names, Strangers, check, hooks_of, notify


def test_the_api_knows_its_modules_name(api: ModuleApi) -> None:
    """The module's name is what its logger is called by."""
    assert api.name == "words"
    assert api.logger is logging.getLogger("hostkit.modules.words")


def test_register_takes_a_category_and_its_hooks(
    api: ModuleApi, registrations: Registrations
) -> None:
    """Each callback is noted with its hook and how it fits."""
    api.register(Comments, check_comment=check)
    (registration,) = registrations.callbacks
    assert registration.spec.full_name == "comments.check_comment"
    assert registration.function is check
    assert registration.fit.arguments == ("author", "text")


def test_none_is_left_out(api: ModuleApi, registrations: Registrations) -> None:
    """A callback that is `None` is left out, as with a setting that switches it off."""
    api.register(Comments, check_comment=None)
    assert hooks_of(registrations) == []


def test_registering_twice_appends(api: ModuleApi, registrations: Registrations) -> None:
    """A second callback for a hook does not replace the first."""
    api.register(Comments, check_comment=check)
    api.register(Comments, check_comment=check)
    assert hooks_of(registrations) == ["comments.check_comment"] * 2


def test_parameters_may_have_any_names(api: ModuleApi, registrations: Registrations) -> None:
    """Arguments are passed by position, and a callback may take more places than it needs."""

    async def anything(a: str, b: str, *rest: object) -> None: ...

    api.register(Comments, check_comment=anything)
    assert registrations.callbacks[0].fit.arguments == ("author", "text")


def test_a_call_registers_all_or_nothing(api: ModuleApi, registrations: Registrations) -> None:
    """If one callback is refused, those beside it are not registered either."""
    with pytest.raises(RegistrationError, match="HK204"):
        api.register(Comments, check_comment=check, on_comment_posted=lambda: None)
    with pytest.raises(RegistrationError, match="HK201"):
        api.register(Comments, on_comment_posted=notify, chek_comment=check)
    assert hooks_of(registrations) == []


def test_what_cannot_be_called_is_refused(api: ModuleApi) -> None:
    """A callback must be callable."""
    nonsense: Any = 5
    with pytest.raises(RegistrationError, match="HK203"):
        api.register(Comments, check_comment=nonsense)


def test_an_unknown_hook_gets_a_hint(api: ModuleApi) -> None:
    """The error for a misspelt hook lists all hooks and the one that was probably meant."""
    with pytest.raises(RegistrationError) as caught:
        api.register(Comments, chek_comment=check)
    assert caught.value.code == "HK201"
    assert str(caught.value) == (
        "HK201 there is no hook 'chek_comment' in category 'comments'\n"
        "  = expected: check_comment, on_comment_posted\n"
        "  = hint: did you mean 'check_comment'?"
    )


def test_an_unknown_hook_may_resemble_none(api: ModuleApi) -> None:
    """Where no hook is close, none is proposed, even if the callback is `None`."""
    with pytest.raises(RegistrationError, match="HK201") as caught:
        api.register(Comments, zzz=None)
    assert caught.value.problem.hint is None


def test_a_category_of_another_host_is_refused(api: ModuleApi) -> None:
    """Callbacks can be registered only for categories that the host calls."""
    with pytest.raises(RegistrationError, match="no category 'Strangers'") as caught:
        api.register(Strangers, on_stranger=notify)
    assert (caught.value.code, caught.value.problem.expected) == ("HK202", "Comments, Names")


def test_a_name_is_not_a_category(api: ModuleApi) -> None:
    """The category's name instead of its class is reported like any unknown category."""
    nonsense: Any = "comments"
    with pytest.raises(RegistrationError, match="HK202"):
        api.register(nonsense, check_comment=check)


def test_a_host_without_categories_says_so(registrations: Registrations) -> None:
    """With nothing to register for, the message says that there is none."""
    with pytest.raises(RegistrationError) as caught:
        ModuleApi("words", registrations, HostServices()).register(Comments, check_comment=check)
    assert caught.value.problem.expected == "none"


def test_a_deprecated_hook_is_said_in_the_log(
    api: ModuleApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Registering for a deprecated hook works, and warns in the module's log."""
    api.register(Comments, on_comment_posted=notify)
    assert caplog.record_tuples == [
        (
            "hostkit.modules.words",
            logging.WARNING,
            "the hook comments.on_comment_posted is deprecated: it is said twice",
        )
    ]


LATE: list[Callable[[ModuleApi], object]] = [
    lambda api: api.register(Comments, check_comment=check),
    lambda api: api.register_comments_callbacks(check_comment=check),
    lambda api: api.register_hookimpls(object()),
    lambda api: api.register_web_resource("/words", Mock()),
]


@pytest.mark.parametrize("call", LATE)
def test_registering_late_is_refused(
    api: ModuleApi, registrations: Registrations, call: Callable[[ModuleApi], object]
) -> None:
    """After the module was built every kind of registration is an error that says so."""
    registrations.is_open = False
    with pytest.raises(RegistrationError, match="comes too late") as caught:
        call(api)
    assert caught.value.code == "HK205"


def test_each_category_has_its_method(api: ModuleApi, registrations: Registrations) -> None:
    """``register_<category>_callbacks`` does what `register` does with that category."""
    api.register_comments_callbacks(check_comment=check)
    api.register_names_callbacks(find_name=lambda user: user)
    assert hooks_of(registrations) == ["comments.check_comment", "names.find_name"]


def test_the_method_shows_its_hooks(api: ModuleApi) -> None:
    """The signature has each hook as a keyword-only parameter that may be left out."""
    signature = inspect.signature(api.register_comments_callbacks)
    assert list(signature.parameters) == ["check_comment", "on_comment_posted"]
    for parameter in signature.parameters.values():
        assert (parameter.kind, parameter.default) == (parameter.KEYWORD_ONLY, None)
    assert signature.return_annotation is None
    assert api.register_comments_callbacks.__name__ == "register_comments_callbacks"
    assert "'comments'" in (api.register_comments_callbacks.__doc__ or "")


def test_the_method_takes_nothing_by_position(api: ModuleApi) -> None:
    """A callback without the name of its hook is a `TypeError` that names the method."""
    with pytest.raises(TypeError, match="register_comments_callbacks"):
        api.register_comments_callbacks(check)


def test_the_method_refuses_unknown_hooks(api: ModuleApi) -> None:
    """An unknown hook is the same error there, not Python's own `TypeError`."""
    with pytest.raises(RegistrationError, match="did you mean 'check_comment'") as caught:
        api.register_comments_callbacks(check_coment=check)
    assert caught.value.code == "HK201"


def test_an_unknown_category_method_gets_a_hint(api: ModuleApi) -> None:
    """The error for a misspelt category suggests the method that was probably meant."""
    with pytest.raises(UnknownNameError) as caught:
        api.register_coments_callbacks(check_comment=check)
    assert str(caught.value) == (
        "HK202 no such category: the module api has no attribute 'register_coments_callbacks'\n"
        "  = expected: register, register_cached_function, register_comments_callbacks, "
        "register_hookimpls, register_migrations, register_names_callbacks, register_web_resource\n"
        "  = hint: did you mean 'register_comments_callbacks'?"
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("register_hookimpl", "did you mean 'register_hookimpls'?"),
        ("loger", "did you mean 'logger'?"),
        ("zzz", None),
    ],
)
def test_an_unknown_attribute_gets_a_hint(api: ModuleApi, name: str, hint: str | None) -> None:
    """The error for any other name that does not exist suggests the closest one that does."""
    with pytest.raises(AttributeError) as caught:
        getattr(api, name)
    assert isinstance(caught.value, UnknownNameError)
    assert (caught.value.code, caught.value.problem.hint) == ("HK201", hint)


def test_hasattr_finds_out_what_the_host_has(api: ModuleApi) -> None:
    """Modules for several hosts can look whether a category or method exists."""
    assert hasattr(api, "register_names_callbacks")
    assert not hasattr(api, "register_strangers_callbacks")
    assert not hasattr(api, "account_data")


def test_the_api_can_be_mocked() -> None:
    """``Mock(spec=...)`` has the real attributes and passes for an instance, as suites expect."""
    fake = Mock(spec=ModuleApi)
    fake.register_hookimpls(object())
    assert isinstance(fake, ModuleApi)
    assert not hasattr(fake, "register_strangers_callbacks")
    with_methods = Mock(spec=make_api_class(ModuleApi, [Names]))
    with_methods.register_names_callbacks(find_name=str)
    with_methods.register_names_callbacks.assert_called_once_with(find_name=str)


def test_an_api_class_is_a_subclass_of_its_base(registrations: Registrations) -> None:
    """A host's own api keeps its methods and its type, and gets those of the categories."""

    class HostApi(ModuleApi):
        server_name = "example.org"

    made = make_api_class(HostApi, [Names])
    api = made("words", registrations, HostServices((Names,)))
    assert isinstance(api, HostApi)
    assert (made.__name__, made.__module__) == ("HostApi", __name__)
    assert not hasattr(HostApi, "register_names_callbacks")
    assert api.server_name == "example.org"
    assert hasattr(api, "register_names_callbacks")
    assert not hasattr(api, "register_comments_callbacks")


def test_a_bug_in_a_hosts_own_api_is_not_hidden() -> None:
    """A property that raises AttributeError is not taken for one that does not exist."""

    class OwnApi(ModuleApi):
        @property
        def db(self) -> Any:
            return self.name.missing  # type: ignore[attr-defined]

    api = OwnApi("m", Registrations(), HostServices())
    with pytest.raises(AttributeError, match="'str' object has no attribute 'missing'"):
        _ = api.db
