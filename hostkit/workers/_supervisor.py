"""`Supervisor`: reloads, restarts and stops the workers of a host; one change at a time."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, final

import attrs
from twisted.internet.defer import Deferred, succeed

from hostkit.config import check_reloadable
from hostkit.errors import ConfigErrors, HostkitError
from hostkit.loops import settle, start_entry
from hostkit.workers._rolling import Rolling
from hostkit.workers._transaction import SUPERSEDED, Transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from hostkit.workers._fleet import Fleet
    from hostkit.workers._member import Version

_log: Final = logging.getLogger("hostkit.workers")
BUSY: Final = "a reload or a restart is in flight, or not all workers have started; try again"

Answer: TypeAlias = "dict[str, Any]"
Report: TypeAlias = "Callable[[str], None]"


class Files(Protocol):
    """Where versions come from."""

    async def read(self, generation: int) -> Version:
        """Read the file, and open the sockets that it needs.

        Args:
            generation: The number of the version.

        Raises:
            ConfigErrors: All that is wrong with it.
            HostkitError: It cannot be taken over.
        """

    def prune(self, used: list[Version]) -> list[str]:
        """Close the sockets that are not needed any more.

        Args:
            used: The versions that are.

        Returns:
            The keys of their places.
        """


@final
class Supervisor:
    """Changes the workers of a host, one change at a time.

    Args:
        fleet: The workers, which run a version.
        files: Where versions come from.
        clock: Measures time.
        notifier: Is notified of each reload.

    Attributes:
        last: What the last reload came to, if there was one.
        disk: What a file on disk that was refused is called, and since when; `None` if what is on
            disk is what runs, as far as is known.
    """

    def __init__(self, fleet: Fleet, files: Files, clock: Any, notifier: Notifier) -> None:
        self._fleet = fleet
        self._files = files
        self._clock = clock
        self._notifier = notifier
        self._number = 0
        self._transaction: Transaction | None = None
        self._rolling: Rolling | None = None
        self._in_flight: Deferred[Answer] | None = None
        self._superseded = False
        self._next: list[tuple[Report, Deferred[Answer]]] = []
        self.is_open = False
        self.last: Answer | None = None

    @property
    def is_idle(self) -> bool:
        """Whether all workers have started, and nothing is being changed."""
        return self.is_open and self._in_flight is None

    def open(self) -> None:
        """Begin to change things: the workers have started."""
        self.is_open = True
        self._go_on()

    def close(self) -> None:
        """Give up what is not decided: all workers are to end."""
        self.is_open = False
        self._supersede("not reloaded: the server is stopping")
        if self._rolling is not None:
            self._rolling.give_up("not restarted: the server is stopping")
        self._answer_next({"ok": False, "message": "not reloaded: the server is stopping"})

    def reload(self, report: Report = lambda _: None) -> Deferred[Answer]:
        """Read the file again, and have all workers take it over at once, or none of them.

        A reload that is not decided yet gives way to a newer one. Reloads that are asked for before
        the newer one has read the file become one with it.

        Args:
            report: Says what happens meanwhile.

        Returns:
            What it came to, as the control socket writes it.
        """
        done: Deferred[Answer] = Deferred()
        self._next.append((report, done))
        self._supersede(SUPERSEDED)
        self._go_on()
        return done

    def switch(self, name: str, made: Mapping[str, str]) -> Deferred[Answer]:
        """Have all workers ask a module in another way, until the file is read again.

        Args:
            name: The module.
            made: The command and its user, as in `Version.switches`.
        """
        current = self._fleet.version
        if not self.is_idle or current is None:
            return succeed({"ok": False, "message": BUSY})
        switches = {**current.switches, name: made}
        version = attrs.evolve(current, generation=current.generation + 1, switches=switches)
        return self._begin(self._transact(version, lambda _: None))

    def restart(self, report: Report, seconds: float) -> Deferred[Answer]:
        """Replace the processes of all workers, one after the other.

        Args:
            report: Says what happens meanwhile.
            seconds: How long a replacement may take until it is ready.

        Returns:
            What it came to, as the control socket writes it.
        """
        if not self.is_idle:
            return succeed({"ok": False, "message": f"not restarted: {BUSY}"})
        return self._begin(self._restart(report, seconds))

    def _supersede(self, message: str) -> None:
        self._superseded = True
        if self._transaction is not None:
            self._transaction.supersede(message)

    def _go_on(self) -> None:
        if self.is_idle and self._next:
            self._superseded = False
            asked, self._next = self._next, []

            def report(text: str) -> None:
                for each, _ in asked:
                    each(text)

            def answer(found: Answer) -> None:
                for _, done in asked:
                    done.callback(found)

            self._notifier.reloading()
            self._begin(self._reload(report)).addCallback(answer)

    def _answer_next(self, answer: Answer) -> None:
        asked, self._next = self._next, []
        for _, done in asked:
            done.callback(answer)

    def _begin(self, change: Awaitable[Answer]) -> Deferred[Answer]:
        coroutine: Any = change
        answered: Deferred[Answer] = Deferred()
        self._in_flight = answered
        doing = start_entry(coroutine)

        def end(answer: Answer) -> None:
            self._in_flight = None
            answered.callback(answer)
            self._clock.callLater(0, self._go_on)

        doing.addErrback(_explain).addCallback(end)
        return answered

    async def _reload(self, report: Report) -> Answer:
        current = self._fleet.version
        assert current is not None  # noqa: S101 -- it is open
        answer: Answer
        try:
            version = await self._files.read(current.generation + 1)
            if self._superseded:
                raise HostkitError(SUPERSEDED.partition(": ")[2])  # noqa: TRY301 -- as all others
            check_reloadable(current.file, version.file)
            answer = await self._transact(version, report)
        except ConfigErrors as errors:
            answer = {"ok": False, "message": f"not reloaded, nothing was changed: {errors}"}
        except HostkitError as error:
            answer = {"ok": False, "message": f"not reloaded: {error}"}
        self._prune()
        self._log(answer)
        self.last = answer
        self._notifier.ready(answer["message"])
        return answer

    async def _transact(self, version: Version, report: Report) -> Answer:
        if not self._fleet.ready:
            self._fleet.take(version)
            self._fleet.start_anew()
            return {"ok": True, "message": "no worker served; they begin again with the new file"}
        self._number += 1
        self._transaction = Transaction(self._fleet, version, self._number, report)
        try:
            done = self._transaction.done
            self._transaction.begin()
            answer: Answer = await settle(done)
        finally:
            self._transaction = None
        if answer["ok"]:
            answer["generation"] = version.generation
        return answer

    async def _restart(self, report: Report, seconds: float) -> Answer:
        current = self._fleet.version
        assert current is not None  # noqa: S101 -- it is open
        try:
            version = await self._files.read(current.generation + 1)
        except HostkitError as error:
            return {"ok": False, "message": f"not restarted, nothing was changed: {error}"}
        self._rolling = Rolling(self._fleet, version, self._clock, seconds, report)
        try:
            done = self._rolling.done
            self._rolling.begin()
            answer: Answer = await settle(done)
        finally:
            self._rolling = None
        self._prune()
        self._log(answer)
        return {**answer, "generation": version.generation}

    def _prune(self) -> None:
        """Close the sockets that no version needs any more, here and in the workers."""
        used = [member.version for member in self._fleet.members]
        used += [each for each in (self._fleet.version, *_own(self._fleet)) if each is not None]
        gone = self._files.prune(used)
        if gone:
            for member in self._fleet.members:
                member.handle.send({"do": "forget", "keys": gone})

    def _log(self, answer: Answer) -> None:
        level = logging.INFO if answer["ok"] else logging.ERROR
        _log.log(level, "%s", answer["message"])


def _own(fleet: Fleet) -> list[Version | None]:
    return [worker.version for worker in fleet.workers]


def _explain(failure: Any) -> Answer:
    _log.critical("a change of the workers failed", exc_info=failure.value)
    return {"ok": False, "message": "this is an error in hostkit, and in the server's log"}


class Notifier(Protocol):
    """What is notified of reloads."""

    def reloading(self) -> None:
        """A reload begins; `ready` must follow."""

    def ready(self, status: str) -> None:
        """The workers serve, again or still.

        Args:
            status: What is to be said about that.
        """
