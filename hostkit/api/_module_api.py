"""`ModuleApi`: what a module is given to register with."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from hostkit.api._fitting import check_complete, fit_callbacks, fit_hookimpl
from hostkit.api._marked import find_marked
from hostkit.api._mounts import make_mount
from hostkit.api._paths import is_below
from hostkit.background import BackgroundLoop, Worker, check_loop, function_name
from hostkit.caching import CachedFunction, Invalidations
from hostkit.codes import Code
from hostkit.errors import RegistrationError, UnknownNameError
from hostkit.specs import Category, Hookspec, check_options
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from twisted.web.resource import IResource

    from hostkit.api._registrations import Registration, Registrations

Callbacks: TypeAlias = Callable[..., Any] | Mapping[Any, Callable[..., Any]]
"""What a module gives for one hook."""


class ModuleApi:
    """What a module is given as the second argument of its constructor.

    For every category of the host there is a method ``register_<category>_callbacks``, which takes
    the category's hooks as keyword arguments. Everything is registered in the module's
    ``__init__``. A host may give its modules a subclass with more to offer.

    Args:
        name: The module's name.
        registrations: Where to note what the module registers.
    """

    categories: tuple[type[Category], ...] = ()
    """The categories of the host."""
    reserved_paths: tuple[str, ...] = ()
    """The prefixes at which the host lets no module serve anything."""
    recommended_path: str | None = None
    """The prefix at which the host would like its modules to serve."""
    worker: Worker = Worker()
    """This process among those that share the config file."""
    invalidations: Invalidations = Invalidations()
    """The cached methods of the host's modules."""

    def __init__(self, name: str, registrations: Registrations) -> None:
        self._name: Final = name
        self._registrations: Final = registrations

    @property
    def name(self) -> str:
        """The module's name: what logs, receipts and errors call it."""
        return self._name

    @property
    def logger(self) -> logging.Logger:
        """The module's own logger, ``hostkit.modules.<name>``."""
        return logging.getLogger(f"hostkit.modules.{self._name}")

    def register(self, category: type[Category], /, **callbacks: Callbacks | None) -> None:
        """Register callbacks for hooks of a category.

        They are called with the hook's arguments by position, whatever their parameters are
        called. Registering for one hook several times adds a callback each time.

        Args:
            category: The category.
            callbacks: Callbacks by the names of their hooks; `None` is left out. For a keyed hook,
                a mapping of callbacks by key.

        Raises:
            RegistrationError: One of them cannot be registered; then none of them is.
        """
        self._check_category(category)
        self._registrations.check_open(f"registering {category.name} callbacks")
        fitting: list[Registration] = []
        for hook, function in callbacks.items():
            spec = self._find_hook(category.hookspecs, hook, f"category {category.name!r}")
            if function is not None:
                fitting += fit_callbacks(spec, function)
        self._commit(fitting)

    def register_hookimpls(self, plugin: object) -> None:
        """Register every method of an object that is marked with `hookimpl`.

        They are called with the hook's arguments by name, and may leave out any of them.

        Args:
            plugin: Mostly the module itself: ``api.register_hookimpls(self)``.

        Raises:
            RegistrationError: One of them cannot be registered; then none of them is.
        """
        self._registrations.check_open("registering hookimpls")
        specs = {
            hook: spec for category in self.categories for hook, spec in category.hookspecs.items()
        }
        fitting = []
        marked = find_marked(plugin)
        for name, function, options in marked:
            check_options(options, getattr(function, "__qualname__", repr(function)))
            hook = options.get("specname") or name
            if hook not in specs and options.get("optionalhook"):
                continue
            spec = self._find_hook(specs, hook, "any category of this host")
            fitting.append(fit_hookimpl(spec, function))
        if not marked:
            raise RegistrationError(
                Code.NO_HOOKIMPLS,
                f"{plugin!r} has no method marked with @hookimpl",
                hint="write @hookimpl above each method that is a callback",
            )
        self._commit(fitting)

    def register_web_resource(self, path: str, resource: IResource) -> None:
        """Serve a Twisted web resource.

        Args:
            path: The absolute path to serve it at, such as ``/words/status``.
            resource: Any object that provides `twisted.web.resource.IResource`.

        Raises:
            RegistrationError: The path cannot be used (HK209), or this is not a resource (HK211).
        """
        self._registrations.check_open("registering a web resource")
        mount = make_mount(path, resource, self.reserved_paths)
        if self.recommended_path is not None and not is_below(path, self.recommended_path):
            self.logger.warning(
                "module %r registers %s (%s), which is outside of %s, where this host wants"
                " modules to serve",
                self._name,
                path,
                mount.source,
                self.recommended_path,
            )
        self._registrations.mounts.append(mount)

    def register_cached_function(self, cached_func: CachedFunction[..., Any]) -> None:
        """Make a cached method known, so that `invalidate_cache` reaches it from all processes.

        Args:
            cached_func: The method of an instance: ``api.register_cached_function(self.method)``.

        Raises:
            RegistrationError: It is no such method (HK215), or it is too late (HK205).
        """
        self._registrations.check_open("registering a cached method")
        given: object = cached_func
        if not isinstance(given, CachedFunction):
            if inspect.iscoroutine(given):
                given.close()  # Python would warn that nobody awaited it
            raise RegistrationError(
                Code.NOT_CACHED,
                f"this is no cached method of an instance: {given!r}",
                expected="a method with @cached() above it, as self.method, without calling it",
            )
        self.invalidations.add(self._name, cached_func)

    async def invalidate_cache(
        self, cached_func: CachedFunction[..., Any], keys: tuple[Any, ...]
    ) -> None:
        """Drop an entry of a cached method, here and in all other processes of the host.

        Here it is dropped at once. Others are told through Redis, if the file has ``redis:``.

        Args:
            cached_func: The method, registered with `register_cached_function`.
            keys: The arguments of the entry, in the order of ``cached_func.key_names``; a tuple
                even if it is only one.

        Raises:
            RegistrationError: The method was not registered by this module (HK215).
            TypeError: This is no key, or it has values that others cannot be told: only strings,
                numbers, booleans, `None` and tuples of them can. Nothing was dropped.
            InvalidationError: Others could not be told.
        """
        is_cached = isinstance(cached_func, CachedFunction)
        if not is_cached or not self.invalidations.knows(self._name, cached_func):
            raise RegistrationError(
                Code.NOT_CACHED,
                f"module {self._name!r} has not registered "
                f"{getattr(cached_func, '__qualname__', repr(cached_func))}, so other processes "
                "would not find it",
                hint="give it to api.register_cached_function in __init__",
            )
        await self.invalidations.invalidate(self._name, cached_func, keys)

    def looping_background_call(
        self,
        f: Callable[..., Any],
        msec: float,
        *args: Any,
        desc: str | None = None,
        run_on_all_instances: bool = False,
        **kwargs: Any,
    ) -> BackgroundLoop:
        """Call a function again and again in the background.

        The first run is after one interval, or if this is called in the module's ``__init__``, one
        interval after its ``start()`` is done. Runs start at multiples of the interval; while one
        goes on no other one starts. What a run raises is logged, and the loop goes on. When the
        module is stopped, its loops are stopped before: a run that is going on is cancelled and
        waited for.

        Args:
            f: The function; it may be asynchronous, or return a Deferred.
            msec: The interval in milliseconds, more than zero.
            args: What to call it with.
            desc: What logs call the loop; by default the function's name.
            run_on_all_instances: Whether it runs in every process that shares the config file, and
                not only where `should_run_background_tasks` is true.
            kwargs: What to call it with.

        Returns:
            The loop, which can be stopped.

        Raises:
            RegistrationError: The function cannot be called, or not with these arguments (HK203).
            ValueError: The interval is no number greater than zero.
            HostkitError: The module was stopped.
        """
        check_loop(f, msec, args, kwargs)
        function = functools.partial(f, *args, **kwargs)
        loop = BackgroundLoop(self._name, desc or function_name(f), msec / 1000, function)
        self._registrations.loops.add(loop, self.worker, everywhere=run_on_all_instances)
        return loop

    def should_run_background_tasks(self) -> bool:
        """Tell whether background work is done in this process, by what file and process say."""
        return self.worker.is_chosen

    @property
    def worker_name(self) -> str | None:
        """What this process is called, if anything."""
        return self.worker.name

    def __getattr__(self, name: str) -> Callable[..., None]:
        if hasattr(type(self), name):  # a property of a host's own api raised AttributeError
            return cast("Callable[..., None]", object.__getattribute__(self, name))
        # Only reached for names that do not exist. It is typed as what the names made for each
        # category are, which type checkers cannot see.
        prefix = "register" if name.startswith("register") else ""
        public = [known for known in dir(type(self)) if not known.startswith("_")]
        known = [method for method in public if method.startswith(prefix)]
        is_category = prefix and name.endswith("_callbacks")
        code, what = (
            (Code.UNKNOWN_CATEGORY, "no such category: ")
            if is_category
            else (Code.UNKNOWN_HOOK, "")
        )
        raise UnknownNameError(
            code,
            f"{what}the module api has no attribute {name!r}",
            expected=", ".join(known),
            hint=did_you_mean(name, known),
        )

    def _commit(self, fitting: Sequence[Registration]) -> None:
        check_complete(fitting)
        for registration in fitting:
            if registration.spec.deprecated is not None:
                self.logger.warning(
                    "the hook %s is deprecated: %s",
                    registration.spec.full_name,
                    registration.spec.deprecated,
                )
        self._registrations.callbacks.extend(fitting)

    def _check_category(self, category: type[Category]) -> None:
        if category not in self.categories:
            raise RegistrationError(
                Code.UNKNOWN_CATEGORY,
                f"this host has no category {getattr(category, '__qualname__', category)!r}",
                expected=", ".join(known.__qualname__ for known in self.categories) or "none",
            )

    def _find_hook(self, specs: Mapping[str, Hookspec], hook: str, where: str) -> Hookspec:
        if hook in specs:
            return specs[hook]
        raise RegistrationError(
            Code.UNKNOWN_HOOK,
            f"there is no hook {hook!r} in {where}",
            expected=", ".join(specs) or "none",
            hint=did_you_mean(hook, specs),
        )
