"""`HostView`: what there is to see of a host, and to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hostkit.errors import HostkitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hostkit.api import Mount
    from hostkit.dispatch import (
        Chain,
        HookManager,
        Hooks,
        KeyedChain,
        Receipt,
        Receipts,
        Timing,
        Trace,
    )
    from hostkit.host._build import Built
    from hostkit.loading import Module
    from hostkit.specs import Category


class HostView:
    """What there is to see of a host that was built, and its hooks to call."""

    _built: Built | None = None

    @property
    def categories(self) -> tuple[type[Category], ...]:
        """The categories of hooks."""
        return tuple(self._get().chains_of)

    @property
    def modules(self) -> tuple[Module, ...]:
        """The modules that were built, in config order."""
        return self._get().modules

    @property
    def hooks(self) -> Hooks:
        """What hooks are called through: ``host.hooks[TheCategory].the_hook(...)``."""
        return self._get().hooks

    @property
    def chains(self) -> Mapping[str, Chain | KeyedChain]:
        """The chain of each hook, by its full name ``category.hook``."""
        return self._get().chains

    @property
    def mounts(self) -> Mapping[str, tuple[Module, Mount]]:
        """Which module serves which path."""
        return self._get().mounts

    @property
    def plugin_manager(self) -> HookManager:
        """The pluggy manager that holds all hookspecs and hookimpls."""
        return self._get().plugin_manager

    @property
    def receipts(self) -> Receipts:
        """The last denials, failures and shadow verdicts, oldest first."""
        return self._get().receipts

    @property
    def timings(self) -> tuple[Timing, ...]:
        """How long each callback takes, from the calls that were measured."""
        return tuple(timing for chain in self.chains.values() for timing in chain.timings)

    async def explain(self, hook: str, /, *args: Any, **kwargs: Any) -> Receipt:
        """Call a hook to see what every module does; the modules really are asked.

        Args:
            hook: The hook's full name, ``category.hook``.
            args: The call's arguments by position.
            kwargs: The call's arguments by name.

        Returns:
            A receipt with a step for every module. It is not kept.

        Raises:
            UnknownHookError: There is no such hook.
            TypeError: The arguments are not the hook's.
        """
        return (await self._trace(hook, args, kwargs, keep=False)).receipt

    async def ask(self, hook: str, arguments: Mapping[str, Any]) -> Trace:
        """Call a hook by its name, for callers that need its receipt.

        Args:
            hook: The hook's full name, ``category.hook``.
            arguments: The call's arguments by name.

        Returns:
            The result, or the error, and the receipt; a denial's or a failure's is kept.

        Raises:
            UnknownHookError: There is no such hook.
            TypeError: The arguments are not the hook's.
        """
        return await self._trace(hook, (), dict(arguments), keep=True)

    async def _trace(
        self, hook: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, keep: bool
    ) -> Trace:
        chain = self._get().find(hook)
        values = chain.spec.bind(args, kwargs)
        return await chain.select(values).ask(values, keep=keep)

    def _get(self) -> Built:
        if self._built is None:
            raise HostkitError("the host is not built yet: call host.build() first")
        return self._built
