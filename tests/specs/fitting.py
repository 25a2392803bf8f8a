"""Hooks for callbacks to fit, and callbacks made from a line of text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from hostkit import rules
from hostkit.errors import RegistrationError
from hostkit.specs import Category, Fit, Hookspec, fit_by_name, fit_by_position, hookspec


class Comments(Category):
    @hookspec(rules.FirstResult(), required=2)
    async def check(self, author: str, text: str, room: str, options: str) -> str | None:
        """Called before a comment is stored."""

    @hookspec(rules.FirstResult())
    def choose(self, author: str, text: str) -> str | None:
        """Called to choose, without awaiting."""


CHECK = Comments.hookspecs["check"]
CHOOSE = Comments.hookspecs["choose"]
HOOK_LINE = (
    "hook:     async def check(author: str, text: str, room: str, options: str) -> str | None"
)


def hook(arguments: Sequence[str], required: int) -> Hookspec:
    """Make a hook with these arguments."""
    namespace: dict[str, Any] = {}
    parameters = "".join(f", {name}: str" for name in arguments)
    exec(f"async def hook(self{parameters}) -> None: 'Called sometimes.'", namespace)
    declared = hookspec(rules.Notify(), required=required)(namespace["hook"])
    examples: type[Category] = type("Examples", (Category,), {"hook": declared})
    return examples.hookspecs["hook"]


def callback(parameters: str) -> Callable[..., dict[str, Any]]:
    """Make a callback with these parameters, which answers with what it received."""
    namespace: dict[str, Any] = {}
    exec(f"def callback({parameters}): return locals()", namespace)
    function: Callable[..., dict[str, Any]] = namespace["callback"]
    return function


def call(function: Callable[..., Any], fit: Fit, arguments: Sequence[str]) -> Any:
    """Call a callback as a chain does; each argument's value is its name in capitals."""
    values = {name: name.upper() for name in arguments}
    return eval(f"callback({', '.join(fit.arguments)})", {"callback": function, **values})


def refused_by_position(spec: Hookspec, function: Any) -> RegistrationError:
    """The error when a callback does not fit by position."""
    with pytest.raises(RegistrationError) as caught:
        fit_by_position(spec, function)
    return caught.value


def refused_by_name(spec: Hookspec, function: Any) -> RegistrationError:
    """The error when a callback does not fit by name."""
    with pytest.raises(RegistrationError) as caught:
        fit_by_name(spec, function)
    return caught.value
