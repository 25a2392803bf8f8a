"""`Lifecycle`: what a host does between its start and its stop."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final, final

from twisted.internet.defer import CancelledError, Deferred

from hostkit.config import Settings
from hostkit.dispatch import Sampler, current_module
from hostkit.errors import HostkitError
from hostkit.host._left_tasks import StartedTasks
from hostkit.host._module_steps import Steps
from hostkit.host._reloaded import Reloaded, notify_all, without
from hostkit.host._shared import Shared
from hostkit.loops import DetachedTasks, ForkGuard, Home, Interruptible, find_clock, settle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.host._change import Change
    from hostkit.host._reloaded import Companion
    from hostkit.host._state import HostState
    from hostkit.loading import Module

_STOPPED: Final = "the host was stopped while it was starting"
_STOPPED_RELOADING: Final = "the host was stopped while it was being reloaded"
_REPLACED: Final = "a newer reload has replaced this one"


@final
class Lifecycle:
    """Starts the modules of a host, replaces them by others, and stops them.

    Stopping a host that starts, or whose new modules start in a reload, interrupts what that start
    awaits. The task or Deferred that called it is left alone: it belongs to the caller, which may
    have more to do.

    Args:
        clock: Where samples and background loops are scheduled; see `Host`.

    Attributes:
        companions: Take over a new file together with the modules; see `Host.accompany`.
        home: Where they were started last.
        observers: Are called when other modules are in use; see `Host.when_reloaded`.
        shared: What the modules share, which is open while they run.
    """

    def __init__(self, clock: IReactorTime | None) -> None:
        self._clock = clock
        self._is_up = False  # from the first step of a start to the last of a stop
        self.home: Home | None = None
        self._guard = ForkGuard(current_module, lambda: self._is_up)
        self._modules: Sequence[Module] = ()
        self._settings = Settings()
        self._tasks = StartedTasks()
        self._leaving: list[Module] = []
        self._letting_go: Deferred[None] | None = None
        self._sampler: Sampler | None = None
        self._detached = DetachedTasks()
        self._starting: Interruptible | None = None
        self._turn = object()  # of the newest reload
        self._is_replaced = False  # the reload whose modules start
        self.companions: list[Companion] = []
        self.observers: list[Callable[[], Awaitable[None] | None]] = []
        self.shared = Shared()

    @property
    def is_changing(self) -> bool:
        """Whether modules are being started."""
        return self._starting is not None

    @property
    def is_running(self) -> bool:
        """Whether all modules are started, and `stop` was not called."""
        return self._sampler is not None

    async def start(self, change: Change) -> None:
        """Start all modules, in order.

        Args:
            change: What was built. It is taken into use already; what is left when optional modules
                have failed is taken into use before this returns.

        Raises:
            ModuleFailedError: One of them failed; it and those before it were stopped again.
            HostkitError: They are started already, or were stopped meanwhile.
        """
        if self._is_up:
            raise HostkitError("the host is running already")
        self._is_up = True
        self.home = Home.here()
        self._guard.begin()
        self._settings = change.state.loader.file.settings
        steps = Steps(self._clock, self._settings, self._tasks)
        await steps.run(self._start(change, steps))

    def check_thread(self, what: str) -> None:
        """Make sure that a running host is used where it was started; see `Home.check`.

        Args:
            what: What is done, worded to stand before "on the thread".

        Raises:
            HostkitError: This is another thread than that of the running event loop.
        """
        if self.home is not None and self.is_running:
            self.home.check(what)

    def begin_reload(self) -> Callable[[], Awaitable[None]]:
        """Begin a reload.

        Returns:
            Must be awaited before anything is built, and again if anything was awaited since: has
            a reload whose new modules are still starting give way. It raises `HostkitError` if the
            host is not running, or a newer reload has begun meanwhile.
        """
        self.check_thread("a host is reloaded")
        turn = self._turn = object()
        return lambda: self._give_way(turn)

    async def _give_way(self, turn: object) -> None:
        if self.is_running and self._starting is not None:
            self._is_replaced = True
            await self._starting.interrupt()
        if turn is not self._turn:
            raise HostkitError(_REPLACED)
        if not self.is_running:
            raise HostkitError("the host is not running")

    async def replace(self, change: Change) -> Reloaded:
        """Start the modules that are new, take them into use, and stop those that are gone.

        Args:
            change: What was built beside what is running.

        Returns:
            What has changed.

        Raises:
            ModuleFailedError: A new module failed; nothing has changed.
            HostkitError: The host was stopped meanwhile, or a newer reload has begun.
        """
        # Its own settings hold: they may be changed since a module needs longer than before.
        steps = Steps(self._clock, change.state.loader.file.settings, self._tasks)
        old = self._modules
        await steps.run(self._replace(change, steps))
        return Reloaded.of(old, change.state.modules, change.state.missing)

    async def stop(self) -> None:
        """Stop all modules, the last one first; a start in progress is interrupted before."""
        self.check_thread("a host is stopped")
        self._turn = object()  # reloads that wait for their turn do not go on
        if self._starting is not None:
            await self._starting.interrupt()
        if self._sampler is not None:
            self._sampler.stop()
            self._sampler = None
            steps = Steps(self._clock, self._settings, self._tasks)
            await steps.run(self._stop(steps))
        elif not self._is_up:
            await self.shared.close_used()

    async def _start(self, change: Change, steps: Steps) -> None:
        self._starting = starting = steps.starting(self._start_all(change, steps))
        try:
            await starting
            if change.has_failed:
                change.take()
            self._watch(change.state)
        except (CancelledError, asyncio.CancelledError) as error:
            if not starting.is_interrupted:
                raise
            raise HostkitError(_STOPPED) from error
        finally:
            self._starting = None
            self._is_up = self._sampler is not None
            # Calls of `stop` go on here, so they find the state as it is now.
            starting.end()
        if starting.is_interrupted:
            # A module kept its cancellation to itself, so all of them are started.
            await self.stop()
            raise HostkitError(_STOPPED)
        if change.has_failed:
            try:
                await notify_all(self.observers)
            except BaseException:
                await self.stop()
                raise

    async def _start_all(self, change: Change, steps: Steps) -> None:
        try:
            await self.shared.open()
            await change.start(change.state.modules, steps)
        except BaseException:
            await self.shared.close()
            raise

    async def _replace(self, change: Change, steps: Steps) -> None:
        old = self._modules
        new = without(change.state.modules, old)
        try:
            await self._start_new(change, steps)
        except BaseException:
            self._tasks.end(new)
            raise
        if change.is_retry and not without(change.state.modules, old):
            return  # all of them have failed again
        # Receipts of calls that go on with the old chains get this time.
        before, now = self._sampler, time.time()
        assert before is not None  # noqa: S101 -- a stop would have interrupted the start
        # Nothing can fail between the first change and the last: what may fail came before, and
        # failures of observers are logged.
        change.take()
        self._watch(change.state)
        before.stop(now)
        self._leaving += without(old, change.state.modules)
        try:
            await notify_all(self.observers)
        finally:
            await self._let_go(steps)

    async def _start_new(self, change: Change, steps: Steps) -> None:
        """Start modules beside those that are running."""
        self._starting = starting = steps.starting(self._prepare(change, steps))
        self._is_replaced = False
        try:
            await starting
            if starting.is_interrupted:
                await self._give_up(change, steps)
        except (CancelledError, asyncio.CancelledError):
            if not starting.is_interrupted:
                raise
        finally:
            self._starting = None
            reason = _REPLACED if self._is_replaced else _STOPPED_RELOADING
            starting.end()  # a newer reload goes on here
        if starting.is_interrupted:
            raise HostkitError(reason)

    async def _prepare(self, change: Change, steps: Steps) -> None:
        await change.start(without(change.state.modules, self._modules), steps)
        if change.is_retry and not without(change.state.modules, self._modules):
            return  # so that nothing is taken into use
        try:
            for companion in self.companions:
                await companion.prepare(change.state.loader.file)
        except BaseException:
            await self._give_up(change, steps)
            raise

    async def _give_up(self, change: Change, steps: Steps) -> None:
        for companion in self.companions:
            await companion.undo()
        await steps.stop(without(change.state.modules, self._modules))

    async def _stop(self, steps: Steps) -> None:
        async with AsyncExitStack() as rest:  # done in reverse, even if one of them is cancelled
            rest.callback(setattr, self, "_is_up", False)  # noqa: FBT003
            rest.push_async_callback(self.shared.close)
            rest.push_async_callback(self._let_go, steps)
            rest.push_async_callback(steps.stop, self._modules)
            # Notifications that go on without their callers need the modules.
            await steps.wait_for(self._detached)

    async def _let_go(self, steps: Steps) -> None:
        """Stop the modules that are gone, or wait until another call has."""
        if self._letting_go is not None:
            await settle(self._letting_go)
        if self._leaving:
            # Taken at once, so that a `stop` in the meantime waits and does not stop them again.
            leaving, self._leaving = self._leaving, []
            gone: Deferred[None] = Deferred()
            self._letting_go = gone
            try:
                await steps.stop(leaving)
                self._tasks.end(leaving)
            finally:
                self._letting_go = None
                gone.callback(None)

    def _watch(self, state: HostState) -> None:
        """Have the calls of all hooks measured now and then."""
        self._modules = state.modules
        self._settings = state.loader.file.settings
        self.shared.use(self._settings)
        self._detached = state.detached
        # Without a clock of the host's own, a call has that of its own event loop.
        chosen = None if self._clock is None else find_clock(self._clock).call_later
        self._sampler = Sampler(state.chains.values(), chosen, self.home)
        self._sampler.start()
