"""`fleet_commands`: what a supervisor does for the clients of its control socket, as one server."""

from __future__ import annotations

import functools
import logging
import time
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import Deferred, gatherResults, succeed

from hostkit.control._merging import merge_modules, merge_status
from hostkit.control._refusing import refused
from hostkit.control._switching import SWITCHES
from hostkit.wording import did_you_mean
from hostkit.workers import BUSY

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.control.listening import Command, Request
    from hostkit.workers import Asking, Fleet, Member, Supervisor

_log: Final = logging.getLogger("hostkit.workers")
_NONE: Final = "no worker serves now; `hostkit status` shows why"
_NO_DRILL: Final = (
    "there is no drill in a server with several workers; try it in one without: each worker has "
    "modules of its own, which only its supervisor changes"
)
_SAID: Final = {"enable": "enabled", "disable": "disabled", "shadow": "in shadow mode"}

Answer = dict[str, Any]


def fleet_commands(
    fleet: Fleet,
    supervisor: Supervisor,
    asking: Asking,
    now: Callable[[], float] = time.time,
) -> dict[str, Command]:
    """Name the commands of a supervisor, which begins now.

    Args:
        fleet: The workers.
        supervisor: Changes them.
        asking: Asks them.
        now: Reads the time, in seconds since 1970.
    """
    commands = FleetCommands(fleet, supervisor, asking, now)
    return {
        "reload": lambda request: supervisor.reload(request.report),
        "restart": commands.restart,
        "hold": functools.partial(commands.hold, is_held=True),
        "resume": functools.partial(commands.hold, is_held=False),
        "status": commands.status,
        "modules": commands.modules,
        "preview": functools.partial(commands.ask_one, "preview"),
        "receipts": commands.receipts,
        "receipt": commands.receipt,
        "drill": lambda _: succeed(refused(_NO_DRILL)),
        **{name: functools.partial(commands.switch, name) for name in SWITCHES},
    }


