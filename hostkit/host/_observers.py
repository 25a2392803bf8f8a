"""`notify_all`: the observers of a reload, see `Host.when_reloaded`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from twisted.internet.defer import CancelledError, DeferredList
from twisted.python.failure import Failure

from hostkit.loops import Entrance, is_callers, settle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from twisted.internet.defer import Deferred

_log: Final = logging.getLogger("hostkit.host")


async def notify_all(observers: Sequence[Callable[[], Awaitable[None] | None]]) -> None:
    """Call all observers at once, and wait for what they do after that.

    Args:
        observers: The observers. What they raise is logged, other than what ends the program.
    """
    notified = [_notify(observer) for observer in observers]
    # If the reload is cancelled, so are they, and the reload goes on.
    for _, result in await settle(DeferredList(notified, consumeErrors=True)):
        if isinstance(result, Failure) and not result.check(CancelledError):
            result.raiseException()  # such as `KeyboardInterrupt`; all else was logged


def _notify(observer: Callable[[], Awaitable[None] | None]) -> Deferred[None]:
    entrance = Entrance()

    async def notify() -> None:
        try:
            await settle(observer())
        except BaseException as error:
            if is_callers(error, entrance):
                raise
            _log.exception("%r failed when it was notified that the host is reloaded", observer)

    return entrance.start(notify())
