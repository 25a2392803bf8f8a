"""Keep caches out of copies: what is cached for an instance belongs to that one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import FunctionType

    from hostkit.caching._cached_method import CachedMethod

KEPT: Final = "__hostkit_cached__"
"""The attribute in which an instance keeps its cached functions, by method."""

_STATE: Final = "__getstate__"


def leave_out_of_copies(owner: type) -> None:
    """Have `copy`, `deepcopy` and `pickle` leave out the caches of a class's instances.

    A class with a ``__getstate__`` of its own, or whose parent has one, says itself what is
    copied.
    """
    if getattr(owner, _STATE) is getattr(object, _STATE):
        setattr(owner, _STATE, _state_without_caches)


def _state_without_caches(self: object) -> Any:
    state: Any = object.__getstate__(self)
    if isinstance(state, tuple):  # a class that has slots, too
        return (_without_caches(state[0]), *state[1:])
    return _without_caches(state)


def _without_caches(values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None or KEPT not in values:
        return values
    kept: dict[CachedMethod[..., Any], FunctionType] = values[KEPT]
    own = {method.name: function for method, function in kept.items()}
    return {
        name: value
        for name, value in values.items()
        if name != KEPT and (name not in own or own[name] is not value)
    }
