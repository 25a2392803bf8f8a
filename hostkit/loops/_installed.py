"""The asyncio loop that a program runs, or is about to run."""

from __future__ import annotations

import asyncio
import sys
import threading
from asyncio.events import _set_running_loop
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from twisted.python import threadable

if TYPE_CHECKING:
    from collections.abc import Iterator


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The asyncio loop that runs on this thread."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def waiting_loop() -> asyncio.AbstractEventLoop | None:
    """The loop of an asyncio reactor that is installed, while it does not run.

    So it is before ``reactor.run()``, in which `twisted.internet.task.react` calls its function and
    trial its tests. On another thread than the reactor's, there is none.
    """
    reactor: Any = sys.modules.get("twisted.internet.reactor")  # importing it would install one
    loop = getattr(reactor, "_asyncioEventloop", None)
    if not isinstance(loop, asyncio.AbstractEventLoop) or loop.is_running() or loop.is_closed():
        return None
    is_here = threadable.ioThread in (None, threading.get_ident())
    return loop if is_here else None


@contextmanager
def as_running(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let futures, tasks and timers be made for a loop that is about to run."""
    # Documented for those who implement loops: what is made so begins when the loop does.
    _set_running_loop(loop)
    try:
        yield
    finally:
        _set_running_loop(None)
