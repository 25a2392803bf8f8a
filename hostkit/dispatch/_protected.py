"""Callbacks of shielded hooks in a host that has a way of its own to protect them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from hostkit.dispatch._callback import settle_for
from hostkit.loops import is_awaitable, settle, take_over_context

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

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
            return await settle(self._protect(settle_for(self._callback, answer, contexts)))
        finally:
            if contexts:
                take_over_context(contexts[0])
