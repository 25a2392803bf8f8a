"""`Worker`: one of the workers of a host; and `Listener`, who is notified of its processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import attrs

from hostkit.workers._member import Member, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hostkit.workers._member import Version
    from hostkit.workers._respawning import Respawning


class Listener:
    """What is notified of what becomes of processes; all of it does nothing here."""

    def ready(self, member: Member) -> None:
        """A process serves."""

    def ended(self, member: Member, how: str) -> None:
        """A process has ended."""

    def received(self, member: Member, frame: dict[str, Any]) -> None:
        """A process has said something else."""

    def message(self, member: Member, data: bytes) -> None:
        """A process has a message for the others."""

    def failed(self, worker: Worker, how: str) -> None:
        """A worker has failed: it gets no other process."""


@final
@attrs.define(eq=False)
class Worker:
    """One of the workers.

    Attributes:
        slot: Its number, from 0.
        name: Its name.
        respawning: When it gets another process.
        members: Its processes: one, or two while one replaces the other.
        is_stopped: Whether an operator has stopped it.
        has_failed: Whether its processes have ended too often.
        alarm: When the next process begins, if that is scheduled.
        ends: How many of its processes have ended although they were to go on.
        last_end: How the last one has ended.
        version: What its next process is given, while a restart has not reached all workers.
    """

    slot: int
    name: str
    respawning: Respawning
    members: list[Member] = attrs.field(factory=list)
    is_stopped: bool = False
    has_failed: bool = False
    alarm: Any = None
    ends: int = 0
    last_end: str | None = None
    version: Version | None = None

    @property
    def serving(self) -> Member | None:
        """Its process that serves, if there is one."""
        return next((each for each in self.members if each.is_ready), None)

    @property
    def state(self) -> State:
        """What it is doing."""
        states = [each.state for each in self.members]
        for state in (State.READY, State.STARTING, State.STOPPING):
            if state in states:
                return state
        if self.is_stopped:
            return State.STOPPED
        return State.FAILED if self.has_failed else State.WAITING


def describe(member: Member, now: float) -> Mapping[str, Any]:
    """Describe a process for an operator.

    Args:
        member: The process.
        now: Monotonic seconds.
    """
    return {
        "pid": member.handle.pid,
        "state": str(member.state),
        "generation": member.version.generation,
        "uptime_seconds": round(now - member.began, 3),
        "does_tasks": member.does_tasks,
    }
