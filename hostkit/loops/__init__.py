"""Event loops of both kinds: awaiting asyncio's and Twisted's things, clocks, shields, threads."""

from hostkit.loops._backoff import Backoff, evenly
from hostkit.loops._cancelling import (
    INTERRUPTS,
    NEVER,
    PERHAPS_CALLERS,
    Entrance,
    Interruptible,
    Owner,
    attempt,
    is_callers,
    is_task_cancelled,
    leaves_of,
)
from hostkit.loops._clocks import (
    CallLater,
    Cancellable,
    Clock,
    find_clock,
    make_monotonic,
    measure_by,
    monotonic_seconds,
    seconds_of,
)
from hostkit.loops._entry import (
    ADVISABLE,
    advise,
    enter,
    is_awaitable,
    settle,
    start_entry,
)
from hostkit.loops._forks import ForkGuard, Withheld
from hostkit.loops._home import Home, installed_reactor, running_loop, waiting_loop
from hostkit.loops._lifetime import Lifetime
from hostkit.loops._limited import Limit, Limited
from hostkit.loops._reactor import UsedReactor, find_reactor
from hostkit.loops._shield import DetachedTasks, Protect, ShieldedCall, shield, take_over_context
from hostkit.loops._side_loop import SideLoop
from hostkit.loops._steps import current_task
from hostkit.loops._threads import find_call_from_thread, in_thread

__all__ = [
    "ADVISABLE",
    "INTERRUPTS",
    "NEVER",
    "PERHAPS_CALLERS",
    "Backoff",
    "CallLater",
    "Cancellable",
    "Clock",
    "DetachedTasks",
    "Entrance",
    "ForkGuard",
    "Home",
    "Interruptible",
    "Lifetime",
    "Limit",
    "Limited",
    "Owner",
    "Protect",
    "ShieldedCall",
    "SideLoop",
    "UsedReactor",
    "Withheld",
    "advise",
    "attempt",
    "current_task",
    "enter",
    "evenly",
    "find_call_from_thread",
    "find_clock",
    "find_reactor",
    "in_thread",
    "installed_reactor",
    "is_awaitable",
    "is_callers",
    "is_task_cancelled",
    "leaves_of",
    "make_monotonic",
    "measure_by",
    "monotonic_seconds",
    "running_loop",
    "seconds_of",
    "settle",
    "shield",
    "start_entry",
    "take_over_context",
    "waiting_loop",
]
