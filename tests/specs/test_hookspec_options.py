"""Options that a hookspec does not have, those of pluggy's own among them."""

from __future__ import annotations

from typing import Any

import pluggy
import pytest

from hostkit import Category, SpecError, hookspec, rules


@pytest.mark.parametrize(
    ("option", "hint"),
    [
        ("historic", "leave it out: all modules have registered before a hook can be called"),
        ("firstresult", "write @hookspec(rules.FirstResult())"),
        ("warn_on_impl", 'write deprecated="what to use instead"'),
        ("warn_on_impl_args", "say so in the docstring"),
        ("requird", "did you mean 'required'?"),
        ("shielded", "did you mean 'shield'?"),
    ],
)
@pytest.mark.parametrize("args", [(), (rules.Notify(),)])
def test_an_unknown_option_is_refused(args: Any, option: str, hint: str) -> None:
    """With or without a rule; the message says what there is instead."""
    declare: Any = hookspec
    with pytest.raises(SpecError, match=f"@hookspec has no option '{option}'") as caught:
        declare(*args, **{option: True})
    assert (caught.value.code, (caught.value.problem.hint or "")[: len(hint)]) == ("HK304", hint)


def test_a_hookspec_without_a_rule_is_refused() -> None:
    """A rule is what makes one result of several answers."""
    with pytest.raises(SpecError, match="@hookspec needs a rule"):
        hookspec()


def test_pluggys_own_marker_is_refused() -> None:
    """A hook that is marked without a rule would be known to pluggy only."""
    mark = pluggy.HookspecMarker("hostkit")
    with pytest.raises(SpecError, match=r"Plain\.said is marked by pluggy's own HookspecMarker"):

        class Plain(Category):
            @mark(historic=True)
            def said(self) -> None:
                """Called when something was said."""
