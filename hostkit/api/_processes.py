"""`ProcessApi`: the part of the module api that concerns all processes of a host.

Cached methods are invalidated in all of them, and loops run in one of them.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from hostkit.api._base import BaseApi
from hostkit.caching import CachedFunction
from hostkit.codes import Code
from hostkit.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Iterable


class ProcessApi(BaseApi):
    """Registers cached methods, and says which process this is."""

    def register_cached_function(self, cached_func: CachedFunction[..., Any]) -> None:
        """Make a cached method known, so that `invalidate_cache` reaches it from all processes.

        Args:
            cached_func: The method of an instance: ``api.register_cached_function(self.method)``.

        Raises:
            RegistrationError: It is not such a method (HK215), or it is too late (HK205).
        """
        self._registrations.check_open("registering a cached method")
        # Many modules are not checked by a type checker, so it may be anything.
        given: object = cached_func
        if not isinstance(given, CachedFunction):
            if inspect.iscoroutine(given):
                given.close()  # Python would warn that it was never awaited
            raise RegistrationError(
                Code.NOT_CACHED,
                f"this is not a cached method of an instance: {given!r}",
                expected="a method with @cached() above it, as self.method, without calling it",
            )
        self._services.invalidations.add(self._name, cached_func)

    async def invalidate_cache(
        self, cached_func: CachedFunction[..., Any], keys: tuple[Any, ...]
    ) -> None:
        """Drop an entry of a cached method, here and in all other processes of the host.

        Here it is dropped at once. Others are notified through Redis, if the file has ``redis:``.

        Args:
            cached_func: The method, registered with `register_cached_function`.
            keys: The arguments of the entry, in the order of ``cached_func.key_names``; a tuple
                even if it is only one.

        Raises:
            RegistrationError: The method was not registered by this module (HK215).
            TypeError: This is not a key, or it has values that cannot be serialised: only strings,
                numbers, booleans, `None` and tuples of them can. Nothing was dropped.
            InvalidationError: Others could not be notified.
        """
        self._check_registered(cached_func)
        await self._services.invalidations.invalidate(self._name, cached_func, keys)

    async def invalidate_cache_entries(
        self, cached_func: CachedFunction[..., Any], entries: Iterable[tuple[Any, ...]]
    ) -> None:
        """Drop several entries of a cached method, here and in all other processes of the host.

        For many entries this takes a fraction of the time of as many calls of `invalidate_cache`.

        Args:
            cached_func: The method, registered with `register_cached_function`.
            entries: The arguments of each entry, as for `invalidate_cache`.

        Raises:
            RegistrationError: As for `invalidate_cache`.
            TypeError: One of them is not a key, or cannot be serialised. Nothing was dropped.
            InvalidationError: Others could not be notified of all of them.
        """
        self._check_registered(cached_func)
        await self._services.invalidations.invalidate_many(self._name, cached_func, entries)

    def _check_registered(self, cached_func: CachedFunction[..., Any]) -> None:
        invalidations = self._services.invalidations
        if not invalidations.knows(self._name, cached_func):
            raise RegistrationError(
                Code.NOT_CACHED,
                f"module {self._name!r} has not registered "
                f"{getattr(cached_func, '__qualname__', repr(cached_func))}, so other processes "
                "would not find it",
                hint="give it to api.register_cached_function in __init__",
            )

    def should_run_background_tasks(self) -> bool:
        """Whether this is the process that the config file names for background work."""
        return self._services.worker.is_chosen

    @property
    def worker_name(self) -> str | None:
        """The name of this process, if it has one."""
        return self._services.worker.name
