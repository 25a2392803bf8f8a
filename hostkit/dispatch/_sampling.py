"""`Sampler`: measure some calls of every hook, at no cost to the others."""

from __future__ import annotations

import time
import weakref
from typing import TYPE_CHECKING, Final, final

from hostkit.loops import installed_reactor, running_loop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hostkit.dispatch._chain import Chain
    from hostkit.dispatch._keyed import KeyedChain
    from hostkit.loops import CallLater, Cancellable, Home

INTERVAL_SECONDS: Final = 0.1
"""How long after a measured call the next call of the same hook is measured."""

_SUSPICIOUS_SECONDS: Final = 60.0


@final
class Sampler:
    """Measures the first call of each hook, and then the first one in every interval.

    Nothing is scheduled while nothing is called. What is scheduled belongs to the event loop of the
    call, which may be another one than the host was started on, and may end before it is time.

    Args:
        chains: The chains to measure, with those of all their keys.
        call_later: The clock; by default that of whichever event loop runs.
        home: Where the host was started: calls on other threads are refused. Only those that are
            looked at can be: the first one, one in each interval, and after one was refused, all
            of the next minute.
    """

    def __init__(
        self,
        chains: Iterable[Chain | KeyedChain],
        call_later: CallLater | None = None,
        home: Home | None = None,
    ) -> None:
        self._chains = [part for chain in chains for part in chain.parts if part.callbacks]
        self._call_later = call_later
        self._home = home
        self._waiting: weakref.WeakValueDictionary[Chain, _Alarm] = weakref.WeakValueDictionary()
        # Until when calls are not measured, of chains that are looked at before.
        self._due: dict[Chain, float] = {}
        self._suspicious_until = 0.0

    def start(self) -> None:
        """Have the next call of every hook measured."""
        for chain in self._chains:
            chain.arm(self._opened)

    def stop(self, since: float | None = None) -> None:
        """Measure no more.

        Args:
            since: The time to record for denials from now on, by calls that are still going on.
        """
        self._cancel_all()
        for chain in self._chains:
            chain.open_window(since)

    def rearm(self, chain: Chain, *, is_over: bool) -> None:
        """Have the next call of a chain looked at.

        Args:
            chain: The chain.
            is_over: Whether the interval is over.
        """
        if is_over:
            self._due.pop(chain, None)
        chain.arm(self._opened)

    def _cancel_all(self) -> None:
        for alarm in list(self._waiting.values()):
            alarm.cancel()
        self._waiting.clear()

    def _opened(self, chain: Chain) -> bool:
        """Look at a call that begins, and say whether it is measured."""
        now = time.monotonic()
        if self._home is not None:
            try:
                self._home.check(f"hooks such as {chain.spec.full_name} are called")
            except Exception:
                self._suspicious_until = now + _SUSPICIOUS_SECONDS
                self._cancel_all()
                self.start()
                raise
        if now < self._due.get(chain, 0.0):
            return False
        self._due[chain] = now + INTERVAL_SECONDS
        chain.open_window(time.time())
        call_later = self._find_clock() if now >= self._suspicious_until else None
        if call_later is None or not self._schedule(chain, call_later):
            chain.arm(self._opened)
        return True

    def _find_clock(self) -> CallLater | None:
        """Find a clock that runs."""
        if self._call_later is not None:
            return self._call_later
        loop = running_loop()
        if loop is not None:
            return loop.call_later
        reactor = installed_reactor()
        return reactor.callLater if getattr(reactor, "running", False) else None

    def _schedule(self, chain: Chain, call_later: CallLater) -> bool:
        alarm = _Alarm(self, chain)
        try:
            alarm.schedule(call_later)
        except RuntimeError:  # the loop of that clock is closed
            alarm.cancel()
            return False
        self._waiting[chain] = alarm
        return True


@final
class _Alarm:
    """Has a chain armed when the interval is over, or as soon as its event loop is gone.

    Only the loop keeps it. When that is closed, it drops what it was to call.
    """

    def __init__(self, sampler: Sampler, chain: Chain) -> None:
        self._sampler = sampler
        self._chain = chain
        self._handle: Callable[[], Cancellable | None] = lambda: None
        self._kept: _Alarm | None = None
        self._is_over = False

    def schedule(self, call_later: CallLater) -> None:
        """Have it called.

        Raises:
            RuntimeError: The event loop of the clock is closed.
        """
        handle = call_later(INTERVAL_SECONDS, self)
        try:
            self._handle = weakref.ref(handle)  # which keeps what it calls
        except TypeError:  # a clock of the host's own, which may keep nothing
            self._handle, self._kept = lambda: handle, self

    def cancel(self) -> None:
        """Do not have it called."""
        self._is_over, self._kept = True, None
        handle = self._handle()
        if handle is not None:
            handle.cancel()

    def __call__(self) -> None:
        self._is_over, self._kept = True, None
        self._sampler.rearm(self._chain, is_over=True)

    def __del__(self) -> None:
        if not self._is_over:
            self._sampler.rearm(self._chain, is_over=False)
