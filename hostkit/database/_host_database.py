"""`HostDatabase`: the database that the modules of a host share."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.internet.defer import Deferred, DeferredList
from twisted.python.failure import Failure

from hostkit.database._job import Job
from hostkit.database._work import carry_out
from hostkit.logs import logger_of
from hostkit.loops import Home, find_call_from_thread, find_clock, in_thread, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.database._engine import Engine, Held
    from hostkit.database._pool import OwnConnection, Pool

_SLOW_SECONDS: Final = 1.0
_CLOSE_SECONDS: Final = 5.0
"""How long the interactions in flight are waited for when the database is closed."""

_STOPPED: Final = "the host was stopped"


@final
@attrs.frozen(eq=False)
class _InFlight:
    """An interaction that a thread does, or will do.

    Attributes:
        result: What its caller waits for.
        ended: Fires when the thread has done with it.
    """

    result: Deferred[Any]
    ended: Deferred[None] = attrs.field(factory=Deferred)


@final
class HostDatabase:
    """The database that the modules of a host share; opened when it is used for the first time.

    On an event loop, interactions run in threads: of SQLite one that writes and some that read, as
    it has one writer. Where there is none, and for a database in memory, they run at once in the
    thread of the caller.

    Args:
        make_engine: Makes what knows the database.
        most: How many threads, each with a connection, there are at most.
        seconds: How long an interaction may take.
        redact: Takes secrets out of what is shown.

    Attributes:
        ready: The schemas that are up to date.
    """

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        *,
        most: int = 5,
        seconds: float = 30.0,
        redact: Callable[[str], str] = str,
    ) -> None:
        self._make_engine = make_engine
        self._most = most
        self._seconds = seconds
        self._redact = redact
        self._own: OwnConnection | None = None
        self._pools: dict[bool, Pool] = {}
        self._running: dict[Job, _InFlight] = {}
        self._is_closed = False
        self._home: Home | None = None
        self.ready: set[object] = set()

    @functools.cached_property
    def engine(self) -> Engine:
        """What knows the database."""
        return self._make_engine()

    @property
    def is_in_use(self) -> bool:
        """Whether it has connections."""
        return self._own is not None or bool(self._pools)

    def open(self) -> None:
        """Allow interactions on this thread, again if it was closed."""
        self._is_closed = False
        self._move_to(Home.here())

    def job(
        self, module: str, description: str, function: Callable[..., Any], *args: Any, **how: Any
    ) -> Job:
        """Describe an interaction.

        Args:
            module: The module's name.
            description: What the module calls it.
            function: What is called with the transaction.
            args: What else it is called with.
            how: Other fields of `Job`.
        """
        how = {"seconds": self._seconds, "redact": self._redact, **how}
        return Job(module, description, function, args, **how)

    async def run(self, job: Job) -> Any:
        """Do an interaction.

        Args:
            job: The interaction.

        Returns:
            What its function returns.

        Raises:
            DatabaseError: The database cannot do it, or is closed (HK519).
            HostkitError: This is another thread than that of the host's event loop.
        """
        if self._is_closed:
            raise job.closed(_STOPPED)
        if self._home is not None:
            self._home.check("the database is used")
        home = Home.here()
        if self._home is None or self._home.loop is not home.loop:
            self._move_to(home)
        call_on_loop = None if self.engine.is_memory else find_call_from_thread()
        if call_on_loop is None:
            result = self.run_here(job)
        else:
            result = await self._run_in_thread(job, call_on_loop)
        if job.elapsed_seconds > _SLOW_SECONDS:
            logger_of(job.module).warning(
                "module %r: the database interaction %r took %.1fs (%.1fs until a thread was free)",
                job.module,
                job.description,
                job.elapsed_seconds,
                job.waited_seconds or 0.0,
            )
        return result

    def _move_to(self, home: Home) -> None:
        """Use the database from another event loop, such as one after the one before."""
        before = None if self._home is None else self._home.loop
        if before is not None and before.is_closed():
            self._running.clear()  # whose ends it would have been notified of
        if self._pools:
            pools, self._pools = [*self._pools.values()], {}
            _start(functools.partial(_close_all, pools), "hostkit-database-close")
        self._home = home

    def run_here(self, job: Job) -> Any:
        """Do an interaction in this thread, which waits for it; see `run`."""
        if self._own is None:
            from hostkit.database._pool import OwnConnection  # noqa: PLC0415 -- adbapi is large

            self._own = OwnConnection(self.engine)
        return carry_out(self.engine, self._own, job)

    def close_here(self) -> None:
        """Close the connection of `run_here`, if there is one."""
        own, self._own = self._own, None
        if own is not None:
            own.drop()

    async def _run_in_thread(self, job: Job, call_on_loop: Callable[..., object]) -> Any:
        pool = self._pool(job, call_on_loop)
        self._running[job] = _InFlight(Deferred(lambda _: _abandon(job)))
        result = self._running[job].result
        pool.run(functools.partial(_carry_out, self.engine, job)).addBoth(self._finish, job)
        timer = None
        if job.seconds is not None:
            # The thread may not have come to it by then, or wait for what does not answer.
            timer = find_clock(None).call_later(job.seconds, self._expire, job)
        try:
            return await settle(result)
        finally:
            if timer is not None and not job.is_expired:
                timer.cancel()

    def _pool(self, job: Job, call_on_loop: Callable[..., object]) -> Pool:
        # One thread that writes, so that others in this process wait in a queue and not for locks.
        reads = self.engine.writers is not None and job.mode.reads_only
        pool = self._pools.get(reads)
        if pool is None:
            from hostkit.database._pool import Pool  # noqa: PLC0415 -- adbapi is large

            most = self._most if self.engine.writers is None else self.engine.writers
            most = max(self._most - most, 1) if reads else most
            pool = self._pools[reads] = Pool(self.engine, most, call_on_loop)
        return pool

    def _finish(self, outcome: Any, job: Job) -> None:
        in_flight = self._running.pop(job)
        in_flight.ended.callback(None)
        if not in_flight.result.called:  # or else the caller has gone
            # A Deferred that is called back with a Failure fails.
            in_flight.result.callback(outcome)

    def _expire(self, job: Job) -> None:
        job.is_expired = True
        self._fail(job, job.timed_out(self._reason_to_wait(job)))

    def _reason_to_wait(self, job: Job) -> str:
        """Name what holds up an interaction that no thread has come to, in brackets."""
        begun = [each for each in self._running if each.waited_seconds is not None]
        if job.waited_seconds is not None or not begun:
            return ""
        longest = max(begun, key=lambda each: each.elapsed_seconds)
        return (
            f" (it waited for others; longest in flight is {longest.description!r} of module "
            f"{longest.module!r}, for {longest.elapsed_seconds:.1f}s)"
        )

    def end(self, job: Job, reason: str) -> None:
        """End an interaction that is in flight, if it is.

        Args:
            job: The interaction. Nothing of it is committed, unless that has begun.
            reason: What its caller gets to know.
        """
        self._fail(job, job.closed(reason))

    def _fail(self, job: Job, error: Exception) -> None:
        in_flight = self._running.get(job)
        if in_flight is not None and not in_flight.result.called:
            _abandon(job)
            in_flight.result.errback(Failure(error))

    async def close(self, seconds: float = _CLOSE_SECONDS) -> None:
        """Refuse interactions, end those in flight, and close all connections.

        Args:
            seconds: How long those in flight are waited for.
        """
        self._is_closed = True
        self.ready.clear()  # what is in memory is gone
        for job in [*self._running]:
            self.end(job, _STOPPED)
        try:
            await _within([each.ended for each in self._running.values()], seconds)
        finally:
            self.close_here()
            pools, self._pools = [*self._pools.values()], {}
            for job in self._running:
                said = "module %r: the database interaction %r does not end: it is left behind"
                logger_of(job.module).warning(said, job.module, job.description)
            if pools and not self._running:
                await in_thread(functools.partial(_close_all, pools), "hostkit-database-close")


def _abandon(job: Job) -> None:
    job.leave()
    if job.interrupt is not None:
        # It talks to the server, which may not answer.
        _start(job.stop, "hostkit-database-interrupt")


def _start(function: Callable[[], None], name: str) -> None:
    threading.Thread(target=function, name=name, daemon=True).start()


async def _within(ends: Sequence[Deferred[None]], seconds: float) -> None:
    if not ends:
        return
    done: Deferred[None] = Deferred()

    def finish(_: object = None) -> None:
        if not done.called:
            done.callback(None)

    timer = find_clock(None).call_later(seconds, finish)
    DeferredList(ends).addCallback(finish)
    await settle(done)
    if all(each.called for each in ends):
        timer.cancel()


def _close_all(pools: Sequence[Pool]) -> None:
    for pool in pools:
        pool.close()


def _carry_out(engine: Engine, job: Job, held: Held) -> Any:
    job.begin()
    return carry_out(engine, held, job)
