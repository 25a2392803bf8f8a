"""What runs apart from its caller: shielded calls, and tasks that go on without one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

from twisted.internet.defer import CancelledError, Deferred

from hostkit.loops._cancelling import is_driven_by_twisted
from hostkit.loops._entry import settle, start_entry
from hostkit.loops._steps import current_task

if TYPE_CHECKING:
    from contextvars import Context

_UNSET: Final = object()


def take_over_context(context: Context) -> None:
    """Set the context variables of another context here, as far as they differ.

    A task has a copy of its creator's context; what it sets would otherwise be lost to a caller
    that awaits it in the place of a plain coroutine.

    Args:
        context: A copy of the context in which it ended.
    """
    for variable, value in context.items():
        if variable.get(_UNSET) is not value:
            variable.set(value)


Protect: TypeAlias = Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]]
"""A host's own way to protect a coroutine from the cancellation of its caller.

What it returns is awaited. If that is cancelled, it lets the coroutine end, and is cancelled then.
"""


def _start_like_caller(coroutine: Coroutine[Any, Any, Any]) -> Deferred[Any]:
    """Run a coroutine apart from its caller, in an asyncio task only if the caller is in one.

    A caller that Twisted drives is resumed in the coroutine's last step then, not later by the
    event loop.

    Args:
        coroutine: The coroutine, not yet begun.

    Returns:
        What comes of it, as from `start_entry`.
    """
    if current_task() is None or is_driven_by_twisted():
        return Deferred.fromCoroutine(coroutine)
    return start_entry(coroutine)


@final
class DetachedTasks:
    """What goes on although its caller was cancelled, until it ends or its owner stops."""

    def __init__(self) -> None:
        self._running: dict[Deferred[Any], str] = {}

    def __len__(self) -> int:
        return len(self._running)

    @property
    def names(self) -> list[str]:
        """What runs, by the names that were given for it."""
        return list(self._running.values())

    def start(self, coroutine: Coroutine[Any, Any, Any], name: str = "") -> None:
        """Run a coroutine, as a task of its own where there are tasks.

        Args:
            coroutine: The coroutine.
            name: What it is, for logs.
        """
        self.adopt(start_entry(coroutine), name)

    def adopt(self, running: Deferred[Any], name: str = "") -> None:
        """Keep something that runs already.

        Args:
            running: Fires when it has ended.
            name: What it is, for logs.
        """
        self._running[running] = name

        def forget(result: Any) -> Any:
            self._running.pop(running, None)
            return result

        running.addBoth(forget)
        # The coroutine has reported what concerns others; at the end of its event loop it is
        # cancelled, and then there is nothing left to report to.
        running.addErrback(lambda failure: failure.trap(CancelledError, asyncio.CancelledError))

    async def wait(self) -> None:
        """Wait until nothing runs any more."""
        while self._running:
            await settle(_end_of(next(iter(self._running))))

    def cancel(self) -> None:
        """Cancel what runs."""
        for running in tuple(self._running):
            running.cancel()


@final
class ShieldedCall:
    """A call that is shielded from its caller's cancellation.

    Attributes:
        is_given_up: Whether the caller was cancelled.
        released: Fires when the caller may end.
    """

    is_cancelled = False
    """Nothing cancels what is shielded: see `hostkit.loops.is_callers`."""

    def __init__(self) -> None:
        self.is_given_up = False
        self.released: Deferred[None] = Deferred()

    def release(self) -> None:
        """Let the caller end, while the call goes on without it."""
        if not self.released.called:
            self.released.callback(None)

    def step(self, *, reaches_end: bool) -> None:
        """Between two steps of the call, see whether its caller was cancelled.

        Args:
            reaches_end: Whether it then goes on without the caller; otherwise it is cancelled.
        """
        if self.is_given_up and not reaches_end:
            raise CancelledError
        if self.is_given_up:
            self.release()


async def shield(
    run: Callable[[ShieldedCall], Coroutine[Any, Any, None]],
    detached: DetachedTasks,
    name: str = "",
) -> None:
    """Run a coroutine apart from its caller, as a task of its own where there are tasks.

    If the caller is cancelled, this waits until the coroutine ends or releases the caller, and
    raises the cancellation then. Context variables that the coroutine sets are the caller's, as if
    it had awaited the coroutine itself.

    Args:
        run: Makes the coroutine. It may look between its steps whether its caller is given up.
        detached: Where the coroutine goes on if it has released its caller.
        name: What it is, for logs.
    """
    call = ShieldedCall()
    ended: list[BaseException | None] = []
    contexts: list[Context] = []
    running = _start_like_caller(_keep(run(call), ended, contexts))
    given_up: BaseException | None = None
    try:
        while not ended and not call.released.called:
            try:
                await settle(_end_of(running, call.released))
            except (CancelledError, asyncio.CancelledError) as cancelled:
                call.is_given_up = True
                given_up = cancelled
        if contexts:
            take_over_context(contexts[0])
        if not ended:
            detached.adopt(running, name)
        error = given_up or ended.pop()
        if error is not None:
            raise error
    finally:
        del given_up, ended, running  # an exception's traceback keeps this frame
        error = None


async def _keep(
    coroutine: Coroutine[Any, Any, None],
    ended: list[BaseException | None],
    contexts: list[Context],
) -> None:
    try:
        await coroutine
    except BaseException as error:  # noqa: BLE001 -- the caller's, who raises it again
        ended.append(error)
    else:
        ended.append(None)
    finally:
        contexts.append(copy_context())


def _end_of(*running: Deferred[Any]) -> Deferred[None]:
    """Make a Deferred that fires with the first of some, which are not cancelled with it."""
    end: Deferred[None] = Deferred()

    def fire(result: Any) -> Any:
        if not end.called:
            end.callback(None)
        return result

    for each in running:
        each.addBoth(fire)
    return end
