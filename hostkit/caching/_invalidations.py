"""`Invalidations`: which cached results are stale, in all processes of a host."""

from __future__ import annotations

import json
import logging
import math
import reprlib
import secrets
import weakref
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, final

import attrs

from hostkit.errors import InvalidationError

if TYPE_CHECKING:
    from hostkit.caching._function import CachedFunction

_log: Final = logging.getLogger("hostkit.caching")

_LONGEST_BITS: Final = 10_000  # Python refuses to write and read integers that are much longer

Key: TypeAlias = tuple[Any, ...]
"""The arguments of a cached method: strings, numbers, booleans, `None`, and tuples of them."""


class MessageChannel(Protocol):
    """Carries messages between the processes of a host."""

    async def open(self, invalidations: Invalidations) -> None:
        """Start to listen; messages go to `Invalidations.receive`."""

    async def send(self, text: str) -> None:
        """Send a message to all processes, including this one.

        Raises:
            OSError: It could not be sent.
        """

    async def close(self) -> None:
        """Stop listening."""


@final
class Invalidations:
    """The cached functions that the modules of a host have registered, by name.

    Functions are held weakly, so there is nothing to take back when a module is gone.

    Args:
        channel: The connection to other processes, if there is one.
    """

    def __init__(self, channel: MessageChannel | None = None) -> None:
        self._channel = channel
        self._functions: dict[str, weakref.WeakSet[CachedFunction[..., Any]]] = {}
        self._sender = ""

    async def open(self) -> None:
        """Start to listen to invalidations of other processes."""
        self._sender = secrets.token_hex(8)  # not before: the process may have been forked
        if self._channel is not None:
            await self._channel.open(self)

    async def close(self) -> None:
        """Stop listening."""
        if self._channel is not None:
            await self._channel.close()

    def add(self, module: str, function: CachedFunction[..., Any]) -> None:
        """Register a function.

        Args:
            module: The name of the module whose function it is.
            function: The function, of one instance; others may have the same name.
        """
        registered = self._functions.setdefault(_name(module, function), weakref.WeakSet())
        registered.add(function)

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
        text = Invalidation(self._sender, name, key).to_json()
        self._drop(name, key)
        if self._channel is not None:
            try:
                await self._channel.send(text)
            except OSError as error:
                raise InvalidationError(module, function.__qualname__, str(error)) from error

    def receive(self, text: str | bytes) -> None:
        """Drop what another process has invalidated; a message that is not valid is logged."""
        try:
            message = Invalidation.from_json(text)
        except ValueError as error:
            _log.warning("another process sent an invalid message: %s", error)
            return
        if message.sender == self._sender:
            # Already dropped, and maybe computed anew since.
            return
        if not self._drop(message.name, message.key):
            _log.warning(
                "another process invalidates %r, which is not a key here; all entries of %s were "
                "dropped",
                message.key,
                message.name,
            )

    def drop_all(self) -> None:
        """Drop everything, since messages may have been missed."""
        for functions in tuple(self._functions.values()):
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
    """A message: an entry of a cache is stale.

    Attributes:
        sender: The process that sends it.
        name: The cached function, by the name that it has in all processes.
        key: The arguments.
    """

    sender: str
    name: str
    key: Key

    def to_json(self) -> str:
        """Serialise it as JSON, in which tuples are lists."""
        # The number is the version of the format: processes of two versions may share a server.
        return json.dumps([1, self.sender, self.name, self.key])

    @classmethod
    def from_json(cls, text: str | bytes) -> Invalidation:
        """Read a message of another process.

        Raises:
            ValueError: This is not such a message.
        """
        try:
            match json.loads(text):
                case [1, str(sender), str(name), list(key)]:
                    return cls(sender, name, _tuple(key))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"this is not JSON: {error}") from None
        raise ValueError("this is not an invalidation, or one of another version")


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
