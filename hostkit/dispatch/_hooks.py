"""`Hooks`: what a host calls its modules through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast, final, overload

from hostkit.dispatch._monitors import watch_calls
from hostkit.specs import Category, accept_other_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hostkit.dispatch._chain import Chain
    from hostkit.dispatch._keyed import KeyedChain

C = TypeVar("C", bound=Category)


class Unheard(staticmethod):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """A hook that no module listens to: it can be called like any other, but is false.

    A static method calls its function without a detour through Python.
    """

    def __bool__(self) -> bool:
        return False


def make_caller(category: type[C], chains: Mapping[str, Chain | KeyedChain], *, exact: bool) -> C:
    """Make the object whose methods are the compiled chains of a category.

    Args:
        category: The category, of which the object is an instance.
        chains: A chain for each of its hooks.
        exact: Whether every call is measured.
    """
    own = {"name": category.name}  # which the class might not get by its own name
    caller = cast("C", type(category.__name__, (category,), own)())
    bind_hooks(caller, chains, exact=exact)
    return caller


def bind_hooks(caller: Category, chains: Mapping[str, Chain | KeyedChain], *, exact: bool) -> None:
    """Give a caller other chains; calls that have begun finish on those they began with.

    Args:
        caller: What `make_caller` has made.
        chains: A chain for each of its hooks.
        exact: Whether every call is measured.
    """
    own = type(caller)
    for name, chain in chains.items():
        chain.bind(caller)
        is_heard = bool(chain.callbacks)
        function = (chain.exact if exact else chain.lean) if is_heard else chain.unheard
        if chain.watch is not None:
            function = watch_calls(function, chain.spec, chain.watch, takes_self=is_heard)
        function = accept_other_names(function, chain.spec)
        if is_heard:
            setattr(own, name, function)
            vars(caller).pop(name, None)
        else:
            setattr(caller, name, Unheard(function))
            if name in vars(own):  # a chain whose modules are gone, and would be kept alive
                delattr(own, name)


def name_hook(hooks: Hooks, hook: object) -> str | None:
    """Find out which hook something is that could be called.

    Args:
        hooks: Those of a host.
        hook: A hook of theirs, also one that was taken before a reload; or a method of a category.

    Returns:
        The full name, ``category.hook``; `None` if it is not one of these hooks.
    """
    name: Any = getattr(hook, "__name__", None)
    for category in hooks:
        if name not in category.hookspecs:
            continue
        is_called = getattr(hook, "__self__", None) is hooks[category] or isinstance(hook, Unheard)
        if is_called or any(vars(base).get(name) is hook for base in category.__mro__):
            return category.hookspecs[name].full_name
    return None


@final
class Hooks:
    """The hooks of a host, by category: ``hooks[Comments]`` or ``hooks.comments``.

    The first is typed: to a type checker it is a ``Comments``.
    """

    def __init__(self, callers: Mapping[type[Category], Category]) -> None:
        self._callers = dict(callers)
        self._named = {category.name: caller for category, caller in callers.items()}
        for category, caller in callers.items():
            setattr(self, category.name, caller)

    @overload
    def __getitem__(self, category: type[C], /) -> C: ...

    @overload
    def __getitem__(self, category: str, /) -> Any: ...

    def __getitem__(self, category: type[C] | str, /) -> Any:
        """The caller of a category, or of one that is derived from it and has its name.

        Raises:
            KeyError: The host does not have this category.
        """
        if isinstance(category, str):
            caller = self._named.get(category)
        else:
            caller = self._callers.get(category) or self._derived(category)
        if caller is None:
            known = ", ".join(sorted(self._named)) or "none"
            name = category if isinstance(category, str) else category.__name__
            raise KeyError(f"this host has no category {name}; it has: {known}")
        return caller

    def _derived(self, category: type[Category]) -> Category | None:
        caller = self._named.get(getattr(category, "name", ""))
        return caller if isinstance(caller, category) else None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # asked by `copy` and others, maybe before `__init__`
            raise AttributeError(name)
        known = ", ".join(sorted(self._named)) or "none"
        raise AttributeError(f"this host has no category {name!r}; it has: {known}")

    def __iter__(self) -> Iterator[type[Category]]:
        return iter(self._callers)

    def __len__(self) -> int:
        return len(self._callers)
