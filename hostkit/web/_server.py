"""`Server`: a host and the listeners it is served on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import Deferred, DeferredList

from hostkit.errors import ConfigErrors, HostkitError
from hostkit.loops import Withheld, settle, start_entry
from hostkit.web._bodies import missing_folder
from hostkit.web._cutting import cut_off
from hostkit.web._door import Door, numbers_of, url_of
from hostkit.web._listeners import listeners_of, read_listeners
from hostkit.web._overload import AcceptWatch
from hostkit.web._roots import Roots, always_served
from hostkit.web._site import HostSite
from hostkit.web._takeover import Takeover
from hostkit.web.admin import Running

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IAddress

    from hostkit.config import HostFile, Listener
    from hostkit.errors import Problem
    from hostkit.host import Host, Reloaded
    from hostkit.web._takeover import Draft

_log: Final = logging.getLogger("hostkit.serve")


@final
class Server:
    """Serves a host on its listeners.

    Args:
        host: The host, built.
        reactor: The Twisted reactor.
        find_listeners: Finds the listeners of a config file, if not those that it has.

    Attributes:
        running: What is known of the process that serves it.

    Raises:
        ConfigErrors: Listeners' endpoints cannot be understood, or serve more than they may.
    """

    def __init__(
        self,
        host: Host,
        reactor: Any,
        find_listeners: Callable[[HostFile], Sequence[Listener]] = listeners_of,
    ) -> None:
        self._host = host
        self._reactor = reactor
        self._find_listeners = find_listeners
        self.running = Running()
        self._roots = Roots(host, self, self._is_ready)
        # All before any port opens, and before any module starts.
        self._doors = [self._door(draft) for draft in self._read(host.file)]
        self._retiring: list[Door] = []
        self._takeover: Takeover | None = None
        self._is_serving = False
        self._is_stopping = False
        self._watch = AcceptWatch(self._rest)
        self._withheld = Withheld(self._descriptors)
        self._leave = (host.accompany(self), host.when_reloaded(self._reroute))

    async def start(self) -> None:
        """Start the modules, then listen everywhere; if that fails, everything is stopped again.

        Raises:
            ModuleFailedError: A module could not be started.
            ConfigErrors: A listener cannot listen where it should.
        """
        await self._host.start()
        try:
            await self.open()
        except BaseException:
            await self.stop()
            raise

    async def open(self) -> None:
        """Listen everywhere; the modules were started by others.

        Raises:
            ConfigErrors: A listener cannot listen where it should.
        """
        self._watch.begin()
        self._withheld.begin()
        for door in self._doors:
            await door.open(self._host.file)
        self._is_serving = True

    async def stop(self) -> None:
        """Stop listening, finish the requests in flight, then stop the modules.

        If the setting ``lame_duck:`` says so, it serves for a while before, but is not ready.
        Requests that take longer than the setting ``drain:`` allows are cut off. Errors are logged
        and stop nothing.
        """
        try:
            await self._close()
        finally:
            await self._host.stop()

    def skip_lame_duck(self) -> None:
        """Stop without being a lame duck before: another process goes on with the sockets."""
        self._is_serving = False

    async def close(self) -> None:
        """Do what `stop` does, but leave the modules running; the host can be served again."""
        try:
            await self._close()
        finally:
            for leave in self._leave:
                leave()

    async def _close(self) -> None:
        self._is_stopping = True
        try:
            await self._be_lame()
            for site in self._sites:
                site.drain()
            for door in reversed(self._doors):
                await door.close()
            await self._finish()
        finally:
            self._watch.end()
            self._withheld.end()

    async def reload(self, file: HostFile | None = None) -> Reloaded:
        """Take over what has changed in the config file, and go on serving; see `Host.reload`.

        Modules that are gone are stopped when the requests in flight are answered, but after the
        time that the setting ``drain:`` allows.

        Args:
            file: The new file; by default it is read again.

        Returns:
            Which modules are new, were kept, and are gone.

        Raises:
            HostkitError: Something is wrong with the file or its modules, or the server is
                stopping; nothing has changed.
        """
        if self._is_stopping:
            raise HostkitError("the server is stopping")
        return await self._host.reload(file)

    # What a host wants of what accompanies its reloads.

    def check(self, file: HostFile) -> list[Problem]:
        """Find all that is wrong with the listeners of a new file; nothing is opened."""
        return read_listeners(file, self._reactor, self._find_listeners)[1]

    async def prepare(self, file: HostFile) -> None:
        """Open the listeners that a new file adds.

        Raises:
            ConfigErrors: One of them cannot listen.
            HostkitError: The server is stopping.
        """
        takeover = Takeover.plan(file, self._doors, self._read(file), self._door)
        self._takeover = takeover
        await takeover.open()
        if self._is_stopping:
            raise HostkitError("the server is stopping")

    async def undo(self) -> None:
        """Close what `prepare` has opened."""
        if self._takeover is not None:
            takeover, self._takeover = self._takeover, None
            await takeover.undo(reopen=not self._is_stopping)

    @property
    def addresses(self) -> tuple[IAddress, ...]:
        """Where it listens."""
        return tuple(door.port.getHost() for door in self._doors if door.port is not None)

    @property
    def is_stopping(self) -> bool:
        """Whether it has begun to stop."""
        return self._is_stopping

    @property
    def listening(self) -> tuple[tuple[Listener, str], ...]:
        """Each listener that is open, and the URL at which clients connect to it."""
        open_doors = [(door, door.port) for door in self._doors if door.port is not None]
        return tuple((door.listener, url_of(port, door.listener)) for door, port in open_doors)

    @property
    def _sites(self) -> list[HostSite]:
        return [door.site for door in (*self._doors, *self._retiring)]

    def _descriptors(self) -> list[int]:
        """List the sockets of the process, connections that are paused included."""
        ports = [door.port for door in (*self._doors, *self._retiring)]
        transports = [each for site in self._sites for each in site.transports]
        readers = [*self._reactor.getReaders(), *self._reactor.getWriters()]
        return [number for each in (*ports, *transports, *readers) for number in numbers_of(each)]

    def _rest(self) -> None:
        """Accept no connections for a while."""
        for door in (*self._doors, *self._retiring):
            door.rest()

    def _read(self, file: HostFile) -> list[Draft]:
        drafts, problems = read_listeners(file, self._reactor, self._find_listeners)
        if problems:
            raise ConfigErrors(tuple(problems))
        return drafts

    def _door(self, draft: Draft) -> Door:
        listener, endpoint = draft
        return Door(listener, endpoint, self._site(listener), self._reactor)

    async def _be_lame(self) -> None:
        """Serve for some time, so that load balancers can see at ``/ready`` that this ends."""
        seconds = self._host.file.settings.lame_duck_seconds
        if not (self._is_serving and seconds):
            return
        self._is_serving = False
        _log.info("not ready any more; listening for %gs longer", seconds)
        over: Deferred[None] = Deferred()
        alarm = self._reactor.callLater(seconds, over.callback, None)
        try:
            await settle(over)
        finally:
            if alarm.active():
                alarm.cancel()

    async def _finish(self) -> None:
        seconds = self._host.file.settings.drain_seconds
        emptied = DeferredList([site.emptied() for site in self._sites], consumeErrors=True)
        alarm = self._reactor.callLater(seconds, self._cut, seconds)
        try:
            await emptied
        finally:
            if alarm.active():
                alarm.cancel()

    def _cut(self, seconds: float) -> None:
        cut_off(self._sites, seconds, self._host.receipts.redact)

    def _site(self, listener: Listener) -> HostSite:
        limits = listener.limits
        goes_to_disk = "modules" in listener.serve and limits.body > limits.body_in_memory
        if goes_to_disk and (why := missing_folder()) is not None:
            _log.warning(
                "%s: bodies longer than %d bytes are answered with 507, as there is no folder for "
                "temporary files: %s",
                listener.endpoint,
                limits.body_in_memory,
                why,
            )
        return HostSite(self._roots.of(listener), listener, self._reactor, always_served(listener))

    def _reroute(self) -> Deferred[None]:
        """Serve what the host has now; wait for requests that go on with what was there before."""
        retired: list[Deferred[None]] = []
        # There is none if the host has only changed what it starts with.
        if self._takeover is not None:
            takeover, self._takeover = self._takeover, None
            takeover.finish()
            self._doors = takeover.doors
            self._retiring += takeover.gone
            retired = [start_entry(self._retire(door)) for door in takeover.gone]
        for door in self._doors:
            listener = door.listener
            door.site.adopt(self._roots.of(listener), listener, always_served(listener))
        # Giving up cancels each of them.
        settled = [door.site.settled() for door in self._doors]
        both = DeferredList([*settled, *retired], consumeErrors=True)
        done: Deferred[None] = both.addCallback(lambda _: None)
        seconds = self._host.file.settings.drain_seconds
        return done.addTimeout(seconds, self._reactor, lambda _result, _seconds: None)

    async def _retire(self, door: Door) -> None:
        """Listen no more at a door, and wait until its connections have ended, or cut them."""
        door.site.drain()
        try:
            await door.close()
            _log.info("not listening on %s any more", door.listener.endpoint)
            await settle(door.site.emptied())
        finally:
            door.site.abort()
            self._retiring.remove(door)

    def _is_ready(self) -> bool:
        return self._host.is_running and not self._is_stopping
