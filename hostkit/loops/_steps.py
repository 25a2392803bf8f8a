"""Steps: how an asyncio task takes those of a coroutine that may wait for Deferreds as well."""

from __future__ import annotations

import asyncio
import sys
import threading
import types
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, cast, final
from weakref import getweakrefcount

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from hostkit.presenting import presentable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Generator
    from contextvars import Context

T = TypeVar("T")


def current_task() -> asyncio.Task[Any] | None:
    """The asyncio task that is running; `None` outside of asyncio, as under Twisted."""
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


@final
class Stage:
    """A task for the first steps of coroutines, and for all further ones of that which has to wait.

    Most have nothing to wait for. As making a task and ending it takes longer than many a hook,
    they leave it to the next one, until the loop comes round to it. One that leaves a trace on the
    task does not: what libraries store by task is for one coroutine only.

    Args:
        loop: The loop, running.

    Attributes:
        loop: As in the arguments.
        task: The task. It ends well in any case, since `SystemExit` in a task ends the loop; its
            result is that of the coroutine it holds, or a `Failure`.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._rest: _Rest | None = None
        steps = self._finish()
        steps.send(None)  # to where it can be cancelled
        self.task = asyncio.Task(steps, loop=loop)
        self._traces = self._count_traces()

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> Self:
        """Take the stage that was left on a loop, or a new one.

        Args:
            loop: The loop, running.
        """
        left, _left.stage = _left.stage, None
        return left if left is not None and left.loop is loop else cls(loop)

    def leave(self) -> None:
        """Leave it to others, unless it holds a coroutine, or there are traces."""
        if self._rest is None and self._count_traces() == self._traces:
            _left.stage = self

    def hold(self, coroutine: Coroutine[Any, Any, Any], context: Context, wanted: Any) -> None:
        """Let the task take the rest of the steps of a coroutine.

        Args:
            coroutine: The coroutine.
            context: Where it runs.
            wanted: What it wants to wait for after its first step.
        """
        self._rest = _Rest(coroutine, context, _awaitable_in_task(wanted))

    def _count_traces(self) -> tuple[int, int, int]:
        task = self.task
        return sys.getrefcount(task), getweakrefcount(task), task.cancelling()

    async def _finish(self) -> Any:
        cancellation = None
        try:
            await _come_round()
        except asyncio.CancelledError as error:
            cancellation = error
        if _left.stage is self:
            _left.stage = None
        if self._rest is None:
            return None
        self._rest.cancellation = cancellation
        del cancellation
        return await _finish(self._rest)


# A function, as the traceback of what is raised keeps its frame, and the task its result.
async def _finish(rest: _Rest) -> Any:
    try:
        return await steps_in_task(rest)
    except BaseException:  # noqa: BLE001 -- it is what the Deferred fails with
        return take_failure()


@final
class _Left(threading.local):
    stage: Any = None


_left: Final = _Left()
"""The stage that was left on the loop of a thread."""


@types.coroutine
def _come_round() -> Generator[None, None, None]:
    """Wait until the loop takes the next step of a task."""
    yield


@final
class _Rest:
    """The steps of a coroutine after its first one, each in the context of that.

    Args:
        coroutine: The coroutine.
        context: Where it runs.
        wanted: What it wants to wait for.

    Attributes:
        cancellation: With what its task was cancelled since the first step, if it was.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Any], context: Context, wanted: Any) -> None:
        self._coroutine = coroutine
        self._context = context
        self._wanted = [wanted]
        self.cancellation: asyncio.CancelledError | None = None

    def __await__(self) -> Generator[Any, Any, Any]:
        return cast("Generator[Any, Any, Any]", self)

    def send(self, value: Any) -> Any:
        """Take the next step."""
        if not self._wanted:
            return self._context.run(self._coroutine.send, value)
        wanted = self._wanted.pop()
        error, self.cancellation = self.cancellation, None
        try:
            if error is None or (asyncio.isfuture(wanted) and wanted.cancel(*error.args)):
                return wanted  # cancelled as if the task had waited for it already
            return self.throw(error)
        finally:
            del error  # its traceback keeps this frame

    def throw(self, error: BaseException) -> Any:
        """Take the next step, with an exception."""
        try:
            return self._context.run(self._coroutine.throw, error)
        finally:
            del error


@types.coroutine
def steps_in_task(awaitable: Awaitable[T]) -> Generator[Any, Any, T]:
    """Take the steps of a coroutine, or of a Deferred, for an asyncio task.

    Args:
        awaitable: What is awaited.

    Returns:
        What comes of it.
    """
    steps = awaitable.__await__()
    resume: Callable[[Any], Any] = steps.send
    argument: Any = None
    while True:
        try:
            wanted = resume(argument)
        except StopIteration as ended:
            return cast("T", ended.value)
        finally:
            del resume, argument  # an exception's traceback keeps this frame
        wanted = _awaitable_in_task(wanted)
        try:
            yield wanted
            if isinstance(wanted, _Firing) and not wanted.done():
                yield wanted.deferred  # a coroutine that Twisted drives, begun in a task's step
        except BaseException as error:  # noqa: BLE001 -- the coroutine's to handle
            resume, argument = steps.throw, error
        else:
            resume, argument = steps.send, None
            if isinstance(wanted, _Firing) and wanted.failure is not None:
                resume, argument = steps.throw, wanted.failure.value
        del wanted


def take_failure() -> Failure:
    """Take the exception being handled, in the words of Twisted."""
    error = sys.exception()
    assert error is not None  # noqa: S101
    shown = presentable(error)
    failure = Failure() if shown is error else Failure(shown)
    if failure.check(asyncio.CancelledError) is None:
        return failure
    return Failure(CancelledError(), exc_tb=failure.getTracebackObject())


def _awaitable_in_task(wanted: Any) -> Any:
    return _Firing(wanted) if isinstance(wanted, Deferred) else wanted


@final
class _Firing(asyncio.Future[None]):
    """Done as soon as a Deferred has fired.

    Cancelling it cancels the Deferred, which may have things to clean up and is waited for, and
    which may even have a result nevertheless. So it is with tasks that await each other.

    Args:
        deferred: The Deferred. It keeps its result for who awaits it, but not a failure.

    Attributes:
        deferred: The Deferred.
        failure: What the Deferred failed with.
    """

    def __init__(self, deferred: Deferred[Any]) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._asyncio_future_blocking = True  # as `await` sets it, which we do in its place
        self.deferred = deferred
        self._cancelled_with: tuple[Any] | None = None  # the message, by which anyio knows its own
        self.failure: Failure | None = None
        deferred.addBoth(self._fired)

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel the Deferred."""
        if self.done():
            return False
        self._cancelled_with = (msg,)
        self.deferred.cancel()
        return True

    def _fired(self, result: Any) -> Any:
        if not isinstance(result, Failure):
            self.set_result(None)
            return result
        if self._cancelled_with is not None and result.check(CancelledError):
            super().cancel(*self._cancelled_with)
        else:
            self.failure = result
            self.set_result(None)
        return None
