"""`run`: await something in a plain test, on an event loop with a reactor."""

from __future__ import annotations

import asyncio
import atexit
import inspect
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, final
from weakref import WeakKeyDictionary

from hostkit.loops import enter, installed_reactor, running_loop, waiting_loop
from hostkit.testing._greenlets import block, find_blocking, turn_reactor
from hostkit.testing._places import is_noticed, place_here, place_of, unnoticed
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
        if is_noticed():
            self.tasks[task] = place_here()
        return task

    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, **options: Any
    ) -> asyncio.TimerHandle:
        """Make a timer, and note where."""
        handle = super().call_at(when, callback, *args, **options)
        if is_noticed():
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
    if (blocking := find_blocking()) is not None:
        return cast("T", block(blocking, awaitable, timeout))
    try:
        chosen = loop_to_run() if loop is None else loop
    except RuntimeError:
        if inspect.iscoroutine(awaitable):
            awaitable.close()
        raise
    return cast("T", _Run(chosen, awaitable).within(timeout))


@final
class _Run:
    """Awaits something on an event loop that does not run yet.

    A task, a timer and a future are all that it takes, since each test needs one.

    Args:
        loop: The event loop.
        awaitable: What is awaited, or a function that returns it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, awaitable: Any) -> None:
        self._loop = loop
        self._given = awaitable
        self._over: asyncio.Future[None] = loop.create_future()
        self._place: str | None = None
        self._is_late = False

    def within(self, seconds: float) -> Any:
        """Await it, but no longer than so many seconds.

        Raises:
            TimeoutError: It took longer; the message says where it waited.
        """
        with unnoticed():  # what follows is not the test's
            task = self._loop.create_task(self._enter())
            self._timer = self._loop.call_later(seconds, self._give_up, task)
        task.add_done_callback(self._end)
        try:
            self._loop.run_until_complete(self._over)
        finally:
            self._timer.cancel()
        if not self._is_late:
            return task.result()
        where = f", at {self._place}" if self._place else ""
        raise TimeoutError(f"not done after {seconds:g} s{where}{_advice()}")

    async def _enter(self) -> Any:
        if callable(self._given):
            self._given = self._given()
        return await enter(self._given)

    def _give_up(self, task: asyncio.Task[Any]) -> None:
        self._is_late = True
        self._place = place_of(self._given)
        task.cancel()
        self._timer = self._loop.call_later(1, self._end)  # or else it may refuse to end

    def _end(self, *_: object) -> None:
        if not self._over.done():
            self._over.set_result(None)


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
    turn_reactor()
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
