"""`Member`: one process of a worker, as its supervisor sees it; and `Version`, what it runs."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import TYPE_CHECKING, Any, Protocol, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hostkit.config import HostFile
    from hostkit.web import OpenSockets


@final
@unique
class State(StrEnum):
    """What a worker, or one of its processes, is doing."""

    STARTING = "starting"
    """Its process builds and starts the modules."""
    READY = "ready"
    """Its process serves."""
    STOPPING = "stopping"
    """Its process answers the requests in flight, and then ends."""
    WAITING = "waiting"
    """Its process has ended, and another one begins after a pause."""
    FAILED = "failed"
    """Its processes have ended too often, so no other one begins."""
    STOPPED = "stopped"
    """An operator has stopped it."""


@final
@attrs.frozen(eq=False)
class Version:
    """A config file as it was read once, which all processes get from the supervisor's memory.

    Attributes:
        generation: Its number among those that were taken over, from 1.
        file: What was read.
        sockets: The open sockets of its listeners, by the keys of their places.
        switches: Which modules were enabled, disabled or put into shadow mode, by name: the command
            that did so, and who gave it.
    """

    generation: int
    file: HostFile
    sockets: Mapping[str, OpenSockets] = attrs.field(factory=dict)
    switches: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict)

    def as_frame(self) -> dict[str, Any]:
        """Write it for a worker process."""
        return {
            "generation": self.generation,
            "file": self.file.name,
            "text": self.file.text,
            "switches": {name: made["command"] for name, made in self.switches.items()},
        }


class Handle(Protocol):
    """A process of the system."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def last_lines(self) -> Sequence[str]:
        """The last lines that it has written."""

    def send(self, frame: Mapping[str, Any], sockets: Sequence[OpenSockets] = ()) -> None:
        """Say something to it.

        Args:
            frame: What is said.
            sockets: What goes with it.
        """

    def send_message(self, data: bytes) -> None:
        """Pass messages of the host's processes on to it."""

    def kill(self) -> None:
        """End it at once."""


@final
@attrs.define(eq=False)
class Member:
    """One process of a worker.

    Attributes:
        worker: The worker's name.
        slot: The worker's number, from 0.
        version: What it runs; what it has begun to take over is not yet counted.
        began: When it was begun, in monotonic seconds.
        handle: The process.
        state: What it is doing.
        answered: When it has answered last.
        is_silent: Whether it has not answered for a while.
        does_tasks: Whether it does the work that only one process does.
        wanted: Whether it is to go on: if it ends nevertheless, that is a failure.
    """

    worker: str
    slot: int
    version: Version
    began: float
    handle: Handle
    state: State = State.STARTING
    answered: float = 0.0
    is_silent: bool = False
    does_tasks: bool = False
    wanted: bool = True

    @property
    def is_ready(self) -> bool:
        """Whether it serves."""
        return self.state is State.READY


class Spawn(Protocol):
    """Begins processes."""

    def __call__(self, slot: int, name: str, version: Version, events: Events) -> Handle:
        """Begin a process of a worker.

        Args:
            slot: The worker's number.
            name: The worker's name.
            version: What it is to run.
            events: Is notified of what becomes of it, but not before this has returned.

        Raises:
            OSError: The system begins no more processes.
        """


@final
@attrs.frozen
class Events:
    """What a process notifies its supervisor of.

    Attributes:
        received: It has said something.
        message: It has a message for the other processes.
        ended: It has ended, in a way that is described in words.
    """

    received: Callable[[dict[str, Any]], None]
    message: Callable[[bytes], None]
    ended: Callable[[str], None]
