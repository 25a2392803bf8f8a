"""`Barrier`: where a reload waits until all workers have prepared it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from twisted.internet.defer import Deferred

from hostkit.errors import HostkitError
from hostkit.loops import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.config import HostFile
    from hostkit.errors import Problem

_DISCARDED = "another worker could not prepare it, or a newer reload has replaced this one"


@final
class Barrier:
    """The last companion of a host's reloads: new modules are started, and new listeners open.

    Args:
        send: Says something to the supervisor.

    Attributes:
        number: Names the reload that is prepared.
    """

    def __init__(self, send: Callable[[dict[str, Any]], object]) -> None:
        self._send = send
        self._gate: Deferred[None] | None = None
        self._discarded = -1
        self.number = 0

    def check(self, _file: HostFile) -> tuple[Problem, ...]:
        """Find nothing wrong: what is wrong with a file the others find out."""
        return ()

    async def prepare(self, _file: HostFile) -> None:
        """Say that all is ready, and wait for what the supervisor decides.

        Raises:
            HostkitError: It is discarded.
        """
        if self._discarded >= self.number:
            raise HostkitError(_DISCARDED)
        self._gate = gate = Deferred[None]()
        self._send({"is": "prepared", "number": self.number})
        try:
            await settle(gate)
        finally:
            self._gate = None

    async def undo(self) -> None:
        """Do nothing: there is nothing to be undone."""

    def commit(self, number: int) -> None:
        """Take over what was prepared.

        Args:
            number: Names the reload.
        """
        if number == self.number and self._gate is not None:
            self._gate.callback(None)

    def discard(self, number: int) -> None:
        """Give up what is prepared, now or as soon as it is.

        Args:
            number: Names the reload.
        """
        self._discarded = number
        if number == self.number and self._gate is not None:
            self._gate.errback(HostkitError(_DISCARDED))
