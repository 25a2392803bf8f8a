"""`Life`: what a host does between its start and its stop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, final

from twisted.internet.defer import CancelledError

from hostkit.dispatch import Sampler, settle
from hostkit.errors import HostkitError
from hostkit.host._interrupt import Interruptible
from hostkit.host._lifecycle import call_later_of, start_modules, stop_modules

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.host._build import Built
    from hostkit.loading import Module

_STOPPED: Final = "the host was stopped while it was starting"


@final
class Life:
    """Starts the modules of a host, replaces them by others, and stops them.

    Args:
        clock: Where samples are scheduled; see `Host`.
    """

    def __init__(self, clock: IReactorTime | None) -> None:
        self._clock = clock
        self._is_up = False
        self._is_replacing = False
        self._modules: Sequence[Module] = ()
        self._leaving: list[Module] = []
        self._sampler: Sampler | None = None
        self._starting: Interruptible | None = None

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
        starting = Interruptible(start_modules(built.modules, redact))
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
        self,
        built: Built,
        redact: Callable[[str], str],
        swap: Callable[[], Iterable[Awaitable[None]]],
    ) -> None:
        """Start the modules that are new, take them into use, and stop those that are gone.

        Args:
            built: What was built beside what is running.
            redact: Takes secrets out of errors.
            swap: Takes what was built into use, and returns what to wait for before modules that
                are gone are stopped.

        Raises:
            ModuleFailedError: A new module failed; nothing has changed.
            HostkitError: The host was stopped meanwhile.
        """
        old = self._modules
        new = _without(built.modules, old)
        await start_modules(new, redact)
        if self._sampler is None:
            await stop_modules(new)
            raise HostkitError("the host was stopped while it was being reloaded")
        self._sampler.stop()
        waits = swap()
        self._watch(built)
        self._leaving = _without(old, built.modules)
        for wait in waits:
            await settle(wait)
        await self._let_go()

    async def stop(self) -> None:
        """Stop all modules, the last one first; a start that is going on is cancelled before."""
        if self._starting is not None:
            await self._starting.interrupt()
        if self._sampler is not None:
            self._sampler.stop()
            self._sampler = None
            try:
                await stop_modules(self._modules)
                await self._let_go()
            finally:
                self._is_up = False

    async def _let_go(self) -> None:
        """Stop the modules that are gone, unless somebody else has."""
        leaving, self._leaving = self._leaving, []
        await stop_modules(leaving)

    def _watch(self, built: Built) -> None:
        """Have the calls of all hooks measured now and then."""
        self._modules = built.modules
        self._sampler = Sampler(built.chains.values(), call_later_of(self._clock))
        self._sampler.start()


def _without(modules: Sequence[Module], others: Sequence[Module]) -> list[Module]:
    instances = [id(other.instance) for other in others]
    return [module for module in modules if id(module.instance) not in instances]
