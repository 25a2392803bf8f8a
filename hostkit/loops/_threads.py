"""`in_thread`: a function that takes long, beside the event loop."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from hostkit.loops._entry import settle
from hostkit.loops._home import installed_reactor, running_loop

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def in_thread(function: Callable[[], T], name: str) -> T:
    """Call a function in a thread of its own, while the event loop goes on.

    Without an event loop that runs, which could be notified, it is called here and now.

    Args:
        function: The function. It goes on if this is cancelled; what comes of it is dropped then.
        name: The name of the thread.

    Returns:
        What it returns; what it raises is raised.
    """
    call_on_loop = find_call_from_thread()
    if call_on_loop is None:
        return function()
    done: Deferred[T] = Deferred()

    def work() -> None:
        result: T | Failure
        try:
            result = function()
        except BaseException:  # noqa: BLE001 -- it is what the caller gets
            result = Failure()
        with contextlib.suppress(RuntimeError):  # the loop was closed: there is no caller any more
            call_on_loop(done.callback, result)

    # It ends with the process, which may stop meanwhile.
    threading.Thread(target=work, name=name, daemon=True).start()
    result: T = await settle(done)
    return result


def find_call_from_thread() -> Callable[..., Any] | None:
    """Find the function with which threads call functions on the event loop that runs here.

    Returns:
        It; `None` if no event loop runs.
    """
    loop = running_loop()
    if loop is not None:
        return loop.call_soon_threadsafe
    reactor = installed_reactor()
    return reactor.callFromThread if getattr(reactor, "running", False) else None
