"""Worker processes that exist in memory only, and what makes a fleet of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from hostkit.config import from_mapping
from hostkit.errors import HostkitError
from hostkit.workers import Events, Fleet, Listener, Member, Version, Worker


def version(number: int = 1, **sockets: Any) -> Version:
    """Make a version of a config file."""
    return Version(number, from_mapping({}), sockets)


class FakeProcess:
    """A process, which does what a test says."""

    last_lines = ("it has written this",)

    def __init__(self, pid: int, name: str, version: Version, events: Events) -> None:
        self.pid = pid
        self.name = name
        self.version = version
        self.events = events
        self.sent: list[Mapping[str, Any]] = []
        self.sockets: list[Any] = []
        self.messages: list[bytes] = []
        self.is_killed = False

    def send(self, frame: Mapping[str, Any], sockets: Sequence[Any] = ()) -> None:
        self.sent.append(frame)
        self.sockets += sockets

    def send_message(self, data: bytes) -> None:
        self.messages.append(data)

    def kill(self) -> None:
        self.is_killed = True

    def say(self, what: str, **more: Any) -> None:
        self.events.received({"is": what, **more})

    def end(self, how: str = "killed by SIGKILL") -> None:
        self.events.ended(how)

    def did(self, what: str) -> list[Mapping[str, Any]]:
        """Give what it was told to do of a kind."""
        return [frame for frame in self.sent if frame["do"] == what]


class Processes:
    """Begins processes in memory, and remembers them."""

    def __init__(self) -> None:
        self.all: list[FakeProcess] = []
        self.fails = False

    def __call__(self, slot: int, name: str, version: Version, events: Events) -> FakeProcess:
        if self.fails:
            raise OSError("no more processes")
        self.all.append(FakeProcess(100 + len(self.all), name, version, events))
        return self.all[-1]

    @property
    def last(self) -> FakeProcess:
        return self.all[-1]

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.all]


class Recording(Listener):
    """Records what becomes of processes."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, ...]] = []

    def ready(self, member: Member) -> None:
        self.seen.append(("ready", member.worker))

    def ended(self, member: Member, how: str) -> None:
        self.seen.append(("ended", member.worker, how))

    def failed(self, worker: Worker, how: str) -> None:
        self.seen.append(("failed", worker.name, how))


def make_fleet(count: int = 2, *, ready: bool = True) -> tuple[Fleet, Processes, Clock]:
    """Make a fleet whose workers serve."""
    clock, processes = Clock(), Processes()
    fleet = Fleet([f"w{number + 1}" for number in range(count)], processes, clock)
    fleet.version = version()
    if ready:
        fleet.start_all()
        for process in processes.all:
            process.say("ready")
    return fleet, processes, clock


class FakeFiles:
    """Gives versions, or refuses to."""

    def __init__(self) -> None:
        self.waits = False
        self.waiting: list[Deferred[None]] = []
        self.error: HostkitError | None = None
        self.pruned: list[str] = []
        self.file = from_mapping({})
        self.reads = 0

    async def read(self, generation: int) -> Version:
        self.reads += 1
        if self.waits:
            waiting: Deferred[None] = Deferred()
            self.waiting.append(waiting)
            await waiting
        await (succeed(None) if self.error is None else fail(self.error))
        return Version(generation, self.file)

    def prune(self, used: list[Version]) -> list[str]:
        return self.pruned
