"""Mappings and lists that are read-only at any depth, and are still dicts and lists.

What several modules are given must not be changed by one of them; but modules test for ``dict`` and
``list``, and serialise what they are given, so a proxy would not do.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, NoReturn, final


def freeze(value: Any) -> Any:
    """Copy mappings and lists into read-only ones, at any depth, also within tuples.

    Args:
        value: Anything; other objects in it are shared with the copy.
    """
    match value:
        case FrozenDict() | FrozenList():
            return value
        case Mapping():
            return FrozenDict({key: freeze(item) for key, item in value.items()})
        case list():
            return FrozenList(freeze(item) for item in value)
        case _:
            is_plain_tuple = type(value) is tuple
            return tuple(freeze(item) for item in value) if is_plain_tuple else value


def _refuse(self: object, *_: object, **__: object) -> NoReturn:
    kind = "dict" if isinstance(self, dict) else "list"
    raise TypeError(
        f"this {kind} is read-only, since others are given the same one; "
        "change a copy, made with copy.deepcopy()"
    )


@final
class FrozenDict(dict[str, Any]):
    """A dict that is read-only; ``copy.deepcopy`` makes a plain one of it.

    So does ``copy()``, in which the values are the same read-only ones.
    """

    __slots__ = ()

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return copy.deepcopy(dict(self), memo)

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


@final
class FrozenList(list[Any]):
    """A list that is read-only; copies are plain lists, as with `FrozenDict`."""

    __slots__ = ()

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return copy.deepcopy(list(self), memo)

    def __copy__(self) -> list[Any]:
        return list(self)

    def __reduce__(self) -> Any:
        return list, (list(self),)
