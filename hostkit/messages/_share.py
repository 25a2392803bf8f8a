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
        self._began = time.thread_time()

    async def keep(self) -> None:
        """Rest, if the thread has worked long enough since it last has."""
        worked = time.thread_time() - self._began
        if worked > _TURN_SECONDS:
            await asyncio.sleep(_REST * worked)
            self._began = time.thread_time()
