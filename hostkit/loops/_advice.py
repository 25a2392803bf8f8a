"""Tell whoever awaited something of asyncio or Twisted in the wrong place what the right one is."""

from __future__ import annotations

import asyncio
import re
import traceback
from typing import Final

from hostkit.loops._entry import current_task

# What asyncio and anyio say where no loop runs, or no task. Their classes are shared with others.
_NO_LOOP: Final = re.compile(
    r"no running event loop|await wasn't used with future|should be used inside a task"
    r"|no attribute 'create_future'|any asynchronous event loop|unknown async library"
)
_KINDS: Final = (RuntimeError, AttributeError)
_NO_DEFERRED: Final = re.compile(r"got bad yield: <\w*Deferred")


def advise(error: BaseException, said: str) -> str:
    """Say what to do about an exception, if it comes of awaiting things in the wrong place.

    Args:
        error: What a module's code raised, just caught where it was called.
        said: What is said about it.

    Returns:
        The same, with the advice if there is any.
    """
    advice = _find(error) if issubclass(type(error), _KINDS) else ""
    return f"{said} ({advice})" if advice else said


def _find(error: BaseException) -> str:
    text = "".join(traceback.format_exception_only(error))  # whose own text may raise
    if current_task() is not None:
        if _NO_DEFERRED.search(text):
            return "to await Deferreds in an asyncio task, call with `await hostkit.enter(...)`"
        return ""
    if not _NO_LOOP.search(text):
        return ""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return (
            "there is no asyncio here to await: it needs `hostkit serve --reactor asyncio`, "
            "or a program that installs Twisted's asyncio reactor"
        )
    return (
        "to await asyncio here, call with `await hostkit.enter(...)` or `hostkit.start_entry(...)`"
    )
