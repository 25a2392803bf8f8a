"""`KeyedChain`: the callbacks of a keyed hook, as one chain for each key."""

from __future__ import annotations

import functools
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.codegen import compile_function
from hostkit.dispatch._chain import Chain
from hostkit.dispatch._lane import write_switch

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.dispatch._callback import Callback
    from hostkit.dispatch._monitors import Watch
    from hostkit.dispatch._receipts import Receipts
    from hostkit.dispatch._record import Timing
    from hostkit.loops import DetachedTasks, Protect
    from hostkit.specs import Category, Hookspec

_KEYS: Final = "__hook_keys__"


@final
class KeyedChain:
    """All callbacks of one keyed hook: a `Chain` for each key, and an empty one for other keys.

    Args:
        spec: The hook.
        callbacks: Its callbacks, in config order.
        receipts: Where decisions are recorded.
        clock: Where timeouts are set, as for `Chain`.
        detached: Where notifications go on, as for `Chain`.
        protect: The host's own way to protect callbacks, as for `Chain`.
    """

    def __init__(
        self,
        spec: Hookspec,
        callbacks: Sequence[Callback],
        receipts: Receipts,
        clock: IReactorTime | None = None,
        detached: DetachedTasks | None = None,
        protect: Protect | None = None,
    ) -> None:
        self.spec: Final = spec
        self.callbacks: Final = tuple(callbacks)
        self._chains = {
            key: Chain(
                spec,
                [each for each in callbacks if each.key == key],
                receipts,
                clock,
                detached,
                protect,
            )
            for key in dict.fromkeys(callback.key for callback in callbacks)
        }
        self._nobody = Chain(spec, (), receipts, clock, detached)
        self._watch: Watch | None = None

    @property
    def parts(self) -> tuple[Chain, ...]:
        """The chains of the keys."""
        return tuple(self._chains.values())

    @property
    def watch(self) -> Watch | None:
        """Watches a call; `None` while nothing watches."""
        return self._watch

    @watch.setter
    def watch(self, watch: Watch | None) -> None:
        self._watch = watch
        for chain in (*self.parts, self._nobody):
            chain.watch = watch

    @property
    def timings(self) -> tuple[Timing, ...]:
        """What was measured so far, for each callback."""
        return tuple(timing for chain in self.parts for timing in chain.timings)

    @property
    def lean(self) -> Callable[..., Any]:
        """The function that calls the chain of a key."""
        return self._compile({key: chain.lean for key, chain in self._chains.items()})

    @property
    def exact(self) -> Callable[..., Any]:
        """The same, with every callback measured."""
        return self._compile({key: chain.exact for key, chain in self._chains.items()})

    @property
    def unheard(self) -> Callable[..., Any]:
        """The function for a hook without callbacks, which takes no ``self``."""
        return self._nobody.lean

    def bind(self, caller: Category) -> None:
        """Make these the chains of a caller: the object that the hook is called through."""
        for chain in (*self.parts, self._nobody):
            chain.bind(caller)

    def select(self, values: Sequence[Any]) -> Chain:
        """Find the chain of a call.

        Args:
            values: The hook's arguments, in order.
        """
        assert self.spec.keyed is not None  # noqa: S101 -- or it would be a plain chain
        key = values[self.spec.arguments.index(self.spec.keyed.argument)]
        return self._chains.get(key, self._nobody)

    def _compile(self, functions: Mapping[Hashable, Callable[..., Any]]) -> Callable[..., Any]:
        namespace: dict[str, Any] = {"_functions": functions, "_nobody": self._nobody.lean}
        for parameter in self.spec.signature.parameters.values():
            namespace[f"_default_{parameter.name}"] = parameter.default
        source = write_switch(self.spec)
        title = f"{self.spec.full_name} by key"
        function = compile_function(source, "_switch", title, namespace)
        counting = [callback for callback in self.callbacks if not callback.shadow]
        keys = {callback.key: callback.details for callback in counting}
        setattr(function, _KEYS, MappingProxyType(keys))
        return functools.update_wrapper(function, self.spec.function)


def keys_of(hook: Callable[..., Any]) -> Mapping[Any, Any]:
    """List the keys for which modules have registered.

    Args:
        hook: A keyed hook of a built host: ``host.hooks[Logins].check_login``.

    Returns:
        The keys in config order, each with its details; empty if no module listens. A module
        in shadow mode adds none.
    """
    keys: Mapping[Any, Any] = getattr(hook, _KEYS, MappingProxyType({}))
    return keys
