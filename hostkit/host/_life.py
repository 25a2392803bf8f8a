"""`Life`: what a host does between its start and its stop."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import CancelledError, Deferred, DeferredList

from hostkit.caching import Invalidations
from hostkit.dispatch import Sampler
from hostkit.errors import HostkitError
from hostkit.host._lifecycle import call_later_of, start_modules, stop_modules
from hostkit.loops import DetachedTasks, Interruptible, settle, start_entry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.host._build import Built
    from hostkit.loading import Module

_STOPPED: Final = "the host was stopped while it was starting"
_STOPPED_RELOADING: Final = "the host was stopped while it was being reloaded"
_log: Final = logging.getLogger("hostkit.host")


@final
class Life:
    """Starts the modules of a host, replaces them by others, and stops them.

    Args:
        clock: Where samples and background loops are scheduled; see `Host`.

    Attributes:
        observers: Are called when other modules are in use; see `Host.when_reloaded`.
        invalidations: What modules have cached, and who else has; as long as they are started.
    """

    def __init__(self, clock: IReactorTime | None) -> None:
        self._clock = clock
        self._is_up = False
        self._modules: Sequence[Module] = ()
        self._leaving: list[Module] = []
        self._letting_go: Deferred[None] | None = None
        self._sampler: Sampler | None = None
        self._detached = DetachedTasks()
        self._starting: Interruptible | None = None
        self.observers: list[Callable[[], Awaitable[None] | None]] = []
        self.invalidations = Invalidations()

    @property
    def is_running(self) -> bool:
        """Whether all modules are started, and none was told to stop."""
        return self._sampler is not None

    async def start(self, built: Built, redact: Callable[[str], str]) -> None:
        """Start all modules, in order.

        Args:
            built: What was built.
            redact: Takes secrets out of errors.

        Raises:
            ModuleFailedError: One of them failed; those before it were stopped again.
            HostkitError: They are started already, or were stopped meanwhile.
        """
        if self._is_up:
            raise HostkitError("the host is running already")
        self._is_up = True
        starting = Interruptible(self._start_all(built.modules, redact))
        self._starting = starting
        try:
            await starting
            self._watch(built)
        except (CancelledError, asyncio.CancelledError) as error:
            if not starting.is_interrupted:
                raise
            raise HostkitError(_STOPPED) from error
        finally:
            self._starting = None
            self._is_up = self._sampler is not None
            starting.end()
        if starting.is_interrupted:
            await self.stop()
            raise HostkitError(_STOPPED)

    async def replace(
        self, built: Built, redact: Callable[[str], str], swap: Callable[[], None]
    ) -> None:
        """Start the modules that are new, take them into use, and stop those that are gone.

        Args:
            built: What was built beside what is running.
            redact: Takes secrets out of errors.
            swap: Takes what was built into use.

        Raises:
            ModuleFailedError: A new module failed; nothing has changed.
            HostkitError: The host was stopped meanwhile.
        """
        old = self._modules
        await self._start_new(_without(built.modules, old), redact)
        before, now = self._sampler, time.time()
        assert before is not None  # noqa: S101 -- a stop would have interrupted the start
        swap()
        self._watch(built)
        before.stop(now)
        self._leaving += _without(old, built.modules)
        try:
            await settle(self._tell())
        finally:
            await self._let_go()

    async def stop(self) -> None:
        """Stop all modules, the last one first; a start that is going on is cancelled before."""
        if self._starting is not None:
            await self._starting.interrupt()
        if self._sampler is not None:
            self._sampler.stop()
            self._sampler = None
            try:
                await self._detached.wait()
                await stop_modules(self._modules)
                await self._let_go()
            finally:
                try:
                    await self.invalidations.close()
                finally:
                    self._is_up = False

    async def _start_all(self, modules: Sequence[Module], redact: Callable[[str], str]) -> None:
        """Hear of what others invalidate, before any module can have an old result."""
        try:
            await self.invalidations.open()
            await start_modules(modules, redact, self._clock)
        except BaseException:
            await self.invalidations.close()
            raise

    async def _start_new(self, new: Sequence[Module], redact: Callable[[str], str]) -> None:
        """Start modules beside those that are running; `stop` cancels it."""
        starting = Interruptible(start_modules(new, redact, self._clock))
        self._starting = starting
        try:
            await starting
            if starting.is_interrupted:
                await stop_modules(new)
        except (CancelledError, asyncio.CancelledError):
            if not starting.is_interrupted:
                raise
        finally:
            self._starting = None
            starting.end()
        if starting.is_interrupted:
            raise HostkitError(_STOPPED_RELOADING)

    def _tell(self) -> Deferred[Any]:
        """Call all observers at once; what they do after that is waited for."""
        told = [start_entry(_tell(observer)) for observer in self.observers]
        # A reload that is cancelled cancels them, and goes on.
        return DeferredList(told, consumeErrors=True)

    async def _let_go(self) -> None:
        """Stop the modules that are gone, or wait until somebody else has."""
        if self._letting_go is not None:
            await settle(self._letting_go)
        if self._leaving:
            leaving, self._leaving = self._leaving, []
            gone: Deferred[None] = Deferred()
            self._letting_go = gone
            try:
                await stop_modules(leaving)
            finally:
                self._letting_go = None
                gone.callback(None)

    def _watch(self, built: Built) -> None:
        """Have the calls of all hooks measured now and then."""
        self._modules = built.modules
        self._detached = built.detached
        self._sampler = Sampler(built.chains.values(), call_later_of(self._clock))
        self._sampler.start()


def _without(modules: Sequence[Module], others: Sequence[Module]) -> list[Module]:
    instances = [id(other.instance) for other in others]
    return [module for module in modules if id(module.instance) not in instances]


async def _tell(observer: Callable[[], Awaitable[None] | None]) -> None:
    try:
        await settle(observer())
    except CancelledError:
        raise
    except Exception:  # noqa: BLE001 -- the host is reloaded, whatever becomes of who is told
        _log.exception("%r failed when it was told that the host is reloaded", observer)
