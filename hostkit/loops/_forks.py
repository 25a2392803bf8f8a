"""Forks of a process whose event loop runs: the child must not go on as if it were the server.

A module may call `os.fork`, or start a `multiprocessing.Process` that does. The child has a copy of
everything: it could answer the requests that its parent answers, accept connections, and remove
the parent's files when it ends. So it gets no working copy of the sockets, and is ended as soon as
control would return to the event loop. A child that ends by itself, or runs another program, is
left alone; so are forks made before the event loop runs.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn, final
from weakref import WeakSet

from hostkit.loops._home import installed_reactor, running_loop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable
    from types import FrameType

_STDERR: Final = 2
_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")


@final
class ForkGuard:
    """Ends children of this process that return to the event loop on which it was begun.

    Args:
        module: Names the module whose code is running.
        is_up: Whether there still is something to guard.
    """

    def __init__(self, module: Callable[[], str | None], is_up: Callable[[], bool]) -> None:
        self.module = module
        self._is_up = is_up
        self.loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0

    def begin(self) -> None:
        """Guard the event loop that runs here."""
        self.loop = running_loop()
        self._thread = threading.get_ident()
        _guards.add(self)

    @property
    def is_running_here(self) -> bool:
        """Whether the event loop runs on this thread, which has just forked."""
        if threading.get_ident() != self._thread or not self._is_up():
            return False
        if self.loop is not None:
            return self.loop.is_running()
        return bool(getattr(installed_reactor(), "running", False))


@final
class Withheld:
    """Sockets of which children of this process get no working copy.

    Args:
        descriptors: Lists their file descriptors; called in the child.
    """

    def __init__(self, descriptors: Callable[[], Iterable[int]]) -> None:
        self.descriptors = descriptors

    def begin(self) -> None:
        """Withhold them from now on."""
        _withheld.add(self)

    def end(self) -> None:
        """Withhold them no more."""
        _withheld.discard(self)


_guards: Final[WeakSet[ForkGuard]] = WeakSet()
_withheld: Final[WeakSet[Withheld]] = WeakSet()
_LOOPS: Final = (
    "asyncio.base_events",
    "asyncio.events",
    "asyncio.runners",
    "twisted.internet.",
)
"""Where the code of event loops stands; functions of other kinds of loops are not Python's."""
_NOT_LOOPS: Final = ("twisted.internet.defer", "twisted.internet.task")
_ENDING_ITSELF: Final = "multiprocessing.popen_fork"


def _in_child() -> None:
    """Called by Python in every child that continues in Python, before `os.fork` returns there."""
    frame = sys._getframe(1)  # noqa: SLF001 -- the documented way to a caller
    guard = next((each for each in _guards if each.is_running_here), None)
    if guard is not None:
        _leave_signals_alone()
        if frame.f_globals.get("__name__") != _ENDING_ITSELF:
            place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
            _end_at_return(frame, guard.loop, _make_end(guard.module(), place))
    _guards.clear()
    descriptors = [number for each in _withheld for number in each.descriptors()]
    _withheld.clear()
    _cut(descriptors)


def _cut(descriptors: Iterable[int]) -> None:
    # Not closed: objects that think these numbers are theirs would close what gets them next.
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in descriptors:
        with suppress(OSError):
            os.dup2(nothing, number, inheritable=False)
    os.close(nothing)


def _leave_signals_alone() -> None:
    """Undo what the parent does with signals: they would reach it through a socket both have."""
    with suppress(ValueError):  # not on the main thread
        signal.set_wakeup_fd(-1)
        for name in _SIGNALS:
            if callable(signal.getsignal(getattr(signal, name))):
                signal.signal(getattr(signal, name), signal.SIG_DFL)


def _make_end(module: str | None, place: str) -> Callable[[], NoReturn]:
    culprit = "a module" if module is None else f"module {module!r}"
    said = (
        f"hostkit: {culprit} has forked at {place}, and its child {os.getpid()} was to go on with "
        f"the event loop of its parent {os.getppid()}: the child is ended. Let children end with "
        "os._exit(), or use subprocess or multiprocessing.\n"
    )

    def end() -> NoReturn:
        with suppress(OSError):
            os.write(_STDERR, said.encode(errors="backslashreplace"))
        os._exit(os.EX_SOFTWARE)

    return end


def _end_at_return(
    frame: FrameType, loop: asyncio.AbstractEventLoop | None, end: Callable[[], NoReturn]
) -> None:
    """End this process when control returns from the code that has forked to the event loop."""
    # Now at the latest, if the loop's own frames are not found, as they are not Python's.
    if loop is not None:
        loop.call_soon(end)
    else:
        reactor: Any = installed_reactor()
        reactor.callFromThread(end)
        reactor.callLater(0, end)
    # The only way to notice it before anything else is called there. It makes the child slower.
    sys.setprofile(AtReturn(frame, end).notice)


@final
class AtReturn:
    """Does something when control returns to the event loop, as a profiler notices it.

    Args:
        frame: Where control is now, below the event loop.
        end: What is done.
    """

    def __init__(self, frame: FrameType, end: Callable[[], object]) -> None:
        self._end = end
        caller = frame.f_back
        while caller is not None and not _is_loop(caller):
            caller = caller.f_back
        self._above: set[FrameType | None] = set()
        while caller is not None:
            self._above.add(caller)
            caller = caller.f_back

    def notice(self, frame: FrameType, event: str, _argument: object) -> None:
        """Notice that a function is called by the event loop, or that it returns itself."""
        is_called = event == "call" and frame.f_back in self._above
        if is_called or (event == "return" and frame in self._above):
            self._end()


def _is_loop(frame: FrameType) -> bool:
    name: str = frame.f_globals.get("__name__", "")
    return name.startswith(_LOOPS) and not name.startswith(_NOT_LOOPS)


getattr(os, "register_at_fork", dict)(after_in_child=_in_child)  # Windows has no forks
