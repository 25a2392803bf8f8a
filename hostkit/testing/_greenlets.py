"""pytest-twisted's way to wait in a plain test, beside which its reactor runs in a greenlet."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.defer import CancelledError
from twisted.internet.task import deferLater

from hostkit.loops import enter, installed_reactor, running_loop, start_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred


_TURNS: Final = 5
"""In so many turns connections are closed that both ends have closed."""


def find_blocking() -> Callable[[Deferred[Any]], Any] | None:
    """Find pytest-twisted's function that waits for a Deferred, where a test may call it.

    Returns:
        The function; `None` if that plugin does not run a reactor, or this is run by the reactor.
    """
    plugin = sys.modules.get("pytest_twisted")
    # It can wait before its reactor runs, which that does from the first time on; the name is
    # private, and where it is missing, that is known only then.
    has_begun = getattr(getattr(plugin, "_instances", None), "gr_twisted", None) is not None
    if plugin is None or not (has_begun or getattr(installed_reactor(), "running", False)):
        return None
    # The reactor has a greenlet of its own; that of the tests is the one which began the process.
    is_main = sys.modules["greenlet"].getcurrent().parent is None
    return plugin.blockon if is_main else None


def is_awaited_here() -> bool:
    """Whether an event loop runs here, so that waiting means to await."""
    return running_loop() is not None and find_blocking() is None


def turn_reactor() -> None:
    """Let a reactor that runs beside the tests do what is due; others do that while they run."""
    blocking = find_blocking()
    if blocking is not None:
        for _ in range(_TURNS):
            blocking(deferLater(installed_reactor(), 0))


def block(blocking: Callable[[Deferred[Any]], Any], given: Any, seconds: float) -> Any:
    """Wait in a plain test, while the reactor runs.

    Args:
        blocking: What waits for a Deferred.
        given: What is awaited, or a function that returns it.
        seconds: After how many seconds it is cancelled.

    Raises:
        TimeoutError: It took longer.
    """
    reactor: Any = installed_reactor()
    is_late: list[bool] = []

    def give_up() -> None:
        is_late.append(True)
        waiting.cancel()

    waiting = start_entry(enter(given() if callable(given) else given))
    timer = reactor.callLater(seconds, give_up)
    try:
        return blocking(waiting)
    except CancelledError:
        if is_late:
            raise TimeoutError(f"not done after {seconds:g} s") from None
        raise
    finally:
        if timer.active():
            timer.cancel()
