"""Context variables of what ran in a context of its own, taken over by what waited for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from contextvars import Context

_UNSET: Final = object()


def take_over_context(context: Context) -> None:
    """Set the context variables of another context here, as far as they differ.

    A task has a copy of its creator's context; what it sets would otherwise be lost to a caller
    that awaits it in the place of a plain coroutine.

    Args:
        context: A copy of the context in which it ended.
    """
    for variable, value in context.items():
        if variable.get(_UNSET) is not value:
            variable.set(value)
