"""What modules do in the background: loops, calls, threads; and in which process."""

from hostkit.background._call import BackgroundCall
from hostkit.background._checks import (
    check_call,
    check_thread_function,
    function_name,
    milliseconds_of,
    seconds_of,
)
from hostkit.background._duty import Duty
from hostkit.background._loop import BackgroundLoop
from hostkit.background._run import Ended, Ledger, Run
from hostkit.background._threads import ThreadCounts, Threads
from hostkit.background._work import BackgroundCounts, BackgroundWork
from hostkit.background._worker import Worker

__all__ = [
    "BackgroundCall",
    "BackgroundCounts",
    "BackgroundLoop",
    "BackgroundWork",
    "Duty",
    "Ended",
    "Ledger",
    "Run",
    "ThreadCounts",
    "Threads",
    "Worker",
    "check_call",
    "check_thread_function",
    "function_name",
    "milliseconds_of",
    "seconds_of",
]
