"""What modules are called in pluggy."""

from __future__ import annotations

from hostkit.dispatch import Callback, HookManager
from hostkit.rules import FirstResult
from hostkit.specs import Category, fit_by_position, hookspec


class Names(Category):
    """Callbacks about names."""

    @hookspec(FirstResult(default="nobody"))
    def choose_name(self, number: int) -> str | None:
        """Called for each number."""


def test_a_plugin_name_that_is_taken_is_changed() -> None:
    """A module may be named as the second plugin of one that registers twice."""
    spec = Names.hookspecs["choose_name"]
    manager = HookManager()
    manager.add_hookspecs(Names)

    def register(module: str, *answers: str) -> None:
        def make(answer: str) -> Callback:
            function = lambda _number: answer  # noqa: E731
            return Callback(module=module, function=function, fit=fit_by_position(spec, function))

        manager.add_callbacks(module, [("choose_name", make(answer)) for answer in answers])

    register("a", "1", "2")
    register("a/2", "3", "4")
    assert [callback.module for callback in manager.chain_of(spec)] == ["a", "a", "a/2", "a/2"]
    assert [name for name, _ in manager.list_name_plugin()] == ["a", "a/2", "a/2'", "a/2/2"]
