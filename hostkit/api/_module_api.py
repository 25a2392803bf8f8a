"""`ModuleApi`: what a module is given to register with."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from types import MethodType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast

from hostkit import codes
from hostkit.api._fitting import check_complete, fit_callbacks, fit_hookimpl
from hostkit.api._paths import check_path, is_below
from hostkit.api._registrations import Mount, Registration, Registrations
from hostkit.config import did_you_mean
from hostkit.errors import RegistrationError, UnknownNameError
from hostkit.specs import (
    IMPL_ATTRIBUTE,
    Category,
    Hookspec,
    check_options,
)

if TYPE_CHECKING:
    from twisted.web.resource import IResource

Callbacks: TypeAlias = Callable[..., Any] | Mapping[Any, Callable[..., Any]]
"""What a module gives for one hook."""

A = TypeVar("A", bound="ModuleApi")


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
        marked = _marked(plugin)
        for name, function, options in marked:
            check_options(options, getattr(function, "__qualname__", repr(function)))
            hook = options.get("specname") or name
            if hook not in specs and options.get("optionalhook"):
                continue
            spec = self._find_hook(specs, hook, "any category of this host")
            fitting.append(fit_hookimpl(spec, function))
        if not marked:
            raise RegistrationError(
                codes.NO_HOOKIMPLS,
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
        from twisted.web.resource import (  # noqa: PLC0415 -- not all modules need the web
            IResource,
            Resource,
        )

        self._registrations.check_open("registering a web resource")
        check_path(path, self.reserved_paths)
        if not IResource.providedBy(resource):
            raise RegistrationError(
                codes.NOT_A_RESOURCE,
                f"what is to be served at {path} is not a web resource: {resource!r}",
                expected="an object that provides twisted.web.resource.IResource",
                hint="give an instance, not the class" if isinstance(resource, type) else None,
            )
        if isinstance(resource, Resource) and not hasattr(resource, "children"):
            # Its class never called `super().__init__()`; what the module puts below it may come.
            Resource.__init__(resource)
        source = _calling_line("register_web_resource")
        if self.recommended_path is not None and not is_below(path, self.recommended_path):
            self.logger.warning(
                "module %r registers %s (%s), which is outside of %s, where this host wants"
                " modules to serve",
                self._name,
                path,
                source,
                self.recommended_path,
            )
        self._registrations.mounts.append(Mount(path, resource, source))

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
            (codes.UNKNOWN_CATEGORY, "no such category: ")
            if is_category
            else (codes.UNKNOWN_HOOK, "")
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
                codes.UNKNOWN_CATEGORY,
                f"this host has no category {getattr(category, '__qualname__', category)!r}",
                expected=", ".join(known.__qualname__ for known in self.categories) or "none",
            )

    def _find_hook(self, specs: Mapping[str, Hookspec], hook: str, where: str) -> Hookspec:
        if hook in specs:
            return specs[hook]
        raise RegistrationError(
            codes.UNKNOWN_HOOK,
            f"there is no hook {hook!r} in {where}",
            expected=", ".join(specs) or "none",
            hint=did_you_mean(hook, specs),
        )


def _calling_line(method: str) -> str:
    """Find where a method of the api was called, not counting those that a host put over it."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_name in ("_calling_line", method):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""


def _marked(plugin: object) -> list[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """Find the marked functions of an object, by name, without running any of its properties."""
    found = []
    for name in dir(plugin):
        static = inspect.getattr_static(plugin, name, None)
        if inspect.ismethod(static) and static.__self__ is plugin:
            continue  # kept in an attribute for later use; it is found where it is defined
        options = _options(static)
        if options is not None:
            found.append((name, getattr(plugin, name), options))
    return found


def _options(static: object) -> dict[str, Any] | None:
    """Read the mark of a function, or of what wraps one."""
    holders = [static]
    if isinstance(static, staticmethod | classmethod | MethodType):
        holders.append(static.__func__)
    for holder in holders:
        options = inspect.getattr_static(holder, IMPL_ATTRIBUTE, None)
        if isinstance(options, dict):
            return options
    return None


def make_api_class(
    base: type[A],
    categories: Sequence[type[Category]],
    reserved_paths: Sequence[str] = (),
    recommended_path: str | None = None,
) -> type[A]:
    """Make the api class of a host: with a register method for each of its categories.

    Args:
        base: `ModuleApi` or a subclass of it.
        categories: The categories of the host.
        reserved_paths: Prefixes at which no module may serve anything.
        recommended_path: The prefix at which modules should serve.
    """
    methods: dict[str, Any] = {
        "categories": tuple(categories),
        "reserved_paths": tuple(reserved_paths),
        "recommended_path": recommended_path,
        "__module__": base.__module__,
    }
    for category in categories:
        name = f"register_{category.name}_callbacks"
        methods[name] = _make_register(category, name)
    return cast("type[A]", type(base.__name__, (base,), methods))


def _make_register(category: type[Category], name: str) -> Callable[..., None]:
    def register(self: ModuleApi, /, **callbacks: Callbacks | None) -> None:
        self.register(category, **callbacks)

    keywords = [
        inspect.Parameter(
            hook,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Callbacks | None if spec.keyed is not None else Callable[..., Any] | None,
        )
        for hook, spec in category.hookspecs.items()
    ]
    owner = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    register.__signature__ = inspect.Signature([owner, *keywords], return_annotation=None)  # type: ignore[attr-defined]
    register.__name__ = name
    register.__qualname__ = f"ModuleApi.{name}"
    register.__doc__ = f"Register callbacks of the category {category.name!r}; see `register`."
    return register
