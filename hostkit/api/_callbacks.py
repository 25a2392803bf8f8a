"""`CallbackApi`: the part of the module api that registers callbacks for hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MethodType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, TypeVarTuple

from hostkit.api._base import BaseApi, Registration
from hostkit.api._marks import find_marked
from hostkit.codes import Code
from hostkit.errors import RegistrationError
from hostkit.specs import (
    callable_name,
    check_options,
    find_spec,
    fit_by_name,
    fit_by_position,
)
from hostkit.wording import did_you_mean

if TYPE_CHECKING:
    from hostkit.specs import Category, Hookspec

Ts = TypeVarTuple("Ts")
R = TypeVar("R")

_NO_KEY: Final[Any] = object()
Callbacks: TypeAlias = Callable[..., Any] | Mapping[Any, Callable[..., Any]]
"""What a module registers for one hook."""


class CallbackApi(BaseApi):
    """Registers callbacks; those of one call are fitted first, and committed together."""

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
        self._register_callbacks(category, callbacks)

    def _register_callbacks(
        self, category: type[Category], callbacks: Mapping[str, Callbacks | None]
    ) -> None:
        self._check_category(category)
        self._registrations.check_open(f"registering {category.name} callbacks")
        # Collected first: if one of them does not fit, none of them counts.
        fitting: list[Registration] = []
        for hook, function in callbacks.items():
            spec = _find_hook(category.hookspecs, hook, f"category {category.name!r}")
            if function is not None:
                fitting += _fit_callbacks(spec, function)
        self._commit(fitting)

    def on(
        self, hook: Callable[[Any, *Ts], object], *, key: Any = _NO_KEY
    ) -> Callable[[Callable[[*Ts], R]], Callable[[*Ts], R]]:
        """Register a callback for a hook, so that type checkers compare the two.

        ``api.on(Comments.check_comment)(self.check)`` does what ``register_comments_callbacks``
        does, to which type checkers may give any function. Here the callback must take what the
        hook is called with, all of it, under any names.

        Args:
            hook: The hook, as a method of its category.
            key: Which calls the callback is for, if the hook is keyed.

        Returns:
            A function that takes the callback, registers it, and returns it.

        Raises:
            RegistrationError: This is not a hook of the host (HK202, HK216), or the callback cannot
                be registered.
        """
        spec = find_spec(hook, self._services.categories)

        def register(function: Callable[[*Ts], R]) -> Callable[[*Ts], R]:
            self._registrations.check_open(f"registering a callback for {spec.full_name}")
            given = function if key is _NO_KEY else {key: function}
            self._commit(list(_fit_callbacks(spec, given)))
            return function

        return register

    def register_hookimpls(self, plugin: object) -> None:
        """Register every method of an object that is marked with `hookimpl`.

        They are called with the hook's arguments by name, and may leave out any of them.

        Args:
            plugin: Usually the module itself: ``api.register_hookimpls(self)``.

        Raises:
            RegistrationError: One of them cannot be registered; then none of them is.
        """
        self._registrations.check_open("registering hookimpls")
        specs = {
            hook: spec
            for category in self._services.categories
            for hook, spec in category.hookspecs.items()
        }
        fitting = []
        marked = find_marked(plugin)
        for name, function, options in marked:
            check_options(options, callable_name(function))
            hook = options.get("specname") or name
            # Such a callback is for hosts that have the hook, perhaps in a later version.
            if hook not in specs and options.get("optionalhook"):
                continue
            spec = _find_hook(specs, hook, "any category of this host")
            fitting.append(_fit_hookimpl(spec, function))
        if not marked:
            raise RegistrationError(
                Code.NO_HOOKIMPLS,
                f"{plugin!r} has no method marked with @hookimpl",
                hint="write @hookimpl above each method that is a callback",
            )
        self._commit(fitting)
        self._registrations.has_hookimpls = True

    def _commit(self, fitting: Sequence[Registration]) -> None:
        _check_complete(fitting)
        for registration in fitting:
            if any(_is_same(registration, each) for each in self._registrations.callbacks):
                self._warn(
                    "%s is registered twice for %s, so it is asked twice",
                    callable_name(registration.function),
                    registration.spec.full_name,
                )
            if registration.spec.deprecated is not None:
                self._warn(
                    "the hook %s is deprecated: %s",
                    registration.spec.full_name,
                    registration.spec.deprecated,
                )
            if registration.fit.unfilled is not None:
                self._report_unfilled(registration, *registration.fit.unfilled)
        self._registrations.callbacks.extend(fitting)

    def _report_unfilled(self, registration: Registration, parameter: str, argument: str) -> None:
        self._warn(
            "%s is called without the argument %r of %s, since its parameter %r has a default and "
            "another name; rename it to %r, or leave the default out",
            callable_name(registration.function),
            argument,
            registration.spec.full_name,
            parameter,
            argument,
        )

    def _check_category(self, category: type[Category]) -> None:
        known = self._services.categories
        if category not in known:
            raise RegistrationError(
                Code.UNKNOWN_CATEGORY,
                f"this host has no category {getattr(category, '__qualname__', category)!r}",
                expected=", ".join(each.__qualname__ for each in known) or "none",
            )


def _is_same(one: Registration, other: Registration) -> bool:
    """Whether two registrations have one callback called twice."""
    if (one.spec, one.key) != (other.spec, other.key):
        return False
    # Each access to a method makes another object. Others may have an `__eq__` of their own.
    both_methods = type(one.function) is type(other.function) is MethodType
    return one.function == other.function if both_methods else one.function is other.function


def _find_hook(specs: Mapping[str, Hookspec], hook: str, where: str) -> Hookspec:
    if hook in specs:
        return specs[hook]
    raise RegistrationError(
        Code.UNKNOWN_HOOK,
        f"there is no hook {hook!r} in {where}",
        expected=", ".join(specs) or "none",
        hint=did_you_mean(hook, specs),
    )


def _fit_callbacks(spec: Hookspec, given: Any) -> Iterator[Registration]:
    """Fit a hook's callback, or for a keyed hook the mapping of callbacks.

    Raises:
        RegistrationError: A callback does not fit (HK203, HK204, HK207), or a key is not one of
            the hook (HK212).
    """
    if spec.keyed is None:
        yield Registration(spec, given, fit_by_position(spec, given))
        return
    if not isinstance(given, Mapping):
        raise RegistrationError(
            Code.BAD_KEY,
            f"{spec.full_name} takes callbacks by key, not {given!r}",
            expected="a dict of keys and callbacks",
        )
    for written, function in given.items():
        try:
            key, details = spec.keyed.read(written)
            hash(key)  # what has no hash could not be looked up when the hook is called
        except (TypeError, ValueError, LookupError) as error:
            raise RegistrationError(
                Code.BAD_KEY,
                f"{spec.full_name} has no callbacks for the key {written!r}: {error}",
            ) from error
        yield Registration(spec, function, fit_by_position(spec, function), key, details)


def _fit_hookimpl(spec: Hookspec, function: Callable[..., Any]) -> Registration:
    """Fit a function that is marked with `hookimpl`.

    Raises:
        RegistrationError: It does not fit (HK203, HK204, HK207), or the hook is keyed (HK212).
    """
    if spec.keyed is not None:
        raise RegistrationError(
            Code.BAD_KEY,
            f"@hookimpl gives no key, and callbacks for {spec.full_name} need one",
            hint=f"write api.register_{spec.category}_callbacks({spec.name}={{key: callback}})",
        )
    return Registration(spec, function, fit_by_name(spec, function))


def _check_complete(fitting: Sequence[Registration]) -> None:
    """Make sure that hooks which belong together are registered together.

    They are registered in one call, so that the error comes where the mistake is.

    Raises:
        RegistrationError: One is missing (HK213).
    """
    hooks = {registration.spec.full_name for registration in fitting}
    for registration in fitting:
        spec = registration.spec
        for required in spec.requires:
            if f"{spec.category}.{required}" not in hooks:
                raise RegistrationError(
                    Code.INCOMPLETE,
                    f"{spec.full_name} is registered without {required}, which it needs",
                    hint=f"register both in one call, or leave {spec.name} out as well",
                )
