"""`Transaction`: one reload, prepared by each worker, and then committed by all or by none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import Deferred

from hostkit.workers._worker import Listener

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.workers._fleet import Fleet
    from hostkit.workers._member import Member, Version

SUPERSEDED: Final = "not reloaded: a newer reload has replaced this one"


@final
class Transaction(Listener):
    """Has all processes that serve take over a version, in the same moment or not at all.

    Each builds and starts the new modules beside the old ones, and says that it is ready. Until
    all have, any of them may refuse, or end; then all discard what they have prepared. When all are
    ready it is decided: the version is the one that also new processes get.

    Args:
        fleet: The workers.
        version: What is to be taken over.
        number: Names it among those of this supervisor.
        report: Says what happens meanwhile.

    Attributes:
        done: Fires with what it came to, as the control socket writes it.
        is_decided: Whether it cannot be given up any more.
    """

    def __init__(
        self, fleet: Fleet, version: Version, number: int, report: Callable[[str], None]
    ) -> None:
        self._fleet = fleet
        self._version = version
        self._number = number
        self._report = report
        self._members = list(fleet.ready)
        self._preparing = set(map(id, self._members))
        self._committing: set[int] = set()
        self._finishing: set[int] = set()
        self._answer: dict[str, Any] | None = None
        self.is_decided = False
        self.done: Deferred[dict[str, Any]] = Deferred()

    def begin(self) -> None:
        """Have all prepare."""
        self._fleet.listeners.append(self)
        for member in self._members:
            self._prepare(member)

    def _prepare(self, member: Member) -> None:
        frame = {"do": "prepare", "number": self._number, **self._version.as_frame()}
        known = member.version.sockets
        new = [each for key, each in self._version.sockets.items() if key not in known]
        member.handle.send(frame, new)

    def supersede(self, message: str = SUPERSEDED) -> None:
        """Give it up, if it is not decided yet.

        Args:
            message: Why.
        """
        if not self.is_decided and not self.done.called:
            self._discard(message)

    def ready(self, member: Member) -> None:
        """A process serves that was starting: it takes part, unless it is decided already."""
        if not self.is_decided:
            self._members.append(member)
            self._preparing.add(id(member))
            self._prepare(member)

    def received(self, member: Member, frame: dict[str, Any]) -> None:
        """Take what a process says about it."""
        if frame.get("number") != self._number:
            return
        match frame["is"]:
            case "prepared":
                self._preparing.discard(id(member))
                self._look()
            case "refused" if not self.is_decided:
                self._discard(frame["message"], member)
            case "meanwhile" if member is self._members[0]:  # the others say the same
                self._report(frame["text"])
            case "committed":
                member.version = self._version
                self._committing.discard(id(member))
            case "reloaded":
                self._answer = self._answer or frame["answer"]
                self._finishing.discard(id(member))
                self._look()

    def ended(self, member: Member, how: str) -> None:
        """A process has ended: before it is decided nothing of it is done."""
        if member not in self._members:
            return
        self._preparing.discard(id(member))
        self._committing.discard(id(member))
        self._finishing.discard(id(member))
        if self.is_decided:  # its next process begins with the new version
            self._look()
        else:
            self._discard(
                f"not reloaded, nothing was changed: worker {member.worker} has ended while the "
                f"reload was prepared: {how}"
            )

    def _look(self) -> None:
        if not self.is_decided and not self._preparing:
            self._commit()
        elif self.is_decided and not self._finishing:
            self._end({**(self._answer or {"ok": True, "message": _TAKEN_OVER})})

    def _commit(self) -> None:
        self.is_decided = True
        self._fleet.take(self._version)
        self._committing = set(map(id, self._members))
        self._finishing = set(self._committing)
        for member in self._members:
            member.handle.send({"do": "commit", "number": self._number})
        self._fleet.start_anew()

    def _discard(self, message: str, refuser: Member | None = None) -> None:
        for member in self._members:
            member.handle.send({"do": "discard", "number": self._number})
        answer: dict[str, Any] = {"ok": False, "message": message}
        self._end(answer if refuser is None else {**answer, "worker": refuser.worker})

    def _end(self, answer: dict[str, Any]) -> None:
        self._fleet.listeners.remove(self)
        self.done.callback(answer)


_TAKEN_OVER: Final = "reloaded; the processes that could say more have ended since"