@final
class FleetCommands:
    """Asks all workers, and answers as one server.

    Args:
        fleet: The workers.
        supervisor: Changes them.
        asking: Asks them.
        now: Reads the time, in seconds since 1970.
    """

    def __init__(
        self, fleet: Fleet, supervisor: Supervisor, asking: Asking, now: Callable[[], float]
    ) -> None:
        self._fleet = fleet
        self._supervisor = supervisor
        self._asking = asking
        self._now = now
        self._began = now()

    def status(self, request: Request) -> Deferred[Answer]:
        """Describe the server, and each worker."""

        def merge(found: list[tuple[Member, Answer]]) -> Answer:
            return merge_status(
                self._fleet, self._supervisor.last, [a for _, a in found], self._began, self._now()
            )

        return self._ask_all("status", request).addCallback(merge)

    def modules(self, request: Request) -> Deferred[Answer]:
        """Describe the modules, with what all workers have counted."""

        def merge(found: list[tuple[Member, Answer]]) -> Answer:
            if not found:
                return refused(_NONE)
            return {"ok": True, "modules": merge_modules([a["modules"] for _, a in found])}

        return self._ask_all("modules", request).addCallback(merge)

    def ask_one(self, command: str, request: Request) -> Deferred[Answer]:
        """Have one worker answer, whose answer is that of all."""
        answering = self._answering
        if not answering:
            return succeed(refused(_NONE))
        return self._asking.ask(answering[0], command, request.arguments, request.by).done

    def receipt(self, request: Request) -> Deferred[Answer]:
        """Find a receipt in the worker that has it."""

        def choose(found: list[tuple[Member, Answer]]) -> Answer:
            for member, answer in found:
                if answer["ok"]:
                    return {**answer, "worker": member.worker}
            return found[0][1] if found else refused(_NONE)

        return self._ask_all("receipt", request).addCallback(choose)

    def receipts(self, request: Request) -> Deferred[Answer]:
        """Send the last receipts of all workers, in the order of time; then go on with new ones."""
        items: list[tuple[str, Any]] = []
        limit = int(request.arguments.get("limit", 20))
        is_sent = False

        def take(member: Member, item: Any) -> None:
            item["receipt"]["worker"] = member.worker
            if is_sent:
                if not request.is_slow:
                    request.send(item)
            else:
                items.append((item["receipt"]["at"] or "", item))

        def send(_: object) -> None:
            nonlocal is_sent
            is_sent = True
            items.sort(key=lambda each: each[0])
            for _at, item in items[max(len(items) - limit, 0) :]:
                request.send(item)

        follow = request.arguments.get("follow", False)
        first = {**request.arguments, "follow": False}
        done = self._ask_all("receipts", request, first, take)

        def go_on(found: list[tuple[Member, Answer]]) -> Any:
            wrong = [answer for _, answer in found if not answer["ok"]]
            if wrong or not found:
                return wrong[0] if wrong else refused(_NONE)
            send(None)
            return self._follow(request, take) if follow else {"ok": True}

        return done.addCallback(go_on)

    def switch(self, command: str, request: Request) -> Deferred[Answer]:
        """Enable or disable a module in all workers, or have it be a shadow."""
        version = self._fleet.version
        name = str(request.arguments.get("module"))
        known = [] if version is None else [entry.name for entry in version.file.modules]
        if version is None or name not in known:
            near = did_you_mean(name, known) or f"there are: {', '.join(known) or 'none'}"
            return succeed(refused(f"there is no module {name!r}: {near}"))
        said = f"module {name!r} is {_SAID[command]}"
        if version.switches.get(name, {}).get("command") == command:
            return succeed({"ok": True, "message": f"{said} already"})
        made = {"module": name, "command": command, "by": request.by}

        def end(answer: Answer) -> Answer:
            message = f"{said} until the next reload"
            return {**answer, "message": message} if answer["ok"] else answer

        return self._supervisor.switch(name, made).addCallback(end)

    def restart(self, request: Request) -> Deferred[Answer]:
        """Replace all processes, one after the other."""
        version = self._fleet.version
        seconds = 0.0 if version is None else version.file.settings.start_timeout_seconds
        return self._supervisor.restart(request.report, seconds)

    def hold(self, request: Request, *, is_held: bool) -> Deferred[Answer]:
        """Stop one worker, or start it again."""
        name = str(request.arguments.get("worker"))
        workers = {worker.name: worker for worker in self._fleet.workers}
        if name not in workers:
            near = did_you_mean(name, workers) or f"there are: {', '.join(workers)}"
            return succeed(refused(f"there is no worker {name!r}: {near}"))
        if not self._supervisor.is_idle:
            return succeed(refused(BUSY))
        worker = workers[name]
        if not is_held:
            self._fleet.resume(worker)
            return succeed({"ok": True, "message": f"worker {name} starts"})
        if not any(other.serving for other in workers.values() if other is not worker):
            return succeed(refused(f"no other worker than {name} serves: stop the server"))
        _log.warning("worker %s is stopped by %s, until it is started again", name, request.by)
        self._fleet.hold(worker)
        return succeed({"ok": True, "message": f"worker {name} stops, until it is started again"})

    def _follow(self, request: Request, take: Callable[[Member, Any], None]) -> Deferred[Answer]:
        arguments = {**request.arguments, "follow": True, "limit": 0}
        asked = [
            self._asking.ask(member, "receipts", arguments, request.by, take)
            for member in self._answering
        ]

        def leave(_: object) -> None:
            for each in asked:
                each.leave()

        request.left.addCallback(leave)
        return gatherResults([each.done for each in asked]).addCallback(lambda _: {"ok": True})

    @property
    def _answering(self) -> list[Member]:
        return [member for member in self._fleet.ready if not member.is_silent]

    def _ask_all(
        self,
        command: str,
        request: Request,
        arguments: Any = None,
        item: Callable[[Member, Any], None] = lambda _member, _item: None,
    ) -> Deferred[list[tuple[Member, Answer]]]:
        given = request.arguments if arguments is None else arguments
        asked = [
            self._asking.ask(member, command, given, request.by, item) for member in self._answering
        ]

        def pair(answers: list[Answer]) -> list[tuple[Member, Answer]]:
            found = zip((each.member for each in asked), answers, strict=True)
            return [(member, answer) for member, answer in found if "gone" not in answer]

        return gatherResults([each.done for each in asked]).addCallback(pair)
