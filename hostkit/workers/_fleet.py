"""`Fleet`: all workers of a host, each of which is to have one process that serves."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, final

from hostkit.loops import seconds_of
from hostkit.workers._member import Events, Member, State
from hostkit.workers._respawning import Respawning
from hostkit.workers._worker import Listener, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.workers._member import Spawn, Version

_log: Final = logging.getLogger("hostkit.workers")


@final
class Fleet:
    """Begins the processes of all workers, and others when they end.

    It is what it does with processes that it decides; nothing here waits, and all is called on the
    thread of the reactor.

    Args:
        names: The workers' names.
        spawn: Begins a process.
        clock: When others begin.

    Attributes:
        workers: The workers, by their number.
        seconds: Reads monotonic seconds.
        version: What a process is given that begins now.
        listeners: Are notified of what becomes of processes.
        does_tasks: Whether one of the workers does the work that only one process does.
        is_stopping: Whether all of them are to end.
    """

    def __init__(self, names: Sequence[str], spawn: Spawn, clock: Any) -> None:
        self._spawn = spawn
        self._clock = clock
        self.seconds = seconds_of(clock)
        self.workers = tuple(
            Worker(slot, name, Respawning(self.seconds)) for slot, name in enumerate(names)
        )
        self.version: Version | None = None
        self.listeners: list[Listener] = []
        self.does_tasks = True
        self.is_stopping = False
        self._covered: dict[int, tuple[int, ...]] = {}

    @property
    def ready(self) -> list[Member]:
        """The processes that serve, one for each worker at most."""
        serving = (worker.serving for worker in self.workers)
        return [member for member in serving if member is not None]

    @property
    def members(self) -> list[Member]:
        """All processes."""
        return [member for worker in self.workers for member in worker.members]

    def start(self, worker: Worker, version: Version | None = None) -> Member | None:
        """Begin a process of a worker.

        Args:
            worker: The worker.
            version: What it is to run, if that is not what others are given.

        Returns:
            The process; `None` if the system begins no more.
        """
        if worker.alarm is not None:
            worker.alarm.cancel()
            worker.alarm = None
        worker.has_failed = False
        version = version or worker.version or self.version
        assert version is not None  # noqa: S101 -- given before the first process begins
        made: list[Member] = []
        events = Events(
            lambda frame: self._receive(made[0], frame),
            lambda data: self._pass_on(made[0], data),
            lambda how: self._end(worker, made[0], how),
        )
        began = self.seconds()
        try:
            handle = self._spawn(worker.slot, worker.name, version, events)
        except OSError as error:
            _log.error("no process can be begun for worker %s: %s", worker.name, error)
            self._come_back(worker, began, was_ready=False, how=str(error))
            return None
        made.append(Member(worker.name, worker.slot, version, began, handle))
        worker.members.append(made[0])
        return made[0]

    def take(self, version: Version) -> None:
        """Give a version to all processes that begin from now on.

        Args:
            version: The version, which serves.
        """
        self.version = version
        for worker in self.workers:
            worker.version = None

    def start_all(self) -> None:
        """Begin a process for each worker that has none, and is to have one."""
        for worker in self.workers:
            if not worker.members and not worker.is_stopped:
                self.start(worker)

    def start_anew(self) -> None:
        """Begin with another file, where no process serves yet that could take it over."""
        for worker in self.workers:
            worker.respawning.forget()
            for member in worker.members:
                if member.state is State.STARTING:
                    member.wanted = False
                    member.handle.kill()
            if not worker.members and not worker.is_stopped:
                self.start(worker)

    def stop(self, member: Member, **how: Any) -> None:
        """Have a process end when it has answered the requests in flight.

        Args:
            member: The process.
            how: What else it is to be told.
        """
        member.wanted = False
        if member.state is not State.STOPPING:
            member.state = State.STOPPING
            if member.does_tasks:
                member.handle.send({"do": "tasks", "here": False})
            member.handle.send({"do": "stop", **how})
            self.settle()

    def hold(self, worker: Worker) -> None:
        """End the process of a worker, and begin no other until `resume`.

        Args:
            worker: The worker.
        """
        worker.is_stopped = True
        if worker.alarm is not None:
            worker.alarm.cancel()
            worker.alarm = None
        for member in tuple(worker.members):
            self.stop(member)

    def resume(self, worker: Worker) -> None:
        """Begin a process of a worker again, if it has none.

        Args:
            worker: The worker.
        """
        worker.is_stopped = False
        worker.respawning.forget()
        if not worker.members:
            self.start(worker)

    def stop_all(self) -> None:
        """Have all processes end, and begin no others."""
        self.is_stopping = True
        for worker in self.workers:
            if worker.alarm is not None:
                worker.alarm.cancel()
                worker.alarm = None
        for member in self.members:
            self.stop(member, last=True)

    def settle(self) -> None:
        """Have each socket listened on, and the work for one process done by one that serves."""
        if self.is_stopping:
            return
        self._cover()
        self._assign()

    def notify(self, act: Callable[[Listener], object]) -> None:
        """Notify the listeners.

        Args:
            act: Calls a method of one.
        """
        for listener in tuple(self.listeners):
            act(listener)

    def _cover(self) -> None:
        """Have the sockets of workers without a process listened on by the others."""
        ready = [member for member in self.ready if not member.is_silent]
        free = [
            worker.slot
            for worker in self.workers
            if worker.serving is None or worker.serving.is_silent
        ]
        for index, member in enumerate(ready):
            slots = tuple(free[index :: len(ready)])
            if self._covered.get(id(member), ()) != slots:
                self._covered[id(member)] = slots
                member.handle.send({"do": "cover", "slots": [*slots]})

    def _assign(self) -> None:
        """Have one process do the work that only one does; another only when none does any more."""
        if any(member.does_tasks for member in self.members):
            return
        ready = self.ready
        if ready and self.does_tasks:
            ready[0].does_tasks = True
            ready[0].handle.send({"do": "tasks", "here": True})

    def _receive(self, member: Member, frame: dict[str, Any]) -> None:
        member.answered = self.seconds()
        if member.is_silent:
            member.is_silent = False
            _log.warning("worker %s answers again", member.worker)
            self.settle()
        match frame.get("is"):
            case "ready" if member.state is State.STARTING:
                member.state = State.READY
                _log.info("worker %s serves, process %d", member.worker, member.handle.pid)
                self.settle()
                self.notify(lambda each: each.ready(member))
            case "idle":  # it does no more of the work that only one process does
                member.does_tasks = False
                self.settle()
            case _:
                self.notify(lambda each: each.received(member, frame))

    def _pass_on(self, member: Member, data: bytes) -> None:
        for other in self.members:
            if other is not member:
                other.handle.send_message(data)

    def _end(self, worker: Worker, member: Member, how: str) -> None:
        was_ready = member.is_ready or member.state is State.STOPPING
        worker.members.remove(member)
        self._covered.pop(id(member), None)
        if member.wanted and not self.is_stopping:
            _log.error("worker %s, process %d: %s", worker.name, member.handle.pid, how)
            worker.ends += 1
            worker.last_end = how
            self._come_back(worker, member.began, was_ready=was_ready, how=how)
        elif not self.is_stopping and not worker.members and not worker.is_stopped:
            self.start(worker)  # such as one that was ended, so that it begins with another file
        self.settle()
        self.notify(lambda each: each.ended(member, how))

    def _come_back(self, worker: Worker, began: float, *, was_ready: bool, how: str) -> None:
        if worker.members:  # another process of it goes on
            return
        pause = worker.respawning.pause(began, was_ready=was_ready)
        if pause is not None:
            worker.alarm = self._clock.callLater(pause, self._again, worker)
            return
        worker.has_failed = True
        _log.critical(
            "worker %s has failed: its processes end again and again; a reload or a restart begins "
            "another one",
            worker.name,
        )
        self.notify(lambda each: each.failed(worker, how))

    def _again(self, worker: Worker) -> None:
        worker.alarm = None
        self.start(worker)
