"""`Rolling`: a restart of all workers, one after the other, while the others serve."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import Deferred

from hostkit.workers._worker import Listener

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.workers._fleet import Fleet
    from hostkit.workers._member import Member, Version
    from hostkit.workers._worker import Worker

_log: Final = logging.getLogger("hostkit.workers")


@final
class Rolling(Listener):
    """Replaces the processes of all workers, so that none serves less than before.

    A replacement must be ready before the old process drains, and this must have ended before the
    next worker's turn comes: there is never more than one process too many. If a replacement ends,
    or is not ready in time, the old process goes on, and so do the workers that come after it.

    Args:
        fleet: The workers.
        version: What the new processes run.
        clock: Measures how long a replacement takes.
        seconds: How long it may take until it is ready.
        report: Says what happens meanwhile.

    Attributes:
        done: Fires with what it came to, as the control socket writes it.
        replaced: The names of the workers that run the new version.
    """

    def __init__(
        self,
        fleet: Fleet,
        version: Version,
        clock: Any,
        seconds: float,
        report: Callable[[str], None],
    ) -> None:
        self._fleet = fleet
        self._version = version
        self._clock = clock
        self._seconds = seconds
        self._report = report
        self._left = [worker for worker in fleet.workers if not worker.is_stopped]
        self._turn: Worker | None = None
        self._new: Member | None = None
        self._old: list[Member] = []
        self._alarm: Any = None
        self.replaced: list[str] = []
        self.done: Deferred[dict[str, Any]] = Deferred()

    def begin(self) -> None:
        """Replace the first one."""
        self._fleet.listeners.append(self)
        self._next()

    def give_up(self, message: str) -> None:
        """Replace no more.

        Args:
            message: Why.
        """
        if not self.done.called:
            self._end({"ok": False, "message": message})

    def ready(self, member: Member) -> None:
        """A replacement serves, so the old process need not any more."""
        if member is not self._new:
            return
        self._disarm()
        member.wanted = True
        if not self._old:
            self._replaced()
        for old in self._old:
            self._fleet.stop(old)

    def ended(self, member: Member, how: str) -> None:
        """A process has ended: an old one, as it should, or a replacement."""
        if member in self._old:
            self._old.remove(member)
            if self._new is not None and self._new.is_ready and not self._old:
                self._replaced()
        elif member is self._new:
            self._fail(member, how)

    def _next(self) -> None:
        if not self._left:
            self._fleet.take(self._version)
            names = ", ".join(self.replaced)
            self._end({"ok": True, "message": f"restarted {names or 'no worker'}"})
            return
        self._turn = worker = self._left.pop(0)
        self._report(f"worker {worker.name}: waiting for a new process")
        worker.respawning.forget()
        self._old = list(worker.members)
        self._new = new = self._fleet.start(worker, self._version)
        if new is None:
            self._end({"ok": False, "message": f"worker {worker.name}: no process can be begun"})
            return
        new.wanted = bool(not self._old)
        self._alarm = self._clock.callLater(self._seconds, self._give_up_on, new)

    def _replaced(self) -> None:
        new, worker = self._new, self._turn
        assert new is not None and worker is not None  # noqa: PT018, S101
        worker.version = self._version
        self._new = None
        self.replaced.append(worker.name)
        self._report(f"worker {worker.name} restarted, process {new.handle.pid}")
        self._next()

    def _give_up_on(self, new: Member) -> None:
        self._alarm = None
        self._report(f"worker {new.worker} is not ready after {self._seconds:g}s")
        new.wanted = False
        new.handle.kill()

    def _fail(self, new: Member, how: str) -> None:
        self._disarm()
        self._new = None
        is_kept = any(old.is_ready for old in self._old)
        kept = "its old process goes on" if is_kept else "which has no process that serves now"
        rest = [each.name for each in self._left]
        others = f"; not restarted either: {', '.join(rest)}" if rest else ""
        done = f"; restarted before: {', '.join(self.replaced)}" if self.replaced else ""
        answer = {
            "ok": False,
            "message": f"worker {new.worker} was not restarted, {kept}: {how}{others}{done}",
            "last_lines": list(new.handle.last_lines),
        }
        _log.error("%s", answer["message"])
        self._end(answer)

    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _end(self, answer: dict[str, Any]) -> None:
        self._disarm()
        self._fleet.listeners.remove(self)
        self.done.callback({**answer, "restarted": list(self.replaced)})
