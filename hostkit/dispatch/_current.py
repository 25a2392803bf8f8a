"""`current_module`: whose code is running."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from hostkit.dispatch._callback import Callback
from hostkit.dispatch._chain import Chain
from hostkit.dispatch._limit import settle_for
from hostkit.loops import settle

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def current_module() -> str | None:
    """Name the module whose callback is running, found on the Python stack.

    It costs callers nothing, since nothing is set when a callback is called. What a callback
    leaves to run later (a task it starts, a Deferred's callbacks) is no longer on its stack.

    Returns:
        The module's name; `None` outside of callbacks and background loops.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- the documented way to a caller
    while frame is not None:
        chain = frame.f_globals.get("_chain")
        if isinstance(chain, Chain):
            index = frame.f_locals.get("_at")
            return chain.callbacks[index].module if index is not None else None
        if frame.f_code is settle_for.__code__:
            callback = frame.f_locals["callback"]
            assert isinstance(callback, Callback)  # noqa: S101
            return callback.module
        if frame.f_code is call_for.__code__:
            name: str = frame.f_locals["module"]
            return name
        frame = frame.f_back
    return None


async def call_for(module: str, function: Callable[[], Any]) -> Any:  # noqa: ARG001 -- see above
    """Call a function of a module's outside of chains, and await what it returns if need be.

    Args:
        module: The name that `current_module` tells meanwhile.
        function: What to call.
    """
    return await settle(function())
