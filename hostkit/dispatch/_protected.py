"""Callbacks of shielded hooks in a host that has a way of its own to protect them."""

from __future__ import annotations

from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any, final

from hostkit.dispatch._callback import runs_module_code
from hostkit.loops import is_awaitable, settle, take_over_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.dispatch._callback import Callback
    from hostkit.loops import Protect


@final
class ProtectedCallback:
    """Calls a callback, and has the host protect what it awaits.

    Args:
        callback: The callback.
        function: What is called for it.
        protect: The host's way to protect a coroutine.
    """

    def __init__(self, callback: Callback, function: Callable[..., Any], protect: Protect) -> None:
        self._callback = callback
        self._function = function
        self._protect = protect

    async def call(self, *values: Any, **named: Any) -> Any:
        """Call the callback, and wait for what it returns."""
        answer = self._function(*values, **named)
        if not is_awaitable(answer):
            return answer
        contexts: list[Context] = []
        try:
            return await settle(self._protect(_settle_for(self._callback, answer, contexts)))
        finally:
            if contexts:
                take_over_context(contexts[0])


@runs_module_code
async def _settle_for(callback: Callback, value: Any, contexts: list[Context]) -> Any:  # noqa: ARG001 -- see the decorator
    try:
        return await settle(value)
    finally:
        contexts.append(copy_context())
