"""`Pool`: the threads of a database, each with a connection, by `twisted.enterprise.adbapi`."""

from __future__ import annotations

import contextlib
import functools
import importlib
import threading
from typing import TYPE_CHECKING, Any, TypeVar, final

from twisted.enterprise.adbapi import ConnectionPool

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from hostkit.database._engine import Engine, Held

T = TypeVar("T")


@final
class OwnConnection:
    """The connection of a database that is used without threads.

    Args:
        engine: Knows the database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Any = None

    def get(self) -> Any:
        """Return the driver's connection."""
        if self._connection is None:
            self._engine.make()
            driver = importlib.import_module(self._engine.driver)
            connection = driver.connect(**self._engine.arguments())
            _prepare(self._engine, connection)
            self._connection = connection
        return self._connection

    def drop(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


@final
class _ThreadConnection:
    """The connection that a pool keeps for the thread in which this is used.

    Unlike adbapi's own, it leaves transactions alone, and connects when it is asked to, so that
    what goes wrong then can be tried again.

    Args:
        engine: Knows the database.
        pool: Keeps the connections.
    """

    def __init__(self, engine: Engine, pool: Any) -> None:
        self._engine = engine
        self._pool = pool

    def get(self) -> Any:
        """Return the driver's connection."""
        if self._kept() is None:
            self._engine.make()
        return self._pool.connect()

    def drop(self) -> None:
        """Close the connection, if there is one."""
        kept = self._kept()
        if kept is not None:
            self._pool.disconnect(kept)

    def _kept(self) -> Any:
        return self._pool.connections.get(self._pool.threadID())

    def commit(self) -> None:
        """Called by adbapi when all is done."""

    def rollback(self) -> None:
        """Called by adbapi when something has failed."""


@final
class _Loop:
    """The event loop of a host, as what adbapi needs of a reactor.

    Args:
        call_on_loop: Calls a function on the thread of the event loop.
    """

    def __init__(self, call_on_loop: Callable[..., object]) -> None:
        self._call_on_loop = call_on_loop

    def callFromThread(self, function: Callable[..., object], *args: object) -> None:  # noqa: N802
        """Call a function on the thread of the event loop."""
        with contextlib.suppress(RuntimeError):  # it was closed: there is no caller any more
            self._call_on_loop(function, *args)

    def callWhenRunning(self, function: Callable[[], object]) -> None:  # noqa: N802
        """Call a function now: it runs."""
        function()

    def addSystemEventTrigger(self, *_: object) -> None:  # noqa: N802
        """Do nothing: the host closes the pool."""


@final
class Pool:
    """A bounded number of threads, each with a connection of its own.

    Args:
        engine: Knows the database.
        most: How many threads there are at most; they are started as they are needed.
        call_on_loop: Calls a function on the thread of the event loop.
    """

    def __init__(self, engine: Engine, most: int, call_on_loop: Callable[..., object]) -> None:
        pool: Any = ConnectionPool(
            engine.driver,
            **engine.arguments(),
            cp_reactor=_Loop(call_on_loop),
            cp_min=0,
            cp_max=most,
            cp_openfun=functools.partial(_prepare, engine),
        )
        self._pool = pool
        pool.connectionFactory = functools.partial(_ThreadConnection, engine)
        pool.threadpool.name = "hostkit-database"
        # A function of a module that never returns must not keep the process alive.
        pool.threadpool.threadFactory = functools.partial(threading.Thread, daemon=True)

    def run(self, work: Callable[[Held], T]) -> Deferred[T]:
        """Call a function in a thread, with the connection of that.

        Returns:
            Fires with its result, on the thread of the event loop.
        """
        deferred: Deferred[T] = self._pool.runWithConnection(work)
        return deferred

    def close(self) -> None:
        """End all threads and close their connections; waits for what they do."""
        self._pool.close()


def _prepare(engine: Engine, connection: Any) -> None:
    try:
        engine.prepare(connection)
    except BaseException:
        connection.close()
        raise
