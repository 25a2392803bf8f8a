"""`Callback`: one function in a chain; how it is called, awaited, and found on the stack."""

from __future__ import annotations

import copy
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias, TypeVar, final

import attrs

from hostkit.loops import settle

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from types import CodeType, FrameType

    from hostkit.errors import Place
    from hostkit.rules import ByKind, OnError
    from hostkit.specs import Fit, Hookspec

F = TypeVar("F", bound=Callable[..., Any])

Locate: TypeAlias = "Callable[[], Place | None]"
"""Finds a module's entry in the config file; called only when there is something to report."""

_MODULE_CODE: Final[set[CodeType]] = set()


@final
@attrs.frozen(kw_only=True)
class Callback:
    """One function in a chain.

    Attributes:
        module: The name of the module it belongs to.
        function: What is called.
        fit: How it is called.
        timeout_seconds: How long a call may take; a synchronous one is not interrupted.
        on_error: The module's own policy for failures, instead of the rule's.
        shadow: Whether its answers are recorded but never count.
        locate: Finds the module's entry in the config file.
        key: Which calls it is for, if the hook is keyed.
        details: What else the key says.
        generation: Which of the files of its host its chain belongs to.
    """

    module: str
    function: Callable[..., Any]
    fit: Fit
    timeout_seconds: float | None = None
    on_error: OnError | ByKind | None = None
    shadow: bool = False
    locate: Locate = lambda: None
    key: Hashable = None
    details: Any = None
    generation: int | None = None

    @property
    def is_coroutine(self) -> bool:
        """Whether what an asynchronous hook calls for it returns a coroutine in any case."""
        return self.fit.is_async or self.timeout_seconds is not None


def runs_module_code(function: F) -> F:
    """Mark a function whose frame on the stack means that a module's code runs below it.

    Its local variable ``callback`` is the `Callback` that runs, or ``module`` the module's name.
    """
    _MODULE_CODE.add(function.__code__)
    return function


def current_module() -> str | None:
    """Name the module whose callback is running, found on the Python stack.

    Nothing is set when a callback is called, so this costs callers nothing. What a callback leaves
    to run later (a task it starts, a Deferred's callbacks) is not on its stack.

    Returns:
        The module's name; `None` outside of callbacks, background loops, `start` and `stop`.
    """
    return module_on(sys._getframe(1))  # noqa: SLF001 -- the documented way to a caller


def module_on(frame: FrameType | None) -> str | None:
    """Name the module whose code runs on a Python stack, which may be another thread's.

    Args:
        frame: The innermost frame of the stack.
    """
    while frame is not None:
        # A lane knows its callbacks, and the place of the one it asks.
        callbacks: tuple[Callback, ...] | None = frame.f_globals.get("_callbacks")
        if callbacks is not None and "_at" in frame.f_locals:
            at: int = frame.f_locals["_at"]
            return callbacks[at].module if at < len(callbacks) else None
        if frame.f_code in _MODULE_CODE:
            names = frame.f_locals
            module: str = names["callback"].module if "callback" in names else names["module"]
            return module
        frame = frame.f_back
    return None


@runs_module_code
async def call_for(module: str, function: Callable[[], Any]) -> Any:  # noqa: ARG001 -- see above
    """Call a module's function outside of chains, and await what it returns if need be.

    Args:
        module: The name that `current_module` returns meanwhile.
        function: What to call.
    """
    return await settle(function())


_MUTABLE: Final = (dict, list, set)


@final
class Passing:
    """Calls the callbacks of one hook, each with those of its arguments that it takes.

    Args:
        spec: The hook.
        callbacks: Its callbacks.
        functions: What to call for each of them.
    """

    def __init__(
        self,
        spec: Hookspec,
        callbacks: Sequence[Callback],
        functions: Sequence[Callable[..., Any]],
    ) -> None:
        places = {name: index for index, name in enumerate(spec.arguments)}
        self._is_async = spec.is_async
        self._are_shadows = [callback.shadow for callback in callbacks]
        self._count = len(places)
        self._copied = {places[name] for name in spec.copy}
        self._ways: list[_Way] = [
            (function, *_way(callback.fit.arguments, places))
            for callback, function in zip(callbacks, functions, strict=True)
        ]

    def call(self, index: int, values: Sequence[Any]) -> Any:
        """Call a callback.

        Args:
            index: Its place.
            values: The hook's arguments, in order.

        Raises:
            TypeError: It returned a coroutine, which a synchronous hook cannot await.
        """
        if self._are_shadows[index]:
            values = self._isolate(index, values)
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

    def _isolate(self, index: int, values: Sequence[Any]) -> Sequence[Any]:
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
