"""`KeyParameters`: the parameters of a cached method, and which of them make up the key."""

from __future__ import annotations

import inspect
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NoReturn, final

import attrs

from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_HOW: Final = "write @cached() directly above a 'def' that is a method"
_VARIADIC: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_POSITIONAL: Final = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
)
_NOT_SELF: Final = (inspect.Parameter.KEYWORD_ONLY, *_VARIADIC)


@final
@attrs.frozen(slots=False)
class KeyParameters:
    """The parameters of one cached method.

    Attributes:
        method: The method's qualified name, for messages.
        parameters: Its parameters, without ``self``.
        key_names: The names of those that make up the key, in order. One for ``*args`` stands for
            a tuple of values, and one for ``**kwargs`` for a tuple of pairs.
    """

    method: str
    parameters: tuple[inspect.Parameter, ...]
    key_names: tuple[str, ...]

    @classmethod
    def of(
        cls, function: Callable[..., Any], uncached: Collection[str], num_args: int | None = None
    ) -> KeyParameters:
        """Read the parameters of a function.

        Args:
            function: The function below the decorator.
            uncached: The names of arguments that are left out of the key.
            num_args: How many positional arguments make up the key, if it is not all of them.

        Raises:
            TypeError: The function is not a method whose results can be cached.
            ValueError: ``uncached`` has a name that is not one of its parameters, or it has not as
                many parameters.
        """
        _check_function(function)
        name = function.__qualname__
        parameters = _parameters_of(name, inspect.signature(function))
        names = tuple(parameter.name for parameter in parameters)
        for left_out in uncached:
            if left_out not in names:
                raise ValueError(_unknown(name, left_out, names))
        if num_args is not None:
            return cls(name, parameters, _first(name, parameters, num_args))
        return cls(name, parameters, tuple(each for each in names if each not in uncached))

    @cached_property
    def _variadic(self) -> frozenset[str]:
        """The names that stand for any number of values."""
        return frozenset(each.name for each in self.parameters if each.kind in _VARIADIC)

    @cached_property
    def named_key_names(self) -> tuple[str, ...]:
        """The names that stand for one value each."""
        return tuple(name for name in self.key_names if name not in self._variadic)

    def prefix_of(self, values: object) -> tuple[Any, ...] | None:
        """Take a tuple for the named arguments alone of a key that has further ones.

        Returns:
            It, or `None` if it is not for such a key, or has the further ones as well.
        """
        named = len(self.named_key_names)
        if named == len(self.key_names):
            return None
        return values if isinstance(values, tuple) and len(values) == named else None

    def named_part(self, key: Any) -> tuple[Any, ...]:
        """The values of the named arguments in a key."""
        values = (key,) if len(self.key_names) == 1 else key
        pairs = zip(self.key_names, values, strict=True)
        return tuple(value for name, value in pairs if name not in self._variadic)

    def key_of(self, values: object) -> Any:
        """Make the key of an entry from a tuple of arguments.

        A single value is its own key, without a tuple around it, since hashing a tuple would cost
        as much as the rest of a hit.

        Raises:
            TypeError: This is not a tuple, is not as long as the key, or has unhashable values.
        """
        wanted = len(self.key_names)
        if not isinstance(values, tuple):
            raise TypeError(f"{self._how_to_name_a_key()}, not {type(values).__name__!r}")
        if len(values) != wanted:
            raise TypeError(f"{self._how_to_name_a_key()}, not {len(values)} values")
        key = values[0] if wanted == 1 else values
        try:
            hash(key)
        except TypeError:
            self.check_hash(key)  # which raises, and names the argument
        return key

    def check_hash(self, key: Any) -> None:
        """Make sure that all parts of a key are hashable.

        Raises:
            TypeError: One is not. The message names the argument.
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
        return f"{self.method}: a key is a tuple, even for one argument: {call}"


def _check_function(function: Any) -> None:
    if isinstance(function, staticmethod | classmethod):
        _refuse(
            f"a {type(function).__name__} cannot be cached, since each instance has a cache of its "
            "own; make it a method with 'self'"
        )
    if not inspect.isfunction(function):
        _refuse(f"{function!r} is not a function; {_HOW}")
    if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
        _refuse(f"{function.__qualname__} contains yield; return a tuple of all values instead")


def _parameters_of(method: str, signature: inspect.Signature) -> tuple[inspect.Parameter, ...]:
    parameters = tuple(signature.parameters.values())
    if not parameters or parameters[0].name != "self" or parameters[0].kind in _NOT_SELF:
        _refuse(f"{method} is not a method: its first parameter must be 'self'; {_HOW}")
    return parameters[1:]


def _first(method: str, parameters: tuple[inspect.Parameter, ...], count: int) -> tuple[str, ...]:
    """Name the first positional parameters.

    Raises:
        ValueError: There are fewer.
    """
    names = tuple(each.name for each in parameters if each.kind in _POSITIONAL)
    if count > len(names):
        raise ValueError(
            f"@cached: num_args is {count}, but {method} has only "
            f"{', '.join(names) or 'self'} to make a key of"
        )
    return names[:count]


def _refuse(reason: str) -> NoReturn:
    raise TypeError(f"@cached: {reason}")


def _unknown(method: str, name: object, names: tuple[str, ...]) -> str:
    hint = did_you_mean(str(name), names)
    possible = f"possible are {', '.join(names)}" if names else "it has only 'self'"
    return (
        f"@cached: uncached_args names {name!r}, which is not a parameter of {method}; "
        f"{hint or possible}"
    )
