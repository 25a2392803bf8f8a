"""Other names for the arguments of a function, put right for a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def use_own_names(
    function: str, names: Iterable[tuple[str, str]], kwargs: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Put a function's own names in the place of other ones that a caller may use.

    Args:
        function: The function's name.
        names: Pairs of another name and the function's own.
        kwargs: What the caller gives by name.

    Raises:
        TypeError: An argument is given by both names.
    """
    for other, own in names:
        if other in kwargs:
            if own in kwargs:
                raise TypeError(f"{function}() got {own!r} also as {other!r}")
            kwargs = {own if name == other else name: kwargs[name] for name in kwargs}
    return kwargs
