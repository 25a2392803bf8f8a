"""`Reading`: a config file is read beside the event loop, so that requests go on being served."""

from __future__ import annotations

import functools
import logging
import os
from typing import TYPE_CHECKING, Final, final

from twisted.internet.defer import DeferredLock

from hostkit.config import NOTHING_SAID
from hostkit.host._given import read_given
from hostkit.logs import COLLECTED
from hostkit.loops import in_thread, settle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hostkit.config import HostFile
    from hostkit.host._given import Configuration


_log: Final = logging.getLogger("hostkit.host")


def warn_of_nothing(file: HostFile) -> None:
    """Log that a file has nothing in it for hostkit, which is mostly a mistake.

    Args:
        file: The file.
    """
    if file.says_nothing:
        _log.warning(NOTHING_SAID, file.name, extra=COLLECTED)


@final
class Reading:
    """Reads the configurations of reloads, one at a time."""

    def __init__(self) -> None:
        self._lock = DeferredLock()

    async def read(
        self, given: Configuration, wait_for_turn: Callable[[], Awaitable[None]]
    ) -> HostFile:
        """Read a configuration; a file in a thread, as a long one takes seconds.

        Args:
            given: The configuration, however it is given.
            wait_for_turn: Is awaited before and after that. It raises if a newer reload has begun.

        Raises:
            ConfigErrors: All that is wrong with it.
            HostkitError: What `wait_for_turn` raises.
        """
        await wait_for_turn()
        if not isinstance(given, str | os.PathLike):
            return read_given(given)  # a program's own objects stay on its own thread
        await settle(self._lock.acquire())
        try:
            await wait_for_turn()  # of many reloads at once, the first and the last one read
            file = await in_thread(functools.partial(read_given, given), "hostkit-reading")
        finally:
            self._lock.release()
        await wait_for_turn()
        warn_of_nothing(file)
        return file
