"""Fit what a module registers for hooks, before any of it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hostkit.api._registrations import Registration
from hostkit.codes import Code
from hostkit.errors import RegistrationError
from hostkit.specs import fit_by_name, fit_by_position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hostkit.specs import Hookspec


def fit_callbacks(spec: Hookspec, given: Any) -> Iterator[Registration]:
    """Fit what is given for a hook: a callback, or a mapping of them for a keyed hook.

    Raises:
        RegistrationError: A callback does not fit (HK203, HK204, HK207), or a key is none (HK212).
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
            hash(key)
        except (TypeError, ValueError, LookupError) as error:
            raise RegistrationError(
                Code.BAD_KEY,
                f"{spec.full_name} has no callbacks for the key {written!r}: {error}",
            ) from error
        yield Registration(spec, function, fit_by_position(spec, function), key, details)


def fit_hookimpl(spec: Hookspec, function: Callable[..., Any]) -> Registration:
    """Fit a function that is marked with `hookimpl`.

    Raises:
        RegistrationError: It does not fit (HK203, HK204, HK207), or the hook is keyed (HK212).
    """
    if spec.keyed is not None:
        raise RegistrationError(
            Code.BAD_KEY,
            f"@hookimpl gives no key, which the callbacks for {spec.full_name} need",
            hint=f"write api.register_{spec.category}_callbacks({spec.name}={{key: callback}})",
        )
    return Registration(spec, function, fit_by_name(spec, function))


def check_complete(fitting: Sequence[Registration]) -> None:
    """Make sure that hooks which belong together are registered together.

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
