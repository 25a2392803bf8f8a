"""Cancellation: whose it is, and how something that is awaited can be ended."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, final

from twisted.internet.defer import CancelledError, Deferred

from hostkit.loops._entry import settle, start_entry
from hostkit.loops._steps import current_task, steps_in_task

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Iterator
    from types import FrameType

T = TypeVar("T")

INTERRUPTS: Final = (KeyboardInterrupt, GeneratorExit)
"""Exceptions that end the program or a coroutine, and are always passed on."""

_CANCELLATIONS: Final = (asyncio.CancelledError, CancelledError)
PERHAPS_CALLERS: Final = (*INTERRUPTS, *_CANCELLATIONS, BaseExceptionGroup)
"""Exceptions of all other classes are not the caller's; see `is_callers`."""

# Where a task takes the steps of a coroutine that may await Deferreds.
_TASK_STEPS: Final = (start_entry.__code__, steps_in_task.__code__)


class Owner(Protocol):
    """The outermost caller of a coroutine, which knows whether it has cancelled it."""

    @property
    def is_cancelled(self) -> bool:
        """Whether the coroutine was cancelled from outside."""


@final
class _Never:
    is_cancelled = False


NEVER: Final[Owner] = _Never()
"""The owner of what is never cancelled from outside, such as a call that awaits nothing."""


def is_callers(error: BaseException, owner: Owner | None = None) -> bool:
    """Whether an exception from a module's code is meant for its caller, and passed on as it is.

    That is so for `KeyboardInterrupt` and `GeneratorExit`, also within a group, and for the
    cancellation of the caller. Everything else is a failure of the module: any other class of
    exception, and the cancellation of something that the module itself waits for.

    In an asyncio task, the task knows whether it was cancelled; it still says so while it cleans
    up, so a module's own cancellation in a ``finally`` of a cancelled task counts as the caller's.
    A coroutine that Twisted drives cannot know, so there a cancellation counts as the caller's
    unless an owner knows better.

    Args:
        error: The exception, just caught around the module's code.
        owner: The outermost caller, if it is known.
    """
    if not issubclass(type(error), PERHAPS_CALLERS):
        return False
    kinds = {type(each) for each in leaves_of(error)}
    if any(issubclass(kind, INTERRUPTS) for kind in kinds):
        return True
    if owner is NEVER or not any(issubclass(kind, _CANCELLATIONS) for kind in kinds):
        return False
    if is_task_cancelled():
        return True
    if owner is not None:
        return owner.is_cancelled
    return current_task() is None or is_driven_by_twisted()


def is_task_cancelled() -> bool:
    """Whether this runs in an asyncio task that was cancelled: Twisted does not say."""
    task = current_task()
    return task is not None and task.cancelling() > 0


def attempt(function: Callable[[Any], T], value: Any, *, otherwise: T) -> T:
    """Do something with a module's value, which may raise whatever it likes when it is looked at.

    Args:
        function: Takes the value.
        value: The value, or an exception.
        otherwise: What is returned if that fails.
    """
    try:
        return function(value)
    except BaseException as error:
        if is_callers(error, NEVER):
            raise
        return otherwise


def is_driven_by_twisted() -> bool:
    """Whether Twisted drives the coroutine that runs, although that happens in a task's step."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- the documented way to a caller
    while frame is not None and frame.f_code not in _TASK_STEPS:
        if frame.f_globals.get("__name__") == Deferred.__module__:
            return True
        frame = frame.f_back
    return False


def leaves_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, or those of a group at any depth.

    Args:
        error: The exception.
    """
    # A module may have written the class, so its attributes are not to be relied on. Groups may be
    # nested deeper than functions may be, and hold the same ones many times.
    found = {id(error): error}
    rest = [error]
    while rest:
        each = rest.pop()
        if not issubclass(type(each), BaseExceptionGroup):
            yield each
            continue
        new = {id(one): one for one in BaseExceptionGroup.exceptions.__get__(each)}
        rest += [one for key, one in new.items() if key not in found]
        found |= new


@final
class Entrance:
    """Starts a coroutine, and knows whether it was cancelled from outside.

    Attributes:
        is_cancelled: Whether the Deferred that `start` returned was cancelled.
    """

    def __init__(self) -> None:
        self.is_cancelled = False

    def start(self, coroutine: Coroutine[Any, Any, T]) -> Deferred[T]:
        """Run a coroutine as `start_entry` does, once.

        Args:
            coroutine: The coroutine, not yet begun.

        Returns:
            What comes of it. Cancelling it cancels what the coroutine awaits, and is noted.
        """
        running = start_entry(coroutine)
        if running.called and not running.paused:
            return running
        return _Entered(self, running)


@final
class _Entered(Deferred[T]):
    """Fires with what comes of an entry; notes when it is cancelled.

    `cancel` itself is extended, since a Deferred that has a canceller fires at once when it is
    cancelled, and not when the coroutine has ended.
    """

    def __init__(self, entrance: Entrance, running: Deferred[T]) -> None:
        super().__init__()
        self._entrance = entrance
        self._running = running
        running.addBoth(self.callback)  # which takes a `Failure` for what it is

    def cancel(self) -> None:
        if self.called:
            super().cancel()  # what its callbacks wait for
        else:
            self._entrance.is_cancelled = True
            self._running.cancel()


@final
class Interruptible:
    """Awaits a coroutine, and can be ended by others than its caller, on both kinds of loops.

    A task can be cancelled, and a Deferred; but either would be the caller's, who has more to do
    than this. So what is cancelled is what the coroutine waits for.

    Args:
        coroutine: What to await.

    Attributes:
        is_interrupted: Whether `interrupt` was called.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._coroutine = coroutine
        self._awaited: Any = None
        self._is_stepping = False
        self._must_cancel = False
        self._waiting: list[Deferred[None]] = []
        self.is_interrupted = False

    def __await__(self) -> Generator[Any, Any, None]:
        """Run the coroutine; what it yields is yielded, what is sent or thrown reaches it."""
        step: Any = self._coroutine.send
        value: Any = None
        while True:
            self._is_stepping = True
            try:
                self._awaited = step(value)
            except StopIteration:
                return
            finally:
                self._is_stepping = False
            step = self._coroutine.send
            try:
                value = yield self._awaited
            except BaseException as error:  # noqa: BLE001 -- it is handed on
                step, value = self._coroutine.throw, error
            else:
                if self._must_cancel:
                    step, value = self._coroutine.throw, asyncio.CancelledError()
            self._must_cancel = False

    async def interrupt(self) -> None:
        """Cancel what is waited for, once, and wait until `end` is called."""
        # A second time it may be the end of something, which is to be waited for.
        is_first, self.is_interrupted = not self.is_interrupted, True
        if self._is_stepping:
            # Called from inside, so it cannot end before this returns.
            self._must_cancel = True
            return
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        if is_first:
            self._cancel()
        await settle(waiting)

    def _cancel(self) -> None:
        if isinstance(self._awaited, Deferred):
            self._awaited.cancel()
        elif not (asyncio.isfuture(self._awaited) and self._awaited.cancel()):
            # It is done already, and the task about to go on.
            self._must_cancel = True

    def end(self) -> None:
        """Resume those who wait in `interrupt`: it is over."""
        while self._waiting:
            self._waiting.pop().callback(None)
