"""`run`: await something in a plain test, on an event loop with a reactor."""

from __future__ import annotations

import asyncio
import atexit
import inspect
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, final
from weakref import WeakKeyDictionary

from hostkit.loops import enter, installed_reactor, running_loop, waiting_loop
from hostkit.testing._places import place_here, place_of, unnoticed
from hostkit.testing._reactor import choose_reactor, start_reactor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

LONGEST_SECONDS: Final = 60.0
"""How long `run` waits, unless it is given another time."""

_MOST_TURNS: Final = 1000


@final
class KitLoop(asyncio.SelectorEventLoop):
    """An event loop that remembers where its tasks and timers were made.

    Attributes:
        tasks: The place of each task.
        timers: The place of each timer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tasks: Final[WeakKeyDictionary[asyncio.Task[Any], str]] = WeakKeyDictionary()
        self.timers: Final[WeakKeyDictionary[asyncio.TimerHandle, str]] = WeakKeyDictionary()

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:
        """Make a task, and note where."""
        task: asyncio.Task[Any] = super().create_task(coro, **options)
        self.tasks[task] = place_here()
        return task

    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, **options: Any
    ) -> asyncio.TimerHandle:
        """Make a timer, and note where."""
        handle = super().call_at(when, callback, *args, **options)
        self.timers[handle] = place_here()
        return handle


_own: Final[list[KitLoop]] = []


def kit_loop() -> KitLoop:
    """The kit's own event loop, one for the whole process, as the reactor is."""
    if not _own:
        with unnoticed():
            _own.append(KitLoop())
        atexit.register(_own[0].close)
    return _own[0]


def loop_to_run() -> asyncio.AbstractEventLoop:
    """Find the event loop for tests: that of an asyncio reactor which is installed, or the kit's.

    Raises:
        RuntimeError: An event loop runs already.
    """
    if running_loop() is not None:
        raise RuntimeError(
            "an event loop is running here, so await it: `await ...` instead of `run(...)`"
        )
    reactor = installed_reactor()
    if reactor is None:
        choose_reactor(kit_loop)
        return kit_loop()
    loop = waiting_loop()
    if loop is None:
        return kit_loop()
    if not reactor.running:
        start_reactor(reactor)
    return loop


def run(
    awaitable: Awaitable[T] | Callable[[], Awaitable[T]],
    *,
    timeout: float = LONGEST_SECONDS,
    loop: asyncio.AbstractEventLoop | None = None,
) -> T:
    """Await something in a plain test; Deferreds, threads and asyncio all work in it.

    All calls share one event loop, on which a reactor of Twisted's runs as soon as something
    imports that.

    Args:
        awaitable: A coroutine, a Deferred or a future; or a function that returns one.
        timeout: After how many seconds of real time it is cancelled.
        loop: The event loop to run it on, if it belongs to another.

    Returns:
        What it returns.

    Raises:
        TimeoutError: It took too long; the message says where it waits.
        RuntimeError: An event loop is running here: await it instead.
    """
    try:
        chosen = loop_to_run() if loop is None else loop
    except RuntimeError:
        if inspect.iscoroutine(awaitable):
            awaitable.close()
        raise
    return cast("T", chosen.run_until_complete(_within(awaitable, timeout)))


async def _within(awaitable: Any, timeout: float) -> Any:  # noqa: ASYNC109 -- it says where
    given = awaitable() if callable(awaitable) else awaitable
    task = asyncio.ensure_future(enter(given))
    done, _ = await asyncio.wait({task}, timeout=timeout)
    if done:
        return task.result()
    place = place_of(given)
    task.cancel()
    await asyncio.wait({task}, timeout=1)
    where = f", at {place}" if place else ""
    raise TimeoutError(f"not done after {timeout:g} s{where}{_advice()}")


def _advice() -> str:
    reactor = installed_reactor()
    if reactor is None or getattr(reactor, "running", False):
        return ""
    return (
        f"; the reactor that is installed, {type(reactor).__name__}, does not run here: nothing "
        "that waits for it can end. Import hostkit's plugin or call `hostkit.testing.run` before "
        "anything imports the reactor, or install twisted.internet.asyncioreactor"
    )


def rest() -> None:
    """Let everything go on that can, if there is an event loop of tests that does not run."""
    for loop in known_loops():
        loop.run_until_complete(rest_of(loop))


def known_loops() -> list[asyncio.AbstractEventLoop]:
    """The event loops of tests that there are and that do not run: the kit's, or the reactor's."""
    loops = {waiting_loop(), *_own}
    return [loop for loop in loops if loop and not loop.is_running() and not loop.is_closed()]


async def rest_of(loop: asyncio.AbstractEventLoop) -> None:
    """Wait until an event loop has nothing to do but to wait.

    Args:
        loop: The event loop, which is the one that runs this.
    """
    ready = getattr(loop, "_ready", None)  # of asyncio's own loops; others get some turns
    for turn in range(_MOST_TURNS):
        await asyncio.sleep(0)
        is_idle = turn >= _MOST_TURNS // 10 if ready is None else turn > 1 and not ready
        if is_idle:
            return
