"""What a test has left behind: hosts, tasks, timers, threads and sockets."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import weakref
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, final, get_args

import attrs

from hostkit.loops import installed_reactor
from hostkit.testing._greenlets import turn_reactor
from hostkit.testing._loop import KitLoop, kit_loop, known_loops, run
from hostkit.testing._places import is_noticed, place_here, place_of
from hostkit.testing._seen import hosts_noted, is_built, place_of_host

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from hostkit.host import Host

Kind: TypeAlias = Literal["hosts", "tasks", "timers", "threads", "sockets"]
"""What can be left behind."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

_GRACE_SECONDS: Final = 0.25
_CLOSE_SECONDS: Final = 5.0
_POOLS: Final = ("PoolThread-twisted.internet.reactor", "asyncio_")
"""How the names of threads begin that event loops keep for all who ask."""


@final
@attrs.frozen
class Leak:
    """Something that a test has left behind.

    Attributes:
        kind: What it is.
        what: Its name, and what it does.
        place: Where it was made.
    """

    kind: Kind
    what: str
    place: str | None = None

    def __str__(self) -> str:
        return self.what if self.place is None else f"{self.what}, made at {self.place}"


_sockets: Final[weakref.WeakKeyDictionary[Any, str]] = weakref.WeakKeyDictionary()
_threads: Final[weakref.WeakKeyDictionary[threading.Thread, str]] = weakref.WeakKeyDictionary()
_watching: Final[list[LeakWatch]] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """Note threads and sockets as Python makes them, and where."""
    # Python reports a hundred events while a host is built, and most are others.
    if event[0] not in "s_" or not (_watching and is_noticed()):
        return
    if event == "socket.__new__":
        _sockets[arguments[0]] = place_here()
    elif event.startswith("_thread.start"):  # from Python 3.12 on
        thread = getattr(arguments[0], "__self__", None)
        if isinstance(thread, threading.Thread):
            _threads[thread] = place_here()


setattr(_audit, "__cantrace__", True)  # noqa: B010 -- for debuggers and coverage


@final
class LeakWatch:
    """Watches one test, and closes what it leaves behind.

    Attributes:
        hosts: The hosts that it has made.
    """

    hosts: list[Host]
    _is_installed = False

    def __init__(self) -> None:
        if not LeakWatch._is_installed:
            LeakWatch._is_installed = True
            sys.addaudithook(_audit)
        self._noting: AbstractContextManager[list[Host]] = hosts_noted()
        self._before: set[int] = set()
        self._kept: list[Any] = []

    def begin(self) -> None:
        """Take what there is now as given."""
        _sockets.clear()
        _watching.append(self)
        self.hosts = self._noting.__enter__()
        self.excuse()

    def excuse(self) -> None:
        """Take all that there is now as given, such as what a fixture for several tests made."""
        self._kept = [each for _, each in self._found()]
        self._before = {id(each) for each in self._kept}

    def end(self) -> list[Leak]:
        """Close what was left.

        Returns:
            What that was.
        """
        turn_reactor()
        try:
            left = [(kind, each) for kind, each in self._found() if id(each) not in self._before]
            leaks = [_describe(kind, each) for kind, each in left if _is_left(kind, each)]
            for kind, each in sorted(left, key=lambda pair: KINDS.index(pair[0])):
                _close(kind, each)
            return leaks
        finally:
            self._noting.__exit__(None, None, None)
            _watching.remove(self)
            self._kept.clear()

    def _found(self) -> Iterator[tuple[Kind, Any]]:
        yield from (("hosts", host) for host in self.hosts if is_built(host) and host.is_running)
        for loop in known_loops():
            yield from (("tasks", task) for task in asyncio.all_tasks(loop))
            if isinstance(loop, KitLoop):
                yield from (("timers", timer) for timer in loop.timers if _is_pending(timer, loop))
        reactor = installed_reactor()
        if reactor is not None:
            yield from (("timers", call) for call in reactor.getDelayedCalls())
        yield from (("threads", thread) for thread in threading.enumerate())
        yield from (("sockets", each) for each in list(_sockets))


