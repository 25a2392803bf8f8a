"""`Invalidations`: which entries of caches are no longer true, in all processes of a host."""

from __future__ import annotations

import logging
import secrets
import weakref
from typing import TYPE_CHECKING, Any, Final, Protocol, final

from hostkit.caching._message import Message, check_key
from hostkit.errors import InvalidationError

if TYPE_CHECKING:
    from hostkit.caching._cached_function import CachedFunction

_log: Final = logging.getLogger("hostkit.caching")


class Channel(Protocol):
    """How processes hear of each other's messages."""

    async def open(self, invalidations: Invalidations) -> None:
        """Begin to listen; what is heard goes to `Invalidations.heard`."""

    async def send(self, text: str) -> None:
        """Send a message to all processes, this one included.

        Raises:
            OSError: It could not be sent.
        """

    async def close(self) -> None:
        """Listen no longer."""


@final
class Invalidations:
    """The cached functions that the modules of a host have registered, by name.

    A function is known for as long as anybody has it, so there is nothing to take back when a
    module is gone.

    Args:
        channel: How other processes are told, if there are any.
    """

    def __init__(self, channel: Channel | None = None) -> None:
        self._channel = channel
        self._functions: dict[str, weakref.WeakSet[CachedFunction[..., Any]]] = {}
        self._sender = ""

    async def open(self) -> None:
        """Begin to hear of what other processes invalidate."""
        self._sender = secrets.token_hex(8)  # not before: the process may have been forked
        if self._channel is not None:
            await self._channel.open(self)

    async def close(self) -> None:
        """Hear of it no longer."""
        if self._channel is not None:
            await self._channel.close()

    def add(self, module: str, function: CachedFunction[..., Any]) -> None:
        """Get to know a function.

        Args:
            module: The name of the module whose function it is.
            function: The function, of one instance; others may have the same name.
        """
        known = self._functions.setdefault(_name(module, function), weakref.WeakSet())
        known.add(function)

    def knows(self, module: str, function: CachedFunction[..., Any]) -> bool:
        """Tell whether a function was registered by a module."""
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
            TypeError: The key is none; nothing was dropped.
            InvalidationError: Other processes could not be told.
        """
        key = check_key(function, key)
        name = _name(module, function)
        text = Message(self._sender, name, key).write()
        self._drop(name, key)
        if self._channel is not None:
            try:
                await self._channel.send(text)
            except OSError as error:
                raise InvalidationError(module, function.__qualname__, str(error)) from error

    def heard(self, text: str | bytes) -> None:
        """Drop what another process has invalidated; what cannot be understood is logged."""
        try:
            message = Message.read(text)
        except ValueError as error:
            _log.warning("another process sent what cannot be understood: %s", error)
            return
        if message.sender == self._sender:
            return
        if not self._drop(message.name, message.key):
            _log.warning(
                "another process invalidates %r, which is no key here; all of %s was dropped",
                message.key,
                message.name,
            )

    def drop_all(self) -> None:
        """Drop everything, as something may have gone unheard."""
        for functions in tuple(self._functions.values()):
            for function in tuple(functions):
                function.invalidate_all()

    def _drop(self, name: str, key: tuple[Any, ...]) -> bool:
        """Drop an entry of all functions of a name; all entries where this is no key.

        Returns:
            Whether it was a key of all of them. Others may be those of another version.
        """
        is_key = True
        for function in tuple(self._functions.get(name, ())):
            try:
                function.invalidate(key)
            except TypeError:
                function.invalidate_all()
                is_key = False
        return is_key


def _name(module: str, function: CachedFunction[..., Any]) -> str:
    return f"{module}/{function.__qualname__}"
