"""`Invalidations`: which cached results are stale, in all processes of a host."""

from __future__ import annotations

import logging
import math
import reprlib
import weakref
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

import attrs

from hostkit.errors import InvalidationError
from hostkit.messages import Notice, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hostkit.caching._function import CachedFunction
    from hostkit.messages import Messages

_log: Final = logging.getLogger("hostkit.caching")

KIND: Final = "invalidation"
"""The kind of the messages."""

_LONGEST_BITS: Final = 10_000  # Python refuses to write and read integers that are much longer

Key: TypeAlias = tuple[Any, ...]
"""The arguments of a cached method: strings, numbers, booleans, `None`, and tuples of them."""


@final
class Invalidations:
    """The cached functions that the modules of a host have registered, by name.

    Functions are held weakly, so there is nothing to take back when a module is gone.

    Args:
        messages: Carries them to the other processes, and theirs here; by default there are none.
    """

    def __init__(self, messages: Messages | None = None) -> None:
        self._messages = messages
        self._functions: dict[str, weakref.WeakSet[CachedFunction[..., Any]]] = {}
        self._notice = Notice(_log)
        if messages is not None:
            messages.add(KIND, self)

    def add(self, module: str, function: CachedFunction[..., Any]) -> None:
        """Register a function.

        Args:
            module: The name of the module whose function it is.
            function: The function, of one instance; others may have the same name.
        """
        registered = self._functions.setdefault(_name(module, function), weakref.WeakSet())
        registered.add(function)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the functions that are there, in the order in which they were added."""
        return tuple(name for name, functions in self._functions.items() if functions)

    def knows(self, module: str, function: CachedFunction[..., Any]) -> bool:
        """Whether a function was registered by a module."""
        return function in self._functions.get(_name(module, function), ())

    async def invalidate(
        self, module: str, function: CachedFunction[..., Any], key: tuple[Any, ...]
    ) -> None:
        """Drop an entry here, at once, and then in all other processes.

        Args:
            module: The name of the module whose function it is.
            function: The function.
            key: The arguments.

        Raises:
            TypeError: This is not a key; nothing was dropped.
            InvalidationError: The other processes could not be notified.
        """
        key = check_key(function, key)
        name = _name(module, function)
        self._drop(name, key)
        try:
            await self._send(Invalidation(name, key))
        except OSError as error:
            raise InvalidationError(module, function.__qualname__, str(error)) from error

    def receive(self, payload: Any) -> None:
        """Drop what another process has invalidated.

        Raises:
            ValueError: This is not an invalidation.
        """
        message = Invalidation.from_payload(payload)
        if message.key is None:
            self._drop_all(self._functions.get(message.name, ()))
        elif not self._drop(message.name, message.key):
            self._notice.write(
                logging.WARNING,
                "another process invalidates %s, which is not a key here; all entries of %s were "
                "dropped",
                shown(repr(message.key)),
                shown(message.name),
            )

    def catch_up(self) -> None:
        """Drop everything, since messages may have been missed."""
        for functions in tuple(self._functions.values()):
            self._drop_all(functions)

    async def _send(self, message: Invalidation) -> None:
        if self._messages is None:
            return
        try:
            await self._messages.send(KIND, message.to_payload())
        except ValueError:
            # The key is too long for a message; all entries of the function is less, and right.
            await self._messages.send(KIND, attrs.evolve(message, key=None).to_payload())

    def _drop_all(self, functions: Iterable[CachedFunction[..., Any]]) -> None:
        for function in tuple(functions):
            function.invalidate_all()

    def _drop(self, name: str, key: tuple[Any, ...]) -> bool:
        """Drop an entry of all functions of a name; all entries of those it is not a key of.

        Returns:
            Whether it was a key of all of them. Others may be those of another version.
        """
        is_key = True
        for function in tuple(self._functions.get(name, ())):
            try:
                function.invalidate(key)
            except TypeError:
                # Which entries are meant is unknown, so none of them can be trusted.
                function.invalidate_all()
                is_key = False
        return is_key


@final
@attrs.frozen
class Invalidation:
    """What a message says: an entry of a cache is stale.

    Attributes:
        name: The cached function, by the name that it has in all processes.
        key: The arguments; `None`: all entries are stale.
    """

    name: str
    key: Key | None

    def to_payload(self) -> dict[str, Any]:
        """Write it as JSON values, in which tuples are lists."""
        return {"name": self.name, "key": self.key}

    @classmethod
    def from_payload(cls, payload: Any) -> Invalidation:
        """Read what another process says.

        Raises:
            ValueError: This is not an invalidation.
        """
        match payload:
            case {"name": str(name), "key": None}:
                return cls(name, None)
            case {"name": str(name), "key": list(key)}:
                return cls(name, _tuple(key))
        raise ValueError("this is not an invalidation")


def check_key(function: CachedFunction[..., Any], key: object) -> Key:
    """Make sure that a key can be sent to other processes.

    Args:
        function: The cached function.
        key: The key of an entry of it.

    Raises:
        TypeError: It is not a tuple of as many arguments as make up a key, or one of them is of a
            type that cannot be serialised.
    """
    names = function.key_names
    if isinstance(key, tuple) and len(key) == len(function.named_key_names):
        names = function.named_key_names  # an entry for each of what else it was called with
    if not isinstance(key, tuple) or len(key) != len(names):
        shown = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
        raise TypeError(
            f"{function.__qualname__}: a key is a tuple of {shown}, even for one argument, "
            f"not {key!r}"
        )
    for name, value in zip(names, key, strict=True):
        if not _is_serialisable(value):
            raise TypeError(
                f"{function.__qualname__}: the argument {name!r} cannot be serialised for other "
                f"processes, as it is {_show(value)}; expected a str, a number, a bool, None, or a "
                "tuple of them"
            )
    return key


def _is_serialisable(value: object) -> bool:
    if isinstance(value, tuple):
        return all(_is_serialisable(part) for part in value)
    if isinstance(value, float):
        # NaN equals no key, and JSON has neither it nor infinity.
        return math.isfinite(value)
    if isinstance(value, int):
        return value.bit_length() <= _LONGEST_BITS
    return value is None or isinstance(value, str)


def _show(value: object) -> str:
    return reprlib.repr(value) if not isinstance(value, int) else "a number of too many digits"


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(value) if isinstance(value, list) else value for value in values)


def _name(module: str, function: CachedFunction[..., Any]) -> str:
    return f"{module}/{function.__qualname__}"
