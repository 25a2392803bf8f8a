"""`Working`: a worker process does what its supervisor says."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Protocol, final

from hostkit.errors import HostkitError
from hostkit.loops import in_thread, settle, start_entry
from hostkit.workers._barrier import Barrier
from hostkit.workers._link import Link

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from hostkit.config import HostFile
    from hostkit.web import GivenSockets
    from hostkit.workers._channel import SupervisorChannel
    from hostkit.workers._link import Frame


class Program(Protocol):
    """What a worker process serves with."""

    def start(self) -> None:
        """Start to serve: the sockets are there."""

    def reload(self, file: HostFile, report: Callable[[str], None]) -> Deferred[dict[str, Any]]:
        """Take over another file; the barrier is its last step.

        Args:
            file: The file.
            report: Says what happens meanwhile.

        Returns:
            What it came to.
        """

    def tasks(self, *, here: bool) -> Deferred[None]:
        """Do the work that only one process does, or have done it.

        Args:
            here: Whether it is done here.

        Returns:
            Fires when it is begun, or over.
        """

    def ask(self, frame: Frame, send: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        """Do a command of the control socket.

        Args:
            frame: The command with its arguments.
            send: Answers it: with items, what happens meanwhile, and at last the end.

        Returns:
            Is called when its client has left.
        """

    def stop(self, *, last: bool) -> None:
        """Stop to serve, and end the process.

        Args:
            last: Whether no other process goes on with its sockets.
        """


@final
class Working:
    """Does what the supervisor says, on the thread of the reactor.

    Args:
        program: What the process serves with.
        sockets: The sockets that the supervisor gives.
        channel: Carries the messages of the host.
        read: Reads the config file that a frame has in it.
    """

    def __init__(
        self,
        program: Program,
        sockets: GivenSockets,
        channel: SupervisorChannel,
        read: Callable[[Frame], HostFile],
    ) -> None:
        self._program = program
        self._read = read
        self._sockets = sockets
        self._channel = channel
        self._link: Link | None = None
        self._asked: dict[int, Callable[[], None]] = {}
        self._number = 0
        self.barrier = Barrier(self.send)
        channel.pass_on = self.send_message

    def connect(self, reactor: Any, descriptor: int) -> None:
        """Connect with the supervisor, and say that sockets may come.

        Args:
            reactor: The Twisted reactor.
            descriptor: This process's end of the link.
        """
        self._link = Link.adopt(
            reactor, descriptor, self._receive, self._channel.receive, self._lose
        )
        self.send({"is": "here"})

    def send(self, frame: dict[str, Any]) -> None:
        """Say something to the supervisor."""
        if self._link is not None:
            self._link.send(frame)

    def send_message(self, data: bytes) -> None:
        """Have the supervisor pass messages on to the other workers."""
        if self._link is not None:
            self._link.send_message(data)

    def committed(self) -> None:
        """Say that what was prepared serves."""
        self.send({"is": "committed", "number": self.barrier.number})

    def _lose(self) -> None:
        self._link = None
        self._program.stop(last=True)

    def _receive(self, frame: Frame) -> None:
        link = self._link
        for key, count in frame.get("sockets", ()):
            assert link is not None  # noqa: S101 -- it has received this
            self._sockets.add(key, [link.descriptors.popleft() for _ in range(count)])
        getattr(self, f"_do_{frame['do']}")(frame)

    def _do_start(self, _frame: Frame) -> None:
        self._program.start()

    def _do_ping(self, _frame: Frame) -> None:
        self.send({"is": "alive"})

    def _do_cover(self, frame: Frame) -> None:
        self._sockets.cover(frame["slots"])

    def _do_forget(self, frame: Frame) -> None:
        self._sockets.drop(frame["keys"])

    def _do_overflow(self, _frame: Frame) -> None:
        self._channel.overflow()

    def _do_stop(self, frame: Frame) -> None:
        self._program.stop(last=frame.get("last", False))

    def _do_tasks(self, frame: Frame) -> None:
        done = self._program.tasks(here=frame["here"])
        if not frame["here"]:
            done.addCallback(lambda _: self.send({"is": "idle"}))

    def _do_prepare(self, frame: Frame) -> None:
        self._number = frame["number"]
        start_entry(self._prepare(frame))

    def _do_commit(self, frame: Frame) -> None:
        self.barrier.commit(frame["number"])

    def _do_discard(self, frame: Frame) -> None:
        self.barrier.discard(frame["number"])

    def _do_ask(self, frame: Frame) -> None:
        number = frame["id"]
        self._asked[number] = _nothing

        def answer(found: dict[str, Any]) -> None:
            if "end" in found:
                self._asked.pop(number, None)
            self.send({"is": "answer", "id": number, **found})

        leave = self._program.ask(frame, answer)
        if number in self._asked:
            self._asked[number] = leave

    def _do_left(self, frame: Frame) -> None:
        leave = self._asked.pop(frame["id"], None)
        if leave is not None:
            leave()

    async def _prepare(self, frame: Frame) -> None:
        number = frame["number"]
        try:
            file = await in_thread(functools.partial(self._read, frame), "hostkit-reading")
        except HostkitError as error:
            # Such as a secret that has gone since the supervisor has read the file.
            message = f"not reloaded, nothing was changed: {error}"
            self.send({"is": "refused", "number": number, "message": message})
            return
        if number != self._number:  # a newer one has come meanwhile
            return
        self.barrier.number = number

        def report(text: str) -> None:
            self.send({"is": "meanwhile", "number": number, "text": text})

        answer = await settle(self._program.reload(file, report))
        said = {"is": "reloaded", "answer": answer}
        if not answer["ok"]:
            said = {"is": "refused", "message": answer["message"]}
        self.send({**said, "number": number})


def _nothing() -> None:
    """Do nothing."""
