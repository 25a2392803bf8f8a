"""`Followers`: what changes together with the modules of a host, or is notified of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, final

import attrs
from twisted.internet.defer import CancelledError, Deferred, DeferredList
from twisted.python.failure import Failure

from hostkit.loops import Entrance, is_callers, settle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hostkit.config import HostFile
    from hostkit.host._reloaded import Companion

_log: Final = logging.getLogger("hostkit.host")


@final
@attrs.define
class Followers:
    """Companions and observers of a host.

    Attributes:
        companions: Take over a new file together with the modules; see `Host.accompany`.
        observers: Are called when other modules are in use; see `Host.when_reloaded`.
    """

    companions: list[Companion] = attrs.field(factory=list)
    observers: list[Callable[[], Awaitable[None] | None]] = attrs.field(factory=list)

    async def prepare(self, file: HostFile) -> None:
        """Have all companions prepare for a file.

        Args:
            file: The file.
        """
        for companion in self.companions:
            await companion.prepare(file)

    async def undo(self) -> None:
        """Have all companions undo what they have prepared."""
        for companion in self.companions:
            await companion.undo()

    async def notify(self) -> None:
        """Call all observers at once, and wait for what they do after that."""
        notified = [_notify(observer) for observer in self.observers]
        # If the caller is cancelled, so are they, and the caller goes on.
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
