"""`Arguments`: what a cached method takes, and which of it makes up the key."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final, NoReturn, final

import attrs

from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_HOW: Final = "write @cached() directly above an 'async def' that is a method"
_MANY: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_NO_SELF: Final = (inspect.Parameter.KEYWORD_ONLY, *_MANY)


@final
@attrs.frozen
class Arguments:
    """The arguments of one cached method.

    Attributes:
        method: The method's qualified name, for messages.
        parameters: Its parameters, without ``self``.
        key_names: The names of those that make up the key, in order.
    """

    method: str
    parameters: tuple[inspect.Parameter, ...]
    key_names: tuple[str, ...]

    @classmethod
    def of(cls, function: Callable[..., Any], uncached: Collection[str]) -> Arguments:
        """Read them from a function.

        Args:
            function: What stands below the decorator.
            uncached: The names of arguments that are left out of the key.

        Raises:
            TypeError: It is nothing whose results can be cached.
            ValueError: Arguments are to be left out which it does not have.
        """
        _check_function(function)
        name = function.__qualname__
        parameters = _parameters_of(name, inspect.signature(function))
        names = tuple(parameter.name for parameter in parameters)
        for left_out in uncached:
            if left_out not in names:
                raise ValueError(_unknown(name, left_out, names))
        return cls(name, parameters, tuple(each for each in names if each not in uncached))

    def key_of(self, values: object) -> Any:
        """Make the key of an entry from a tuple of arguments.

        Raises:
            TypeError: It is no tuple, or not as long as the key, or has values without a hash.
        """
        wanted = len(self.key_names)
        if not isinstance(values, tuple):
            raise TypeError(f"{self._how_to_name_a_key()}, not {type(values).__name__!r}")
        if len(values) != wanted:
            raise TypeError(f"{self._how_to_name_a_key()}, not {len(values)} values")
        key = values[0] if wanted == 1 else values
        self.check_hash(key)
        return key

    def check_hash(self, key: Any) -> None:
        """Make sure that all parts of a key can be looked up.

        Raises:
            TypeError: One has no hash. The message names the argument.
        """
        values = (key,) if len(self.key_names) == 1 else key
        for name, value in zip(self.key_names, values, strict=True):
            try:
                hash(value)
            except TypeError as error:
                raise TypeError(
                    f"{self.method}: the argument {name!r} cannot be part of a key of the cache "
                    f"({error}); pass something immutable, such as a tuple or a frozenset, or "
                    "name it in uncached_args= if the result does not depend on it"
                ) from None

    def _how_to_name_a_key(self) -> str:
        names = ", ".join(self.key_names)
        comma = "," if len(self.key_names) == 1 else ""
        call = f"{self.method.rpartition('.')[2]}.invalidate(({names}{comma}))"
        return f"{self.method}: a key is a tuple, also of one value: {call}"


def _check_function(function: Any) -> None:
    if isinstance(function, staticmethod | classmethod):
        _refuse(
            f"a {type(function).__name__} cannot be cached, since each instance has a cache of its "
            "own; make it a method with 'self'"
        )
    if not inspect.isfunction(function):
        _refuse(f"{function!r} is not a function; {_HOW}")
    if inspect.isasyncgenfunction(function):
        _refuse(f"{function.__qualname__} contains yield; return a tuple of all values instead")
    # Only what is written so; what merely is marked as a coroutine function may return anything.
    if not function.__code__.co_flags & inspect.CO_COROUTINE:
        _refuse(
            f"{function.__qualname__} is no 'async def'; add 'async', or use functools.lru_cache "
            "or functools.cached_property for what need not wait"
        )


def _parameters_of(method: str, signature: inspect.Signature) -> tuple[inspect.Parameter, ...]:
    parameters = tuple(signature.parameters.values())
    if not parameters or parameters[0].name != "self" or parameters[0].kind in _NO_SELF:
        _refuse(f"{method} is no method: its first parameter must be 'self'; {_HOW}")
    for parameter in parameters[1:]:
        if parameter.kind in _MANY:
            _refuse(
                f"{method} takes '{parameter.replace(annotation=parameter.empty)}', which no key "
                "can be made of; write every parameter by its name"
            )
    return parameters[1:]


def _refuse(reason: str) -> NoReturn:
    raise TypeError(f"@cached: {reason}")


def _unknown(method: str, name: object, names: tuple[str, ...]) -> str:
    hint = did_you_mean(str(name), names)
    taken = f"it takes {', '.join(names)}" if names else "it takes none but 'self'"
    return (
        f"@cached: uncached_args names {name!r}, which is no argument of {method}; {hint or taken}"
    )
