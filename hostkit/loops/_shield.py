"""Shielded calls: a callback that has begun is let finish, although its caller gives up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, final

import attrs
from twisted.internet.defer import CancelledError, Deferred

from hostkit.loops._entry import settle, start_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


@final
@attrs.define(eq=False)
class ShieldedCall:
    """A call of a hook that is shielded from its caller's cancellation.

    Attributes:
        is_given_up: Whether the caller was cancelled.
        is_over: Whether there is a result, or an error.
        result: What the chain returned.
        error: What it raised instead.
    """

    is_given_up: bool = False
    is_over: bool = False
    result: Any = None
    error: BaseException | None = None

    def go_on(self) -> None:
        """Make sure that another callback may be asked.

        Raises:
            CancelledError: The caller was cancelled.
        """
        if self.is_given_up:
            raise CancelledError

    async def run(self, chain: Coroutine[Any, Any, Any]) -> None:
        """Run the chain, and keep what comes of it for the caller."""
        try:
            self.result = await chain
        except BaseException as error:  # noqa: BLE001 -- the caller's, who raises it again
            self.error = error
        self.is_over = True


async def shield(chain: Callable[..., Coroutine[Any, Any, Any]], *args: Any, **kwargs: Any) -> Any:
    """Run a chain apart from its caller, as a task of its own where there are tasks.

    Args:
        chain: The chain's function. It calls `ShieldedCall.go_on` between its callbacks.
        args: Its arguments.
        kwargs: Its arguments by name.

    Returns:
        What it returns. If the caller is cancelled, this waits for the callback that is running,
        and raises the cancellation then.
    """
    call = ShieldedCall()
    running = start_entry(call.run(chain(*args, **kwargs, _call=call)))
    given_up: BaseException | None = None
    try:
        while not call.is_over:
            try:
                await settle(_end_of(running))
            except (CancelledError, asyncio.CancelledError) as error:
                call.is_given_up = True
                given_up = error
        if given_up is not None:
            raise given_up
        if call.error is not None:
            raise call.error
        return call.result
    finally:
        del given_up, call, running  # an exception's traceback keeps this frame


def _end_of(running: Deferred[None]) -> Deferred[None]:
    """Make a Deferred that fires with another, which is not cancelled with it."""
    end: Deferred[None] = Deferred()
    running.addCallback(lambda _: None if end.called else end.callback(None))
    return end
