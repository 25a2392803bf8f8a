"""`Hooks`: what a host calls its modules through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast, final, overload

from hostkit.specs import Category

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hostkit.dispatch._chain import Chain
    from hostkit.dispatch._keyed_chain import KeyedChain

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
    heard = {name: chain for name, chain in chains.items() if chain.callbacks}
    methods = {name: chain.timed if exact else chain.lean for name, chain in heard.items()}
    own = {"name": category.name, **methods}  # which the class might not get by its own name
    caller = cast("C", type(category.__name__, (category,), own)())
    for name, chain in chains.items():
        unheard = chain.bind(caller)
        if name not in heard:
            setattr(caller, name, Unheard(unheard))
    return caller


@final
class Hooks:
    """The hooks of a host, by category: ``hooks[Comments]`` or ``hooks.comments``.

    The first is typed: to a type checker it is a ``Comments``.
    """

    def __init__(self, callers: Mapping[type[Category], Category]) -> None:
        self._callers = dict(callers)
        for category, caller in callers.items():
            setattr(self, category.name, caller)

    @overload
    def __getitem__(self, category: type[C], /) -> C: ...

    @overload
    def __getitem__(self, category: str, /) -> Any: ...

    def __getitem__(self, category: type[C] | str, /) -> Any:
        """The caller of a category.

        Raises:
            KeyError: The host does not have this category.
        """
        if isinstance(category, str):
            category = next((known for known in self._callers if known.name == category), category)  # type: ignore[assignment]
        try:
            return self._callers[category]  # type: ignore[index]
        except KeyError:
            known = ", ".join(sorted(known.name for known in self._callers)) or "none"
            name = category if isinstance(category, str) else category.__name__
            raise KeyError(f"this host has no category {name}; it has: {known}") from None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # asked by `copy` and others, maybe before `__init__`
            raise AttributeError(name)
        known = ", ".join(sorted(known.name for known in self._callers)) or "none"
        raise AttributeError(f"this host has no category {name!r}; it has: {known}")

    def __iter__(self) -> Iterator[type[Category]]:
        return iter(self._callers)

    def __len__(self) -> int:
        return len(self._callers)
