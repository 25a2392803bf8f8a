"""`also_named`: other names by which callers of a hook may give its arguments."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from hostkit.codes import Code
from hostkit.errors import SpecError
from hostkit.specs._functions import use_own_names, where
from hostkit.specs._hookspec import SPEC_ATTRIBUTE

if TYPE_CHECKING:
    from hostkit.specs._hookspec import Hookspec

_F = TypeVar("_F", bound=Callable[..., Any])


def also_named(**names: str) -> Callable[[_F], _F]:
    """Let callers of a hook give arguments by other names, such as those of an earlier version.

    It stands above ``@hookspec(...)``. Modules know nothing of these names, nor do type checkers.

    Args:
        names: The hook's arguments, by their other names: ``also_named(userid="user_id")``.

    Raises:
        SpecError: This is not a hook (HK303), or the names are not for its arguments (HK304).
    """

    def declare(function: _F) -> _F:
        spec: Hookspec | None = vars(function).get(SPEC_ATTRIBUTE)
        if spec is None:
            raise SpecError(
                Code.NOT_A_METHOD,
                f"@also_named stands above {function!r}, which is not a hook",
                hint="write it above @hookspec(...)",
            )
        for other, argument in names.items():
            if argument not in spec.arguments or other in spec.arguments:
                raise SpecError(
                    Code.BAD_OPTION,
                    f"hookspec {spec.name} cannot have {other!r} as another name of {argument!r}",
                    details=where(spec.function),
                    expected=f"a new name for one of {', '.join(spec.arguments)}",
                )
        setattr(function, SPEC_ATTRIBUTE, attrs.evolve(spec, other_names=tuple(names.items())))
        return function

    return declare


def accept_other_names(function: Callable[..., Any], spec: Hookspec) -> Callable[..., Any]:
    """Make the function of a hook whose callers may use other names.

    Args:
        function: What hosts call otherwise.
        spec: The hook.
    """
    if not spec.other_names:
        return function

    name, others = spec.name, spec.other_names

    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **use_own_names(name, others, kwargs))

    async def call_async(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **use_own_names(name, others, kwargs))

    return functools.update_wrapper(call_async if spec.is_async else call, function)
