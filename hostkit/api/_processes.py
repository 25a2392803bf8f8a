"""`ProcessApi`: the part of the module api that concerns all processes of a host.

Cached methods are invalidated in all of them, and background work is done in one of them.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from hostkit.api._base import BaseApi
from hostkit.background import BackgroundLoop, check_loop, function_name
from hostkit.caching import CachedFunction
from hostkit.codes import Code
from hostkit.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Callable


class ProcessApi(BaseApi):
    """Registers cached methods and background loops."""

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
        invalidations = self._services.invalidations
        is_cached = isinstance(cached_func, CachedFunction)
        if not is_cached or not invalidations.knows(self._name, cached_func):
            raise RegistrationError(
                Code.NOT_CACHED,
                f"module {self._name!r} has not registered "
                f"{getattr(cached_func, '__qualname__', repr(cached_func))}, so other processes "
                "would not find it",
                hint="give it to api.register_cached_function in __init__",
            )
        await invalidations.invalidate(self._name, cached_func, keys)

    def looping_background_call(
        self,
        f: Callable[..., Any],
        msec: float,
        *args: Any,
        desc: str | None = None,
        run_on_all_instances: bool = False,
        **kwargs: Any,
    ) -> BackgroundLoop:
        """Call a function repeatedly in the background.

        The first run is after one interval, or if this is called in the module's ``__init__``, one
        interval after its ``start()`` is done. Runs start at multiples of the interval; none starts
        while another is in flight. What a run raises is logged, and the loop goes on. Before the
        module is stopped, its loops are: a run in flight is cancelled and waited for.

        Args:
            f: The function; it may be asynchronous, or return a Deferred.
            msec: The interval in milliseconds, more than zero.
            args: What to call it with.
            desc: The loop's name in logs; by default the function's name.
            run_on_all_instances: Whether it runs in every process that shares the config file, and
                not only where `should_run_background_tasks` is true.
            kwargs: What to call it with.

        Returns:
            The loop, which can be stopped.

        Raises:
            RegistrationError: The function cannot be called, or not with these arguments (HK203).
            ValueError: The interval is not a number greater than zero.
            HostkitError: The module was stopped.
        """
        # Not only while registrations are open: a running module may begin loops, too.
        check_loop(f, msec, args, kwargs)
        function = functools.partial(f, *args, **kwargs)
        loop = BackgroundLoop(self._name, desc or function_name(f), msec / 1000, function)
        self._registrations.loops.add(loop, self._services.worker, everywhere=run_on_all_instances)
        return loop

    def should_run_background_tasks(self) -> bool:
        """Whether this is the process that the config file names for background work."""
        return self._services.worker.is_chosen

    @property
    def worker_name(self) -> str | None:
        """The name of this process, if it has one."""
        return self._services.worker.name
