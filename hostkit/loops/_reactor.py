"""`find_reactor`: a Twisted reactor that works where this is called, on every event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import attrs
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from hostkit.loops._home import installed_reactor, running_loop

if TYPE_CHECKING:
    from collections.abc import Callable


def _nothing() -> None:
    """Close nothing: a reactor that is installed belongs to the program."""


@final
@attrs.frozen
class UsedReactor:
    """A reactor that works on the event loop that runs.

    Attributes:
        reactor: The reactor.
        close: Ends what belongs to it; called when nothing uses it any more.
    """

    reactor: Any
    close: Callable[[], None] = _nothing


def find_reactor() -> UsedReactor:
    """Find the reactor of the event loop that runs, or make one on it.

    In a program that has only asyncio, Twisted's protocols need a reactor as well. One is made on
    the running loop, which the program goes on to run; it is not installed.
    """
    loop = running_loop()
    installed = installed_reactor()
    if loop is None:
        from twisted.internet import reactor  # noqa: PLC0415 -- importing it installs it

        return UsedReactor(reactor)
    if installed is not None and getattr(installed, "_asyncioEventloop", None) is loop:
        return UsedReactor(installed)
    from twisted.internet.asyncioreactor import AsyncioSelectorReactor  # noqa: PLC0415

    made: Any = AsyncioSelectorReactor(loop)

    def close() -> None:
        # Among them is the pipe by which threads wake it, which the loop would go on to read.
        for reader in made.getReaders():
            made.removeReader(reader)
            reader.connectionLost(Failure(ConnectionDone()))

    return UsedReactor(made, close)
