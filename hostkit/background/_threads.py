"""`Threads`: where functions of modules run that would block the event loop."""

from __future__ import annotations

import contextlib
import inspect
import threading
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from hostkit.codes import Code
from hostkit.dispatch import runs_module_code
from hostkit.errors import BackgroundError
from hostkit.loops import find_call_from_thread, is_awaitable

if TYPE_CHECKING:
    from collections.abc import Callable

_IDLE: Final = "hostkit-idle"


@final
@attrs.frozen
class ThreadCounts:
    """What the threads of a host do.

    Attributes:
        busy: How many calls run.
        waiting: How many wait for a thread.
        most: How many can run at a time.
    """

    busy: int
    waiting: int
    most: int


@final
class Threads:
    """The threads of a host, in which functions of all its modules run.

    There is none before the first call, nor after the last module that used them was stopped.
    Python waits for them at its end, so that `hostkit serve` can name those that go on.

    Args:
        most: How many calls run at a time.
        most_waiting: How many more may wait.
    """

    def __init__(self, most: int = 10, most_waiting: int = 1000) -> None:
        self._most = most
        self._most_waiting = most_waiting
        self._executor: ThreadPoolExecutor | None = None
        self._users: set[object] = set()
        self._busy: dict[_Job, None] = {}
        self._waiting: deque[_Job] = deque()

    @property
    def counts(self) -> ThreadCounts:
        """What they do now."""
        return ThreadCounts(len(self._busy), len(self._waiting), self._most)

    def check_room(self, module: str) -> None:
        """Make sure that one more call can run, or wait.

        Args:
            module: The module that calls.

        Raises:
            BackgroundError: Too many wait already (HK531).
        """
        if len(self._busy) < self._most or len(self._waiting) < self._most_waiting:
            return
        calls = Counter(f"{job.module}: {job.description}" for job in self._busy)
        busy = [f"{count} with {what}" for what, count in calls.most_common()]
        raise BackgroundError(
            Code.NO_THREAD,
            f"module {module!r} cannot have a function called in a thread: "
            f"{len(self._waiting)} calls wait for one",
            details=(f"all {self._most} threads are busy: {', '.join(busy)}",),
            hint="call less at a time, or set `hostkit: threads:` or `thread_queue:` higher",
        )

    def call(self, user: object, module: str, description: str, function: Callable[[], Any]) -> Any:
        """Call a function in a thread.

        Without an event loop that runs, which could be notified, it is called here and now.

        Args:
            user: Keeps the threads until `leave`.
            module: The module whose function it is.
            description: The function's name.
            function: The function.

        Returns:
            A Deferred with what it returns. Cancelled, it fires at once only if the function does
            not run yet.
        """
        call_on_loop = find_call_from_thread()
        if call_on_loop is None:
            return function()
        self._users.add(user)
        job = _Job(module, description, function, call_on_loop)
        if len(self._busy) < self._most:
            self._begin(job)
        else:
            job.queue = self._waiting
            self._waiting.append(job)
        return job

    def leave(self, user: object) -> None:
        """Take note that a module was stopped; after the last one, threads end when they are idle.

        Args:
            user: As for `call`.
        """
        self._users.discard(user)
        if not self._users and self._executor is not None:
            executor, self._executor = self._executor, None
            executor.shutdown(wait=False)

    def _begin(self, job: _Job) -> None:
        if self._executor is None:
            self._executor = ThreadPoolExecutor(self._most, _IDLE)
        self._busy[job] = None
        job.queue = None
        self._executor.submit(job.run, self._end)

    def _end(self, job: _Job, result: Any) -> None:
        del self._busy[job]
        if self._waiting:
            self._begin(self._waiting.popleft())
        job.callback(result)


@final
class _Job(Deferred[Any]):
    """A call in a thread, or one that waits for it.

    `cancel` itself is extended, since a Deferred that has a canceller fires at once when it is
    cancelled, and not when the thread is done.

    Args:
        module: The module whose function it is.
        description: The function's name.
        function: The function.
        call_on_loop: Calls back from the thread.

    Attributes:
        module: As in the arguments.
        description: As in the arguments.
        queue: Where it waits for a thread.
    """

    def __init__(
        self,
        module: str,
        description: str,
        function: Callable[[], Any],
        call_on_loop: Callable[..., Any],
    ) -> None:
        super().__init__()
        self.module = module
        self.description = description
        self.queue: deque[_Job] | None = None
        self._function = function
        self._call_on_loop = call_on_loop
        self._context = copy_context()

    def cancel(self) -> None:
        """Leave the queue; a thread cannot be interrupted."""
        if self.queue is not None:
            self.queue.remove(self)
            self.queue = None
            self.errback(Failure(CancelledError()))

    def run(self, ended: Callable[[_Job, Any], None]) -> None:
        """Call the function; in a thread."""
        thread = threading.current_thread()
        before, thread.name = thread.name, f"hostkit: module {self.module!r}: {self.description}"
        result: Any
        try:
            result = _plain(self._context.run(_call, self.module, self._function))
        except BaseException:  # noqa: BLE001 -- it is what the caller gets
            result = Failure()
        finally:
            thread.name = before
        with contextlib.suppress(RuntimeError):  # the loop was closed: there is no caller any more
            self._call_on_loop(ended, self, result)


@runs_module_code
def _call(module: str, function: Callable[[], Any]) -> Any:  # noqa: ARG001 -- read from the stack
    return function()


def _plain(result: Any) -> Any:
    """Refuse what only the event loop could wait for."""
    if not is_awaitable(result):
        return result
    if inspect.iscoroutine(result):
        result.close()  # or Python would warn that it was never awaited
    raise TypeError(f"a function in a thread returns its result, not {result!r} to be awaited")
