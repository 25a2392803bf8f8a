"""What came of a reload, and what takes part in one or is notified of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Protocol, Self, final

import attrs
from twisted.internet.defer import CancelledError, DeferredList
from twisted.python.failure import Failure

from hostkit.loops import Entrance, is_callers, settle
from hostkit.wording import counted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from twisted.internet.defer import Deferred

    from hostkit.config import HostFile
    from hostkit.errors import Problem
    from hostkit.host._missing import MissingModule
    from hostkit.loading import Module


class Companion(Protocol):
    """What takes over a new file together with the modules, such as what serves the host."""

    def check(self, file: HostFile) -> Iterable[Problem]:
        """Find what is wrong with a new file, before anything of it is built.

        Args:
            file: The new file.
        """

    async def prepare(self, file: HostFile) -> None:
        """Do what may fail, beside what is running. The new modules are started already.

        Args:
            file: The new file.

        Raises:
            HostkitError: It cannot be taken over; `undo` is called then, and nothing has changed.
        """

    async def undo(self) -> None:
        """Give up what was prepared, if anything was: the reload is not done after all."""


@final
@attrs.frozen
class Reloaded:
    """What `Host.reload` has changed, by the names of modules.

    A module that was built anew, since its config has changed, is both new and gone.

    Attributes:
        new: Modules that were built and started.
        kept: Modules that are the same objects as before.
        gone: Modules that were stopped.
        missing: Optional modules that could not be loaded or started, so the host has not got them.
    """

    new: tuple[str, ...]
    kept: tuple[str, ...]
    gone: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        old: Sequence[Module],
        new: Sequence[Module],
        missing: Sequence[MissingModule] = (),
    ) -> Self:
        """Compare the modules of a host before and after.

        Args:
            old: Those before, in config order.
            new: Those after.
            missing: Those that could not be loaded or started.
        """
        added, gone = without(new, old), without(old, new)
        names = [module.name for module in added]
        return cls(
            new=tuple(names),
            kept=tuple(module.name for module in new if module.name not in names),
            gone=tuple(module.name for module in gone),
            missing=tuple(module.name for module in missing),
        )

    def __str__(self) -> str:
        new = counted(len(self.new), "new module")
        counts = f"{new}, {len(self.kept)} kept, {len(self.gone)} gone"
        return f"{counts}; missing: {', '.join(self.missing)}" if self.missing else counts


def without(modules: Sequence[Module], others: Sequence[Module]) -> list[Module]:
    """Leave out modules that are the same objects as others.

    Args:
        modules: The modules.
        others: Those that are left out.
    """
    # A module that was kept has a new entry, and so is another `Module` with the same instance.
    instances = [id(other.instance) for other in others]
    return [module for module in modules if id(module.instance) not in instances]


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
