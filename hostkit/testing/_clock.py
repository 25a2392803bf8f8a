"""`Clock`: time that a test moves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, final

from twisted.internet import task

from hostkit.loops import measure_by
from hostkit.testing._greenlets import is_awaited_here
from hostkit.testing._loop import rest, rest_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Generator


@final
class Clock(task.Clock):
    """Time that a test moves, for everything of a host that takes time.

    Give it to `build_host` (or to `hostkit.Host`). Time-outs, background loops, the pauses after
    failures and between attempts go by it, and so do the caches of ``@cached(ttl=...)`` that are
    used for the first time while it exists. It is a clock of Twisted's as well, so it can be given
    to whatever takes a reactor's ``callLater``.
    """

    def __init__(self) -> None:
        super().__init__()
        measure_by(self)

    def advance(self, amount: float) -> Awaitable[None]:  # type: ignore[override]
        """Let time pass: what is due is called, in order, each at its own time.

        What that starts gets time to go on as far as it can, before the next is called. In an
        ``async def`` test it is awaited; in a plain test all has happened when this returns.

        Args:
            amount: How many seconds pass; 0 lets everything go on that can.

        Returns:
            To be awaited where an event loop runs.
        """
        if is_awaited_here():
            return self._advance(amount)
        end = self.seconds() + amount
        rest()
        while self._step(end):
            rest()
        rest()
        return _Done()

    async def _advance(self, amount: float) -> None:
        loop = asyncio.get_running_loop()
        end = self.seconds() + amount
        await rest_of(loop)
        while self._step(end):
            await rest_of(loop)
        await rest_of(loop)

    def _step(self, end: float) -> bool:
        """Call what is due next, if that is before the end; or else go there."""
        due = min((call.getTime() for call in self.getDelayedCalls()), default=end + 1)
        now = self.seconds()
        super().advance(max(min(due, end) - now, 0.0))
        return due <= end


@final
class _Done:
    """Can be awaited anywhere, and waits for nothing."""

    def __await__(self) -> Generator[Any, Any, None]:
        return
        yield
