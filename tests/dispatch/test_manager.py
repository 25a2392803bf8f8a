from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pluggy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.dispatch import Callback, HookManager
from hostkit.errors import RegistrationError
from hostkit.rules import Collect, Decision, FirstDenial
from hostkit.specs import Category, Fit, fit_by_name, fit_by_position, hookimpl, hookspec


class Talk(Category):
    @hookspec(FirstDenial(), required=1)
    def said(self, author: str, text: str) -> Decision:
        """Called when something was said."""

    @hookspec(Collect())
    def heard(self, author: str) -> str:
        """Called when something was heard."""

    @hookspec(Collect())
    async def noted(self, author: str) -> str:
        """Called when something was noted."""


def manager() -> HookManager:
    """Make a manager that knows one category."""
    made = HookManager()
    made.add_hookspecs(Talk)
    return made


def listen(hook: str, module: str, label: str) -> tuple[str, Callback]:
    """Make a callback that answers with a label."""
    spec = Talk.hookspecs[hook]

    def answer(who: str) -> str:
        return f"{label} {who}"

    fit = fit_by_position(spec, answer)
    return hook, Callback(module=module, function=answer, fit=fit)


def labels(made: HookManager, hook: str) -> list[str]:
    """List the labels of a chain, in its order."""
    chain = made.chain_of(Talk.hookspecs[hook])
    return [callback.function("?").removesuffix(" ?") for callback in chain]


registrations = st.lists(
    st.lists(st.sampled_from(["said", "heard", "noted"]), max_size=6), max_size=5
)


@given(registrations)
def test_chains_have_the_order_of_the_modules(modules: list[list[str]]) -> None:
    """Modules are asked in the order in which they were added, whatever each registered when."""
    made = manager()
    expected: dict[str, list[str]] = {"said": [], "heard": [], "noted": []}
    for number, hooks in enumerate(modules):
        module = f"m{number}"
        callbacks = []
        for place, hook in enumerate(hooks):
            callbacks.append(listen(hook, module, f"{module}.{place}"))
            expected[hook].append(f"{module}.{place}")
        made.add_callbacks(module, callbacks)
    assert {hook: labels(made, hook) for hook in expected} == expected
    assert {f"m{number}" for number in range(len(modules))} <= set(dict(made.list_name_plugin()))


def test_a_hook_without_callbacks_has_an_empty_chain() -> None:
    """A hook that no module registered for has no callbacks."""
    assert manager().chain_of(Talk.hookspecs["said"]) == ()


def test_several_callbacks_of_one_module_are_several_plugins() -> None:
    """pluggy allows one callback for each hook and plugin, so the others get one each."""  # noqa: D403
    made = manager()
    made.add_callbacks(
        "words",
        [listen("said", "words", "1"), listen("said", "words", "2"), listen("heard", "words", "3")],
    )
    assert [name for name, _ in made.list_name_plugin()] == ["words", "words/2"]
    assert (labels(made, "said"), labels(made, "heard")) == (["1", "2"], ["3"])


def test_pluggy_shows_what_is_registered() -> None:
    """The tools of pluggy see modules as plugins and callbacks as hookimpls."""
    made = manager()
    made.add_callbacks("words", [listen("said", "words", "1")])
    made.add_callbacks("quiet", [])
    (impl,) = made.hook.said.get_hookimpls()
    assert (
        impl.plugin_name,
        impl.function.__name__,
        impl.argnames,
    ) == ("words", "said", ("author",))
    assert [name for name, _ in made.list_name_plugin()] == ["words", "quiet"]
    assert made.get_plugin("words") is impl.plugin
    made.check_pending()


def test_pluggy_may_not_call_hooks() -> None:
    """Pluggy knows no rules and no shadow modules, so a call through it is refused by name."""
    made = manager()
    made.add_callbacks("words", [listen("said", "words", "1")])
    calls: list[Callable[[], Any]] = [
        lambda: made.hook.said(author="ann", text="hi"),
        lambda: made.hook.noted(author="ann"),
        lambda: made.hook.said.call_extra([print], {"author": "ann", "text": "hi"}),
        lambda: made.subset_hook_caller("said", [])(author="ann", text="hi"),
    ]
    for call in calls:
        with pytest.raises(RegistrationError, match="cannot be called through pluggy") as caught:
            call()
        assert caught.value.code == "HK240"


def test_pluggy_accepts_a_callback_that_takes_names() -> None:
    """Callbacks with keyword-only parameters fit pluggy's own checks, too."""

    def answer(*, text: str) -> str:
        return text

    fit = fit_by_name(Talk.hookspecs["said"], answer)
    assert Fit(("text=text",), is_async=False) == fit
    made = manager()
    made.add_callbacks("words", [("said", Callback(module="words", function=answer, fit=fit))])
    (impl,) = made.hook.said.get_hookimpls()
    assert impl.argnames == ("text",)


def test_a_module_can_be_unregistered() -> None:
    """What is unregistered leaves the chain as it would be without it."""
    made = manager()
    for module in ("a", "b", "c"):
        made.add_callbacks(module, [listen("said", module, module)])
    made.unregister(name="b")
    assert labels(made, "said") == ["a", "c"]


class Plain:
    """A plugin registered with pluggy directly."""

    @hookimpl
    def said(self, author: str) -> Any:
        return author.upper()

    def unmarked(self) -> None:
        """Show that only marked methods count."""


def test_other_plugins_are_pluggys_business() -> None:
    """A plain plugin is checked by pluggy, and is not part of a chain."""
    made = manager()
    made.add_callbacks("words", [listen("said", "words", "1")])
    made.register(Plain(), name="plain")
    assert labels(made, "said") == ["1"]
    made.check_pending()


def test_pluggy_checks_other_plugins() -> None:
    """A plain plugin that does not fit the hookspec is refused by pluggy."""

    class Wrong:
        @hookimpl
        def said(self, stranger: str) -> None: ...

    class Unknown:
        @hookimpl
        def whispered(self) -> None: ...

    with pytest.raises(pluggy.PluginValidationError, match="stranger"):
        manager().register(Wrong())
    made = manager()
    made.register(Unknown())
    with pytest.raises(pluggy.PluginValidationError, match="whispered"):
        made.check_pending()
