"""`Interruptible`: something awaited that others may end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, final

from twisted.internet.defer import Deferred

from hostkit.loops._entry import settle

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator


@final
class Interruptible:
    """Awaits a coroutine, and can be cancelled by somebody else, under asyncio and Twisted alike.

    A task can be cancelled, and a Deferred; but either would be the caller's, who has more to do
    than this. So what is cancelled is what the coroutine waits for.

    Args:
        coroutine: What to await.

    Attributes:
        is_interrupted: Whether it was told to end.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._coroutine = coroutine
        self._awaited: Any = None
        self._is_stepping = False
        self._must_cancel = False
        self._waiting: list[Deferred[None]] = []
        self.is_interrupted = False

    def __await__(self) -> Generator[Any, Any, None]:
        """Run the coroutine; what it yields is yielded, what is sent or thrown reaches it."""
        step: Any = self._coroutine.send
        value: Any = None
        while True:
            self._is_stepping = True
            try:
                self._awaited = step(value)
            except StopIteration:
                return
            finally:
                self._is_stepping = False
            step = self._coroutine.send
            try:
                value = yield self._awaited
            except BaseException as error:  # noqa: BLE001 -- it is handed on
                step, value = self._coroutine.throw, error
            else:
                if self._must_cancel:
                    step, value = self._coroutine.throw, asyncio.CancelledError()
            self._must_cancel = False

    async def interrupt(self) -> None:
        """Cancel what is waited for, and wait until `end` is called."""
        self.is_interrupted = True
        if self._is_stepping:
            # Called from inside, so it cannot end before this returns.
            self._must_cancel = True
            return
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        if isinstance(self._awaited, Deferred):
            self._awaited.cancel()
        elif not (asyncio.isfuture(self._awaited) and self._awaited.cancel()):
            # It is done already, and the task about to go on.
            self._must_cancel = True
        await settle(waiting)

    def end(self) -> None:
        """Tell those who interrupted that it is over."""
        while self._waiting:
            self._waiting.pop().callback(None)
