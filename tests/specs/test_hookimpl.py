from __future__ import annotations

from typing import Any

import pytest

from hostkit.errors import RegistrationError
from hostkit.specs import IMPL_ATTRIBUTE, check_options, hookimpl

ORDERING = ["tryfirst", "trylast", "wrapper", "hookwrapper"]


def options_of(function: object) -> dict[str, Any]:
    options: dict[str, Any] = getattr(function, IMPL_ATTRIBUTE)
    return options


def check(text: str) -> str:
    return text


def test_a_marked_function_stays_itself() -> None:
    """The mark is an attribute of the function, with pluggy's usual options."""
    marked = hookimpl(check)
    assert check is marked
    assert options_of(marked) == {
        "hookwrapper": False,
        "optionalhook": False,
        "specname": None,
        "tryfirst": False,
        "trylast": False,
        "wrapper": False,
    }


def test_parentheses_change_nothing() -> None:
    """`@hookimpl` and `@hookimpl()` are the same."""

    @hookimpl
    def bare() -> None: ...

    @hookimpl()
    def called() -> None: ...

    assert options_of(bare) == options_of(called)


def test_the_hook_may_be_named_otherwise() -> None:
    """`specname` and `optionalhook` are pluggy's."""

    @hookimpl(specname="check_comment", optionalhook=True)
    def check() -> None: ...

    options = options_of(check)
    assert (options["specname"], options["optionalhook"]) == ("check_comment", True)


@pytest.mark.parametrize("option", ORDERING)
def test_no_module_moves_itself(option: str) -> None:
    """Ordering is refused where it is written, and the remedy is told."""
    options: dict[str, Any] = {option: True}
    with pytest.raises(RegistrationError) as caught:
        hookimpl(**options)
    assert caught.value.code == "HK206"
    assert (
        f"this function asks for {option}, but the order of modules is the order in the file"
    ) in str(caught.value)
    assert f"hint: remove {option}; the operator orders the modules" in str(caught.value)


def test_options_without_a_meaning_are_refused() -> None:
    """The options that there are, are listed."""
    with pytest.raises(RegistrationError) as caught:
        hookimpl(spec_name="check_comment")
    assert caught.value.code == "HK206"
    assert "@hookimpl has no option 'spec_name'" in str(caught.value)
    assert "expected: specname=, optionalhook=" in str(caught.value)


@pytest.mark.parametrize("option", ORDERING)
def test_a_mark_of_pluggy_itself_is_checked_too(option: str) -> None:
    """Functions marked otherwise are refused by the name of their owner."""
    with pytest.raises(RegistrationError) as caught:
        check_options({"specname": None, option: True}, "Words.check")
    assert caught.value.code == "HK206"
    assert f"Words.check asks for {option}," in str(caught.value)


def test_options_that_are_not_set_are_fine() -> None:
    """With every mark pluggy stores all options, mostly as false."""
    check_options(options_of(hookimpl(check)), "check")
