"""`Home`: the event loop, and the thread, that a host was started on."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, Final, Self, final

import attrs

from hostkit.errors import HostkitError
from hostkit.loops._installed import running_loop

if TYPE_CHECKING:
    from collections.abc import Callable

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
    """

    thread: int
    is_running: Callable[[], bool]
    call: str

    @classmethod
    def here(cls) -> Self:
        """Take the thread and the event loop that this is called on."""
        loop = running_loop()
        if loop is not None:
            return cls(threading.get_ident(), loop.is_running, _ASYNCIO)

        def is_running() -> bool:
            reactor: Any = sys.modules.get("twisted.internet.reactor")
            return bool(getattr(reactor, "running", False))

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
