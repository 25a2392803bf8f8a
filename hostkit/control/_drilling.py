"""`Drills`: has a canary deny one marked call in a running server, and takes it away again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.internet.defer import Deferred

from hostkit.config import structure
from hostkit.control._canary import NAME, Canary, find_canary
from hostkit.control._refusing import refused
from hostkit.dispatch import Outcome
from hostkit.loops import settle
from hostkit.web.admin import describe

if TYPE_CHECKING:
    from hostkit.config import HostFile, ModuleEntry
    from hostkit.control._switching import Switches
    from hostkit.control.listening import Request
    from hostkit.control.reloader import Outcome as ReloadOutcome
    from hostkit.control.reloader import Reloader
    from hostkit.dispatch import Receipt, Receipts
    from hostkit.host import Host
    from hostkit.web import Server

_log: Final = logging.getLogger("hostkit.serve")
_LOOK_SECONDS: Final = 0.1
_MOST_MISSED: Final = 10
_WHY: Final = {
    "left": "its client has left",
    "time": "its time is over",
    "reload": "a reload has removed its canary",
}
_LONGEST_SECONDS: Final = 3600.0
_BUSY: Final = "a reload is in flight, or the server has not started yet; try again"


@final
@attrs.frozen
class _Asked:
    """What a client asks for.

    Attributes:
        hook: The hook, by its name or its full name.
        value: The value of which calls are denied.
        seconds: After how long it ends in any case.
        argument: The argument that has the value; by default the only one that is text.
    """

    hook: str
    value: str
    seconds: float
    argument: str | None = None


@final
@attrs.frozen(eq=False)
class _Drill:
    """A drill that goes on.

    Attributes:
        request: That of its client.
        canary: Denies the calls.
        entry: Its entry among the modules of the server.
        until: When it ends in any case, by the reactor's clock.
    """

    request: Request
    canary: Canary
    entry: ModuleEntry
    until: float

    def is_in(self, file: HostFile) -> bool:
        """Whether the canary is among the modules of a file, maybe disabled."""
        return any(entry.module is self.entry.module for entry in file.modules)


@final
class _Denials:
    """Finds the receipts of what a canary denies, those of calls that are over.

    Args:
        receipts: The receipts of the host.
    """

    def __init__(self, receipts: Receipts) -> None:
        self._receipts = receipts
        self._seen: set[str] = set()
        self._taken = self._missed = 0
        self._find()  # those of earlier drills

    def take(self, canary: Canary) -> list[dict[str, Any]]:
        """Describe what it has denied since."""
        if canary.denied <= self._taken:
            return []
        found = [describe(each, self._receipts.redact) for each in self._find()]
        self._missed = 0 if found else self._missed + 1
        if self._missed > _MOST_MISSED:
            said = f"{canary.spec.full_name}: deny by {NAME}, of which no receipt is kept"
            found = [{"receipt": None, "text": said}]
        self._taken += len(found)
        return found

    def _find(self) -> list[Receipt]:
        found = [
            each
            for each in self._receipts
            if each.decider == NAME
            and each.outcome is not Outcome.RUNNING
            and each.id not in self._seen
        ]
        self._seen |= {each.id for each in found}
        return found


@final
class Drills:
    """Makes drills, one at a time.

    Args:
        host: The host.
        server: Serves it.
        reloader: Reloads the server.
        switches: Know what else was changed since the file was read.
        reactor: The Twisted reactor.
    """

    def __init__(
        self, host: Host, server: Server, reloader: Reloader, switches: Switches, reactor: Any
    ) -> None:
        self._host = host
        self._server = server
        self._reloader = reloader
        self._switches = switches
        self._reactor = reactor
        self._current: _Drill | None = None

    @property
    def current(self) -> dict[str, Any] | None:
        """The drill that goes on: ``hook``, ``argument``, ``by``, and what it has done so far."""
        if self._current is None:
            return None
        canary = self._current.canary
        return {
            "hook": canary.spec.full_name,
            "argument": canary.argument,
            "by": self._current.request.by,
            "asked": canary.asked,
            "denied": canary.denied,
        }

    async def drill(self, request: Request) -> dict[str, Any]:
        """Deny calls with one value, until the client leaves.

        Args:
            request: The client's. It is sent ``ready`` when the canary is there, and then the
                receipt of each denial.

        Returns:
            What came of it, if it ends before: its time is over, or a reload has removed it.
        """
        asked = structure(request.arguments, _Asked)
        while self._current is not None and self._current.request.left.called:
            await self._wait()  # it is about to be over
        why = self._why_not_now()
        found = find_canary(self._host, asked.hook, asked.argument, asked.value)
        if why is not None or isinstance(found, str):
            return refused(why or str(found))
        until = self._reactor.seconds() + min(asked.seconds, _LONGEST_SECONDS)
        drill = self._current = _Drill(request, found, found.make_entry(), until)
        failure: Exception | None = None
        answer: dict[str, Any] = {}
        request.left.addCallback(lambda _: found.end())
        try:
            answer = await self._run(drill)
        except Exception as error:  # noqa: BLE001 -- it is raised when the canary is gone
            failure = error
        found.end()  # at once: to remove it may have to wait
        await self._remove(drill)
        self._current = None
        if failure is not None:
            raise failure
        return answer

    def _why_not_now(self) -> str | None:
        if self._current is not None:
            return f"another drill goes on, by {self._current.request.by}"
        if any(entry.name == NAME for entry in self._host.file.modules):
            return f"there is a module {NAME!r} already"
        return None if self._reloader.is_idle else _BUSY

    async def _run(self, drill: _Drill) -> dict[str, Any]:
        file, canary = self._host.file, drill.canary
        receipts = _Denials(self._host.receipts)
        outcome = await self._change((drill.entry, *file.modules))
        if not outcome.is_done:
            return outcome.as_json()
        named = {"hook": canary.spec.full_name, "argument": canary.argument}
        said = "a drill has begun: calls of %s are denied in which %s is %r, by %s"
        _log.warning(said, *named.values(), canary.value, drill.request.by)
        drill.request.send({"ready": named})
        while (why := self._why_over(drill)) is None:
            await self._wait()
            for item in receipts.take(canary):
                drill.request.send(item)
        counts = {"asked": canary.asked, "denied": canary.denied}
        message = f"the drill is over: {_WHY[why]}"
        return {"ok": True, "message": message, "ended": why, **counts}

    def _why_over(self, drill: _Drill) -> str | None:
        if drill.request.left.called:
            return "left"
        if self._reactor.seconds() >= drill.until:
            return "time"
        return None if drill.is_in(self._host.file) else "reload"

    async def _remove(self, drill: _Drill) -> None:
        while drill.is_in(self._host.file) and not self._server.is_stopping:
            if self._reloader.is_idle:
                kept = (e for e in self._host.file.modules if e.module is not drill.entry.module)
                await self._change(tuple(kept))  # a failure is in the log, and it is tried again
            else:
                await self._wait()
        _log.warning("the drill is over, and its canary removed")

    async def _change(self, modules: tuple[ModuleEntry, ...]) -> ReloadOutcome:
        before = self._host.file
        after = attrs.evolve(before, modules=modules)
        outcome: ReloadOutcome = await settle(self._reloader.reload(after))
        if outcome.is_done:
            self._switches.follow(before, after)
        else:
            await self._wait()
        return outcome

    async def _wait(self) -> None:
        over: Deferred[None] = Deferred()
        self._reactor.callLater(_LOOK_SECONDS, over.callback, None)
        await settle(over)