@contextlib.contextmanager
def watch_leaks() -> Iterator[list[Leak]]:
    """Watch what is left behind meanwhile, and close it at the end; under pytest, fixtures do that.

    Yields:
        What was left; empty until the end.
    """
    watch, leaks = LeakWatch(), list[Leak]()
    watch.begin()
    try:
        yield leaks
    finally:
        leaks += watch.end()


def _is_pending(timer: asyncio.TimerHandle, loop: asyncio.AbstractEventLoop) -> bool:
    if timer.cancelled() or timer.when() <= loop.time():
        return False
    owner = getattr(timer, "_callback", None)
    # `asyncio.sleep` is its task's, and Twisted's timers are asked for themselves.
    name = getattr(owner, "__name__", "")
    return name not in ("_set_result_unless_cancelled", "_onTimer")


def _is_left(kind: Kind, each: Any) -> bool:
    """Whether something is still there, after it had the time to end by itself."""
    if kind == "threads":
        if each.name.startswith(_POOLS):
            return False
        each.join(_GRACE_SECONDS)
        return bool(each.is_alive())
    return each.fileno() != -1 if kind == "sockets" else True


def _describe(kind: Kind, each: Any) -> Leak:
    if kind == "hosts":
        return Leak(kind, f"a host that is running ({_modules_of(each)})", place_of_host(each))
    if kind == "tasks":
        coroutine = each.get_coro()
        name = getattr(coroutine, "__qualname__", repr(coroutine))
        what = f"the task {each.get_name()}, {name}, which waits at {place_of(coroutine)}"
        loop = each.get_loop()
        return Leak(kind, what, loop.tasks.get(each) if isinstance(loop, KitLoop) else None)
    if kind == "timers":
        return _describe_timer(each)
    if kind == "sockets":
        return Leak(kind, f"the socket {each!r}", _sockets.get(each))
    frame = sys._current_frames().get(each.ident)  # noqa: SLF001 -- the documented way to it
    at = "" if frame is None else f", which is at {place_here(frame)}"
    return Leak(kind, f"the thread {each.name!r}{at}", _threads.get(each))


def _describe_timer(each: Any) -> Leak:
    if not isinstance(each, asyncio.TimerHandle):  # a delayed call of Twisted's
        function = getattr(each.func, "__qualname__", repr(each.func))
        seconds = each.getTime() - each.seconds()
        what = f"a call of {function} in {seconds:.3g} s"
        return Leak("timers", what, getattr(each, "made_at", None))
    loop = kit_loop()
    callback = getattr(each, "_callback", None)
    function = getattr(callback, "__qualname__", repr(callback))
    what = f"a call of {function} in {each.when() - loop.time():.3g} s"
    return Leak("timers", what, loop.timers.get(each))


def _modules_of(host: Host) -> str:
    return ", ".join(module.name for module in host.modules) or "no modules"


def _close(kind: Kind, each: Any) -> None:
    """Close something, so that it does not disturb the tests that follow."""
    if kind == "hosts":
        close_host(each)
    elif kind == "tasks":
        each.cancel()
        each.get_loop().run_until_complete(asyncio.wait({each}, timeout=1))
    elif kind == "timers":
        if not isinstance(each, asyncio.TimerHandle) and not each.active():
            return
        each.cancel()
    elif kind == "sockets":
        each.close()


def close_host(host: Host) -> None:
    """Stop a host where it was started, if that is still possible."""
    if not is_built(host) or not (host.is_running or host.database.is_in_use):
        return
    loop = host.loop
    is_usable = loop is not None and not loop.is_closed() and not loop.is_running()
    run(host.stop, timeout=_CLOSE_SECONDS, loop=loop if is_usable else None)


def report(
    leaks: Iterable[Leak],
    excused: str | None = None,
    way: str = "mark the test with @pytest.mark.hostkit(leaks=KIND)",
) -> str | None:
    """Write what a test has left behind.

    Args:
        leaks: What that is.
        excused: The kind that is excused.
        way: How to excuse one.

    Returns:
        The message; `None` if there is nothing to report.
    """
    counted = [leak for leak in leaks if leak.kind != excused]
    if not counted:
        return None
    lines = [f"  {leak.kind}: {leak}" for leak in counted]
    return "\n".join(
        [
            "this test has left something behind, which was closed now as far as it can be:",
            *lines,
            f"  (to excuse one kind, {way})",
        ]
    )
