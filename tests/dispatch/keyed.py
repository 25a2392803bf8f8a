"""A category with keyed hooks, and chains of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import attrs
from twisted.internet.task import Clock

from hostkit.dispatch import KeyedChain, Receipts, current_module, make_caller
from hostkit.rules import Exclusive, FirstDenial, FirstResult
from hostkit.specs import Category, Keyed, hookspec

from .fakes import With, callback, given


class Logins(Category):
    @hookspec(FirstResult(default="nobody"), required=1, keyed=Keyed("kind"))
    async def check(self, user: str, kind: Any = "pw") -> str:
        """Called when a user logs in."""

    @hookspec(FirstResult(default="nobody"), keyed=Keyed("kind"))
    def check_now(self, user: str, kind: Any) -> str:
        """Called when a user logs in and the host cannot wait."""

    @hookspec(FirstResult(), keyed=Keyed("kind"))
    async def find(self, user: str, kind: str) -> str:
        """Called to find a user."""
        return f"{self.name} finds {user} by {kind}, {current_module()}"

    @hookspec(FirstResult(), keyed=Keyed("kind"))
    def find_now(self, user: str, kind: str) -> str:
        """Called to find a user, by a host that cannot wait."""
        return f"{self.name} finds {user} by {kind}"

    @hookspec(Exclusive(), keyed=Keyed("kind"))
    async def own(self, user: str, kind: str) -> str | None:
        """Called for what only one module knows."""

    @hookspec(FirstDenial(), keyed=Keyed("kind"))
    async def forbid(self, user: str, kind: str) -> Any:
        """Called before a user does something."""


@attrs.frozen
class WiredByKey:
    """A keyed chain, the object it is called through, and its receipts."""

    chain: KeyedChain
    caller: Any
    receipts: Receipts

    @property
    def call(self) -> Callable[..., Any]:
        """The hook, as its host calls it."""
        hook: Callable[..., Any] = getattr(self.caller, self.chain.spec.name)
        return hook


def wire_by_key(
    hook: str,
    *functions: tuple[Hashable, Callable[..., Any] | With],
    category: type[Category] = Logins,
    clock: Clock | None = None,
    exact: bool = False,
) -> WiredByKey:
    """Compile keys and functions, of modules called ``m0``, ``m1`` and so on."""
    receipts = Receipts()
    callbacks = []
    for number, (key, function) in enumerate(functions):
        known = function if isinstance(function, With) else given(function)
        made = callback((category, hook), f"m{number}", known.function, **known.options)
        callbacks.append(attrs.evolve(made, key=key))
    chain = KeyedChain(category.hookspecs[hook], callbacks, receipts, clock)
    return WiredByKey(chain, make_caller(category, {hook: chain}, exact=exact), receipts)
