"""Start modules in order and stop them in reverse; distinguish failures from cancellations."""

from __future__ import annotations

import functools
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.dispatch import call_for
from hostkit.errors import ModuleFailedError
from hostkit.host._missing import MissingModule
from hostkit.host._patience import Limits, Reminder
from hostkit.logs import About, logger_of, step_logged
from hostkit.loops import (
    INTERRUPTS,
    Entrance,
    Interruptible,
    Limited,
    advise,
    current_task,
    enter,
    find_clock,
    is_callers,
    is_task_cancelled,
)
from hostkit.presenting import exception_line, presentable
from hostkit.specs import signature_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.config import Settings
    from hostkit.host._left_tasks import StartedTasks
    from hostkit.loading import Module
    from hostkit.loops import DetachedTasks, Limit

_NOTIFYING: Final = "notifying modules"
_log: Final = logging.getLogger("hostkit.host")


@final
class Steps:
    """Runs the steps of modules for one call of `Host.start`, `stop` or `reload`.

    It knows whether that call was cancelled, so that a cancellation which a module has brought upon
    itself is not taken for it.

    Args:
        clock: When background loops run; see `Host`.
        settings: Say how long each step may take.
        tasks: The tasks that modules begin.
    """

    def __init__(self, clock: IReactorTime | None, settings: Settings, tasks: StartedTasks) -> None:
        self._clock = clock
        self._tasks = tasks
        self._limits = Limits.of(settings)
        self._entrance: Entrance | None = None
        self._starting: Interruptible | None = None

    @property
    def is_cancelled(self) -> bool:
        """Whether the call was cancelled, as far as this knows, or its start interrupted."""
        is_cancelled = self._entrance is not None and self._entrance.is_cancelled
        return is_cancelled or self._is_interrupted

    async def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run the whole call.

        Args:
            coroutine: Everything the call does.
        """
        if current_task() is None:
            self._entrance = Entrance()
            await self._entrance.start(coroutine)
        else:
            # The task knows whether it is cancelled; and what modules open in `start` and close in
            # `stop`, such as anyio's task groups, has to be one task's if the caller's are.
            await coroutine

    def starting(self, coroutine: Coroutine[Any, Any, None]) -> Interruptible:
        """Make the start of modules something that `Host.stop` can interrupt.

        Args:
            coroutine: Starts the modules.
        """
        self._starting = Interruptible(coroutine)
        return self._starting

    async def start(
        self, modules: Sequence[Module], redact: Callable[[str], str]
    ) -> list[MissingModule]:
        """Call every module's ``start``; if one fails, stop it and those before it.

        Args:
            modules: The modules, in config order.
            redact: Takes secrets out of the error's text.

        Returns:
            Optional modules that have failed; these are stopped, and the others go on.

        Raises:
            ModuleFailedError: One of the others failed.
        """
        started: list[Module] = []
        missing: list[MissingModule] = []
        try:
            for module in modules:
                failed = await self._start(module, redact)
                if failed is None:
                    started.append(module)
                else:
                    missing.append(failed)
        except BaseException:  # whatever ends the start, nothing stays half started
            await self.stop(started)
            raise
        return missing

    async def _start(self, module: Module, redact: Callable[[str], str]) -> MissingModule | None:
        try:
            module.background.open(find_clock(self._clock))
            module.lifetime.begin()
            await self._open_database(module)
            with step_logged("started", f"module {module.name!r}"), self._tasks.starting(module):
                await self._call(module, "start", self._limits.start)
            module.background.begin()
        except BaseException as error:
            is_passed_on = self._is_passed_on(error)  # before the caller may be cancelled, too
            await self.stop([module])  # it may have opened something already
            if is_passed_on:
                raise
            place = module.place()
            where = "" if place is None else f" (its entry: {place})"
            reason = redact(advise(error, exception_line(error)))
            if module.entry.optional:
                self._tasks.end([module])
                logger_of(module.name).warning(
                    "going on without the optional module %r, which failed to start: %s%s",
                    module.name,
                    reason,
                    where,
                )
                return MissingModule.not_started(module, reason)
            failed = ModuleFailedError(module.name, "start", reason + where)
            raise failed from presentable(error)
        return None

    async def stop(self, modules: Sequence[Module]) -> None:
        """Call every module's ``stop``, the last one first; failures are logged and stop nothing.

        Before that, its background work is stopped, and after it what it has in flight at
        services. A cancellation of the caller is raised when
        all are stopped.

        Args:
            modules: The modules, in config order; the last one may be one that failed to start.
        """
        cancelled: BaseException | None = None
        limit = self._limits.stop
        for module in reversed(modules):
            for stopping in (
                functools.partial(self._stop_background, module, limit),
                functools.partial(self._call, module, "stop", limit),
                functools.partial(self._close_services, module),
            ):
                try:
                    await stopping()
                except INTERRUPTS:
                    raise  # the program ends, and a closed coroutine cannot await anything more
                except BaseException as error:  # noqa: BLE001 -- the rest must still be stopped
                    if self._is_passed_on(error):
                        cancelled = error
                    else:
                        extra = About(hook="stop").extra
                        said = "module %r failed in stop"
                        shown = presentable(error)
                        logger_of(module.name).error(said, module.name, exc_info=shown, extra=extra)
        if cancelled is not None:
            raise cancelled

    async def wait_for(self, detached: DetachedTasks) -> None:
        """Wait for notifications that go on without their callers, for as long as a stop may take.

        Args:
            detached: The notifications. Those that take longer are cancelled.
        """
        if not detached:
            return
        limit = self._limits.stop
        try:
            await self._limited(detached.wait(), limit, _NOTIFYING, _log)
        except TimeoutError:
            names = ", ".join(sorted(set(detached.names)))
            _log.warning("cancelled after %gs: notifications of %s", limit.seconds, names)
            detached.cancel()
            with suppress(TimeoutError):  # what resists is left behind
                await self._limited(detached.wait(), self._limits.grace, _NOTIFYING, _log)

    @property
    def _is_interrupted(self) -> bool:
        return self._starting is not None and self._starting.is_interrupted

    def _is_passed_on(self, error: BaseException) -> bool:
        # Without an entrance, only the task that runs knows whether it was cancelled.
        is_owner = self._entrance is not None or self._is_interrupted
        return is_callers(error, self if is_owner else None)

    async def _call(self, module: Module, step: str, limit: Limit) -> None:
        method: Any = getattr(module.instance, step, None)
        if method is None:
            return
        try:
            signature_of(method).bind()
        except (TypeError, ValueError):
            # Such a method was written for something else, for another caller.
            said = "module %r: %s is not called, since it needs arguments"
            logger_of(module.name).warning(said, module.name, step)
            return
        running = call_for(module.name, method)
        said, log = f"module {module.name!r}: {step}", logger_of(module.name)
        await self._limited(enter(running), limit, said, log, running)

    async def _stop_background(self, module: Module, limit: Limit) -> None:
        said = f"module {module.name!r}: stopping its background work"
        await self._limited(module.background.stop(), limit, said, logger_of(module.name))

    async def _open_database(self, module: Module) -> None:
        said = f"module {module.name!r}: bringing its schema up to date"
        await self._limited(
            module.database.open(), self._limits.start, said, logger_of(module.name)
        )

    async def _close_services(self, module: Module) -> None:
        module.lifetime.end()
        module.database.close()

    async def _limited(
        self,
        coroutine: Coroutine[Any, Any, Any],
        limit: Limit,
        what: str,
        log: logging.Logger,
        awaited: Any = None,
    ) -> None:
        clock = find_clock(self._clock)
        with Reminder(what, clock, log, awaited):
            await Limited(coroutine, limit, clock, self._is_cancelled_now)

    def _is_cancelled_now(self) -> bool:
        return self.is_cancelled or is_task_cancelled()
