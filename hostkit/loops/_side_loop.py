"""`SideLoop`: an asyncio loop in a thread of its own, beside the program's event loop."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar, final

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Future

T = TypeVar("T")


@final
class SideLoop:
    """Runs coroutines in a thread, for a program on asyncio or on any Twisted reactor.

    It must be created, and its methods called, on the program's own thread, where its event loop
    runs.
    """

    def __init__(self) -> None:
        self._call_on_program = _find_call_from_thread()
        self._own_thread = threading.get_ident()
        self._ended: Deferred[None] = Deferred()
        self._stopping = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name="hostkit-side-loop", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> Deferred[T]:
        """Run a coroutine in the thread.

        Returns:
            Fires with its result, on the program's own thread. Cancelling it cancels the coroutine.

        Raises:
            RuntimeError: This is another thread, on which the result would never arrive.
        """
        if threading.get_ident() != self._own_thread:
            coroutine.close()
            raise RuntimeError(
                "this must be called on the thread on which the host was started; from another "
                "one, use asyncio.run_coroutine_threadsafe or reactor.callFromThread"
            )
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)

        def cancel(_: Deferred[T]) -> None:
            future.cancel()

        deferred: Deferred[T] = Deferred(cancel)
        future.add_done_callback(lambda _: self.call_back(_fire, deferred, future))
        return deferred

    def call_back(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Call a function on the program's own thread, from the thread of this loop."""
        try:
            self._call_on_program(function, *arguments)
        except RuntimeError:  # the program's loop was closed without closing this one
            self._stopping.set()

    def close(self) -> Deferred[None]:
        """Cancel all coroutines, and end the thread.

        Returns:
            Fires when the thread has ended.
        """
        self._loop.call_soon_threadsafe(self._stopping.set)
        return self._ended

    def _work(self) -> None:
        try:
            self._loop.run_until_complete(self._wait())
        finally:
            # Unlike `asyncio.run`, this does not wait for threads of the executor, in which a
            # look-up of a host name may take long.
            self._loop.close()
            self.call_back(self._join)

    async def _wait(self) -> None:
        await self._stopping.wait()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:  # repeatedly: `wait_for` of Python 3.11 may suppress it
                task.cancel()
            await asyncio.wait(others, timeout=0.1)
        await self._loop.shutdown_asyncgens()

    def _join(self) -> None:
        self._thread.join()
        self._ended.callback(None)


def _find_call_from_thread() -> Callable[..., Any]:
    """Find the function with which other threads call functions on this one."""
    try:
        return asyncio.get_running_loop().call_soon_threadsafe
    except RuntimeError:
        from twisted.internet import reactor  # noqa: PLC0415 -- importing it installs it

        return IReactorFromThreads(reactor).callFromThread


def _fire(deferred: Deferred[T], future: Future[T]) -> None:
    if deferred.called:  # it was cancelled
        return
    if future.cancelled():  # when the side loop was closed
        deferred.errback(Failure(CancelledError()))
        return
    error = future.exception()
    if error is None:
        deferred.callback(future.result())
    else:
        deferred.errback(Failure(error))
