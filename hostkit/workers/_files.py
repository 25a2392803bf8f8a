"""`ConfigSource`: reads the config file once for all workers, and opens what it needs."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, final

from hostkit.config import load
from hostkit.errors import ConfigErrors
from hostkit.loops import in_thread, settle
from hostkit.web import SocketOpener
from hostkit.workers._member import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hostkit.config import HostFile
    from hostkit.errors import Problem
    from hostkit.web import OpenSockets


@final
class ConfigSource:
    """The config file of a supervisor, of which no module is imported here.

    Args:
        name: The file.
        check: Finds what else is wrong with the settings.
        reactor: The Twisted reactor.
        count: How many workers there are.
    """

    def __init__(
        self,
        name: str,
        check: Callable[[HostFile], Iterable[Problem]],
        reactor: Any,
        count: int,
    ) -> None:
        self._name = name
        self._check = check
        self._opener = SocketOpener(reactor, count)
        self._open: dict[str, OpenSockets] = {}

    async def read(self, generation: int) -> Version:
        """Read the file in a thread, and open the sockets of listeners that are new.

        Args:
            generation: The number of the version.

        Raises:
            ConfigErrors: All that is wrong with it, as far as that shows without its modules.
        """
        file = await in_thread(functools.partial(load, self._name), "hostkit-reading")
        return await self.take(file, generation)

    async def take(self, file: HostFile, generation: int) -> Version:
        """Open the sockets of a file that was read.

        Args:
            file: What was read.
            generation: The number of the version.

        Raises:
            ConfigErrors: All that is wrong with it.
        """
        problems = tuple(self._check(file))
        if problems:
            raise ConfigErrors(problems)
        sockets = await self._opener.open(file, self._open)
        self._open |= sockets
        return Version(generation, file, sockets)

    async def close(self) -> None:
        """Close all sockets: no process is to go on with them."""
        while self._open:
            await settle(self._open.popitem()[1].close())

    def prune(self, used: Sequence[Version]) -> list[str]:
        """Close the sockets of places that no version uses.

        Args:
            used: The versions that processes run, or may run.

        Returns:
            The keys of the places.
        """
        needed = {key for version in used for key in version.sockets}
        gone = [key for key in self._open if key not in needed]
        for key in gone:
            self._open.pop(key).close()
        return gone
