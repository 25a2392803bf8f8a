"""`Invalidations`: which cached results are stale, in all processes of a host."""

from __future__ import annotations

import logging
import weakref
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.caching._invalidation import check_key, read_payload
from hostkit.caching._outgoing import KIND, Outgoing
from hostkit.errors import InvalidationError
from hostkit.messages import Messages, Notice, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hostkit.caching._cache import CacheInfo
    from hostkit.caching._function import CachedFunction
    from hostkit.caching._invalidation import Key
    from hostkit.messages import Messages

_log: Final = logging.getLogger("hostkit.caching")


@final
class Invalidations:
    """The cached functions that the modules of a host have registered, by name.

    Functions are held weakly, so there is nothing to take back when a module is gone.

    Args:
        messages: Carries them to the other processes, and theirs here.
    """

    def __init__(self, messages: Messages | None = None) -> None:
        self._outgoing = Outgoing(messages) if messages is not None else None
        self._functions: dict[str, weakref.WeakSet[CachedFunction[..., Any]]] = {}
        self._notice = Notice(_log)
        self._counts_hits = False
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
        if self._counts_hits:
            function.count_hits()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the functions that are there, in the order in which they were added."""
        return tuple(name for name, functions in self._functions.items() if functions)

    @property
    def infos(self) -> tuple[tuple[str, CacheInfo], ...]:
        """What the functions hold, each with its name; of several with one, the fullest first."""
        return tuple(
            (name, info)
            for name, functions in self._functions.items()
            for info in sorted(
                (function.info() for function in functions), key=_entries, reverse=True
            )
        )

    def count_hits(self, *, on: bool = True) -> None:
        """Have all functions count hits from now on, also those that are added later, or not.

        Args:
            on: Whether they do.
        """
        self._counts_hits = on
        for functions in self._functions.values():
            for function in functions:
                function.count_hits(on=on)

    def knows(self, module: str, function: object) -> bool:
        """Whether something is a function that was registered by a module."""
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
        await self.invalidate_many(module, function, (key,))

    async def invalidate_many(
        self, module: str, function: CachedFunction[..., Any], keys: Iterable[tuple[Any, ...]]
    ) -> None:
        """Drop entries here, at once, and then in all other processes.

        Args:
            module: The name of the module whose function it is.
            function: The function.
            keys: The arguments of each.

        Raises:
            TypeError: One of them is not a key; nothing was dropped.
            InvalidationError: The other processes could not be notified.
        """
        checked = [check_key(function, key) for key in keys]
        name = _name(module, function)
        self._drop(name, checked)
        if self._outgoing is None:
            return
        error = await self._outgoing.send(name, checked)
        if error is not None:
            raise InvalidationError(module, function.__qualname__, str(error)) from error

    def receive(self, payload: Any) -> None:
        """Drop what another process has invalidated.

        Raises:
            ValueError: These are not invalidations.
        """
        for each in read_payload(payload):
            if each.keys is None:
                self._drop_all(self._functions.get(each.name, ()))
                continue
            wrong = self._drop(each.name, each.keys)
            if wrong is not None:
                self._notice.write(
                    logging.WARNING,
                    "another process invalidates %s, which is not a key here; all entries of %s "
                    "were dropped",
                    shown(repr(wrong)),
                    shown(each.name),
                )

    def catch_up(self) -> None:
        """Drop everything, since messages may have been missed."""
        for functions in tuple(self._functions.values()):
            self._drop_all(functions)

    def _drop_all(self, functions: Iterable[CachedFunction[..., Any]]) -> None:
        for function in tuple(functions):
            function.invalidate_all()

    def _drop(self, name: str, keys: Iterable[Key]) -> Key | None:
        """Drop entries of all functions of a name; all entries of those they are not keys of.

        Returns:
            One that was not a key of all of them. Others may be those of another version.
        """
        wrong = None
        for function in tuple(self._functions.get(name, ())):
            invalidate = function.invalidate
            for key in keys:
                try:
                    invalidate(key)
                except TypeError:
                    # Which entries are meant is unknown, so none of them can be trusted.
                    function.invalidate_all()
                    wrong = key
                    break
        return wrong


def _name(module: str, function: object) -> str:
    return f"{module}/{getattr(function, '__qualname__', '')}"


def _entries(info: CacheInfo) -> int:
    return info.entries
