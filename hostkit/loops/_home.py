"""The event loop that runs here, or is about to; and `Home`, the one that a host was started on."""

from __future__ import annotations

import asyncio
import sys
import threading
from asyncio.events import _set_running_loop
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self, final

import attrs
from twisted.python import threadable

from hostkit.errors import HostkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The asyncio loop that runs on this thread."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def installed_reactor() -> Any:
    """The Twisted reactor, if there is one already: importing it would install one."""
    return sys.modules.get("twisted.internet.reactor")


def waiting_loop() -> asyncio.AbstractEventLoop | None:
    """The loop of an asyncio reactor that is installed, while it does not run.

    So it is before ``reactor.run()``, in which `twisted.internet.task.react` calls its function and
    trial its tests. On another thread than the reactor's, there is none.
    """
    loop = getattr(installed_reactor(), "_asyncioEventloop", None)
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


_ASYNCIO: Final = "asyncio.run_coroutine_threadsafe(coroutine, loop).result()"
_TWISTED: Final = "threads.blockingCallFromThread(reactor, hostkit.start_entry, coroutine)"


@final
@attrs.frozen
class Home:
    """Where a host was started, and may be used as long as that runs.

    Attributes:
        thread: The thread.
        is_running: Whether the event loop runs. When it has ended, others may take its place.
        call: How another thread has a coroutine run there.
        loop: The event loop, if it is one of asyncio.
    """

    thread: int
    is_running: Callable[[], bool]
    call: str
    loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def here(cls) -> Self:
        """Take the thread and the event loop that this is called on."""
        loop = running_loop()
        if loop is not None:
            return cls(threading.get_ident(), loop.is_running, _ASYNCIO, loop)

        def is_running() -> bool:
            return bool(getattr(installed_reactor(), "running", False))

        return cls(threading.get_ident(), is_running, _TWISTED)

    def check(self, what: str) -> None:
        """Refuse what another thread does, while the event loop runs.

        Args:
            what: What it does, worded to stand before "on the thread".

        Raises:
            HostkitError: This is another thread.
        """
        if threading.get_ident() != self.thread and self.is_running():
            raise HostkitError(
                f"{what} on the thread whose event loop the host was started on, and "
                f"{threading.current_thread().name!r} is another one: from there, write {self.call}"
            )
