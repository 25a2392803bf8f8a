"""A process with a cache, which a test stops and continues: prints what it looks up when asked."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from hostkit import cached
from hostkit.caching import Invalidations
from hostkit.messages import Messages, RedisChannel


class Names:
    """Looks a name up in a file.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached()
    async def find(self) -> str:
        return self._path.read_text()


async def main(url: str, path: str) -> None:
    """Answer each line of the standard input."""
    messages = Messages(RedisChannel(url))
    names, invalidations = Names(Path(path)), Invalidations(messages)
    invalidations.add("names", names.find)
    await messages.open()
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(await names.find(), messages.counts.connections, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
