"""`Share`: how much of the processor a thread takes from the others."""

from __future__ import annotations

import asyncio
import time
from typing import Final, final

_TURN_SECONDS: Final = 0.002
_REST: Final = 4  # times as long as the turn


@final
class Share:
    """Keeps the thread of an event loop to a fifth of one core.

    Only one thread of a process runs Python at a time, and another one waits for milliseconds until
    a busy one gives way. So a thread that is always busy, with a server that floods it, would slow
    down each step of the program's event loop.
    """

    def __init__(self) -> None:
        self._restart()

    async def keep(self) -> None:
        """Rest, if the thread has worked for a turn, and not rested enough meanwhile."""
        worked = time.thread_time() - self._began_work
        if worked > _TURN_SECONDS:
            passed = time.monotonic() - self._began
            # What it has waited for messages is rest as well: the next one may not wait then.
            await asyncio.sleep(max(0.0, (1 + _REST) * worked - passed))
            self._restart()

    def _restart(self) -> None:
        self._began_work, self._began = time.thread_time(), time.monotonic()
