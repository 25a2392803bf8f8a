"""`Passing`: how the callbacks of a hook get its arguments."""

from __future__ import annotations

import copy
import types
from typing import TYPE_CHECKING, Any, Final, NoReturn, final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.dispatch._callback import Callback
    from hostkit.specs import Hookspec

_MUTABLE: Final = (dict, list, set)


@final
class Passing:
    """Calls the callbacks of one hook, each with those of its arguments that it takes.

    Args:
        spec: The hook.
        callbacks: Its callbacks.
    """

    def __init__(self, spec: Hookspec, callbacks: Sequence[Callback]) -> None:
        places = {name: index for index, name in enumerate(spec.arguments)}
        self._is_async = spec.is_async
        self._count = len(places)
        self._copied = {places[name] for name in spec.copy}
        self._ways: list[_Way] = [
            (callback.function, *_way(callback.fit.arguments, places)) for callback in callbacks
        ]

    def call(self, index: int, values: Sequence[Any]) -> Any:
        """Call a callback.

        Args:
            index: Its place.
            values: The hook's arguments, in order.

        Raises:
            TypeError: It returned a coroutine, which a synchronous hook cannot await.
        """
        function, positions, names = self._ways[index]
        if positions is None:
            answer = function(*values)
        else:
            answer = function(
                *[values[place] for place in positions],
                **{name: values[place] for name, place in names.items()},
            )
        if not self._is_async and type(answer) is types.CoroutineType:
            refuse_coroutine(answer)
        return answer

    def copy(self, index: int, values: Sequence[Any]) -> Sequence[Any]:
        """Copy the arguments of which a callback gets its own copy."""
        if not self._copied:
            return values
        return self._copy(values, self._copied & self._taken(index))

    def isolate(self, index: int, values: Sequence[Any]) -> Sequence[Any]:
        """Copy what a shadow module could change under the others, of what it takes."""
        mutable = {place for place, value in enumerate(values) if isinstance(value, _MUTABLE)}
        return self._copy(values, (self._copied | mutable) & self._taken(index))

    def _taken(self, index: int) -> set[int]:
        _, positions, names = self._ways[index]
        return set(range(self._count)) if positions is None else {*positions, *names.values()}

    @staticmethod
    def _copy(values: Sequence[Any], places: set[int]) -> Sequence[Any]:
        copied = list(values)
        for place in sorted(places):
            copied[place] = copy.deepcopy(copied[place])
        return copied


def refuse_coroutine(coroutine: types.CoroutineType[Any, Any, Any]) -> NoReturn:
    """Refuse what only looks like an answer of a synchronous hook."""
    coroutine.close()
    raise TypeError(f"a synchronous hook cannot wait for {coroutine.__qualname__}")


_Way = tuple["Callable[..., Any]", "Sequence[int] | None", "dict[str, int]"]
"""A function, the places of its positional arguments, and those of the ones passed by name. No
places mean that it takes all arguments in order, as most do."""


def _way(
    arguments: Sequence[str], places: dict[str, int]
) -> tuple[Sequence[int] | None, dict[str, int]]:
    if list(arguments) == list(places):
        return None, {}
    positions = []
    names = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if equals:
            names[name] = places[value]
        else:
            positions.append(places[name])
    return positions, names
