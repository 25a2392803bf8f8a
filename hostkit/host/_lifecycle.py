"""Start modules in order and stop them in reverse."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.defer import CancelledError

from hostkit.errors import ModuleFailedError
from hostkit.loops import CallLater, advise, enter, find_clock, settle
from hostkit.wording import exception_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.loading import Module

_log: Final = logging.getLogger("hostkit.host")


async def start_modules(
    modules: Sequence[Module], redact: Callable[[str], str], clock: IReactorTime | None = None
) -> None:
    """Call every module's ``start``; if one fails, stop those that were started.

    Args:
        modules: The modules, in config order.
        redact: Takes secrets out of the error's text.
        clock: When background loops run; see `Host`.

    Raises:
        ModuleFailedError: One of them failed.
    """
    for number, module in enumerate(modules):
        try:
            module.loops.open(find_clock(clock))
            await _run(module, "start")
            module.loops.begin()
        except BaseException as error:  # whatever ends the start, nothing stays half started
            await stop_modules(modules[:number], failed=module)
            if isinstance(error, CancelledError) or not isinstance(error, Exception | SystemExit):
                raise
            place = module.place()
            where = "" if place is None else f" (its entry: {place})"
            reason = redact(advise(error, exception_line(error)))
            raise ModuleFailedError(module.name, "start", reason + where) from error


async def stop_modules(modules: Sequence[Module], failed: Module | None = None) -> None:
    """Call every module's ``stop``, the last one first; errors are logged and stop nothing.

    Before that, its background loops are stopped.

    Args:
        modules: The modules, in config order.
        failed: One that could not be started; it may have begun loops.
    """
    cancelled: BaseException | None = None
    steps = [] if failed is None else [(failed, failed.loops.stop)]
    for module in reversed(modules):
        steps += [(module, module.loops.stop), (module, functools.partial(_run, module, "stop"))]
    for module, step in steps:
        try:
            await step()
        except (CancelledError, asyncio.CancelledError) as error:
            cancelled = error
        except (Exception, SystemExit):  # noqa: BLE001 -- the rest must still be stopped
            _log.exception("module %r failed in stop", module.name)
    if cancelled is not None:
        raise cancelled


async def _run(module: Module, step: str) -> None:
    method: Any = getattr(module.instance, step, None)
    if method is None:
        return
    try:
        inspect.signature(method).bind()
    except (TypeError, ValueError):
        # Written without hostkit in mind, and meant for something else.
        _log.warning(
            "module %r: %s is not called, since it cannot be without arguments", module.name, step
        )
        return
    await enter(settle(method()))


def call_later_of(clock: IReactorTime | None) -> CallLater:
    """Find the clock of the world that the host is started in.

    Args:
        clock: The clock to use, if it was chosen.

    Returns:
        Its method to schedule calls: the running asyncio loop's, or else the Twisted reactor's.
    """
    return find_clock(clock).call_later
