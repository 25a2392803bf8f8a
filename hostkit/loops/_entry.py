"""Entries: where a program's own loop comes into coroutines that await asyncio and Deferreds alike.

asyncio's futures can be awaited in an asyncio task, and Deferreds in a coroutine that Twisted
drives. Under an asyncio loop, an entry is a task that is handed a future for each Deferred; the
coroutine itself, and all that it awaits, needs to know nothing of that. So `asyncio.timeout` and
anyio find their task, and nothing is wrapped per call of a hook. What is awaited in the wrong place
nevertheless gets advice.
"""

from __future__ import annotations

import asyncio
import inspect
import re
import types
from asyncio.tasks import _enter_task, _leave_task
from collections.abc import Coroutine
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final, TypeVar

from twisted.internet.defer import Deferred, fail, succeed

from hostkit.loops._home import as_running, running_loop, waiting_loop
from hostkit.loops._steps import Stage, current_task, steps_in_task, take_failure
from hostkit.presenting import exception_line

if TYPE_CHECKING:
    from collections.abc import Awaitable

T = TypeVar("T")


def start_entry(coroutine: Coroutine[Any, Any, T]) -> Deferred[T]:
    """Run a coroutine that may await Deferreds, and asyncio's futures if a program has their loop.

    That loop runs, or it is that of Twisted's asyncio reactor, which may not run yet. The first
    step is taken at once, so that a coroutine that has nothing to wait for is done when this
    returns. Under a reactor without asyncio this is `Deferred.fromCoroutine`.

    Args:
        coroutine: The coroutine, not yet begun.

    Returns:
        What comes of it. Cancelling the Deferred cancels what is being awaited, with
        `asyncio.CancelledError` in a task, or else Twisted's. It fires when the coroutine has
        ended; a cancelled one with Twisted's `CancelledError`.
    """
    loop = running_loop()
    if loop is None:
        if (waiting := waiting_loop()) is None:
            return Deferred.fromCoroutine(coroutine)
        with as_running(waiting):
            return start_entry(coroutine)
    stage = Stage.of(loop)
    context = copy_context()
    # asyncio would only take the first step (its own eager tasks are not in Python 3.11) after
    # everything else that is ready. These functions are documented for other kinds of tasks.
    outer = asyncio.current_task(loop)
    if outer is not None:
        _leave_task(loop, outer)
    _enter_task(loop, stage.task)
    try:
        stage.hold(coroutine, context, context.run(coroutine.send, None))
    except StopIteration as ended:
        return succeed(ended.value)
    except BaseException:  # noqa: BLE001 -- it is what the Deferred fails with
        return fail(take_failure())
    finally:
        _leave_task(loop, stage.task)
        if outer is not None:
            _enter_task(loop, outer)
        stage.leave()
    return Deferred.fromFuture(stage.task)


async def enter(awaitable: Awaitable[T]) -> T:
    """Await a coroutine that may await asyncio's futures and Deferreds, wherever this is awaited.

    That is in an asyncio task that knows nothing of Deferreds, or in a coroutine that Twisted
    drives on its asyncio reactor.

    Args:
        awaitable: The coroutine, such as the call of a hook, or whatever else is awaited.

    Returns:
        What comes of it.
    """
    coroutine = awaitable if isinstance(awaitable, Coroutine) else _wait_for(awaitable)
    if current_task() is None:
        return await start_entry(coroutine)
    return await steps_in_task(coroutine)


async def _wait_for(awaitable: Awaitable[T]) -> T:
    return await awaitable


def is_awaitable(value: Any) -> bool:
    """Whether a value may have to be awaited; see `settle`."""
    return hasattr(value, "__await__") or type(value) is types.GeneratorType


async def settle(value: Any) -> Any:
    """Await a value if it can be awaited; otherwise return it.

    A Deferred is awaited in an asyncio task, and an asyncio future outside of one, although
    neither could be by itself.
    """
    if not inspect.isawaitable(value):
        return value
    is_in_task = current_task() is not None
    if isinstance(value, Deferred) and is_in_task:
        return await steps_in_task(value)
    if asyncio.isfuture(value) and not is_in_task:
        return await Deferred.fromFuture(value)
    return await value


# What asyncio and anyio say where no loop runs, or no task. Their classes are shared with others.
_NO_LOOP: Final = re.compile(
    r"no running event loop|await wasn't used with future|should be used inside a task"
    r"|no attribute 'create_future'|any asynchronous event loop|unknown async library"
)
ADVISABLE: Final = (RuntimeError, AttributeError)
"""The exceptions that `advise` may have advice for."""

_NO_DEFERRED: Final = re.compile(r"got bad yield: <\w*Deferred")


def advise(error: BaseException, said: str) -> str:
    """Say what to do about an exception, if it comes of awaiting things in the wrong place.

    Args:
        error: What a module's code raised, just caught where it was called.
        said: What is said about it.

    Returns:
        The same, with the advice if there is any.
    """
    advice = _find(error) if issubclass(type(error), ADVISABLE) else ""
    return f"{said} ({advice})" if advice else said


def _find(error: BaseException) -> str:
    text = exception_line(error)
    if current_task() is not None:
        if _NO_DEFERRED.search(text):
            return "to await Deferreds in an asyncio task, call with `await hostkit.enter(...)`"
        return ""
    if not _NO_LOOP.search(text):
        return ""
    if running_loop() is None and waiting_loop() is None:
        return (
            "asyncio cannot be awaited here: it needs `hostkit serve --reactor asyncio`, "
            "or a program that installs Twisted's asyncio reactor"
        )
    return (
        "to await asyncio here, call with `await hostkit.enter(...)` or `hostkit.start_entry(...)`"
    )
