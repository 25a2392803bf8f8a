"""`Server`: a host and the listeners it is served on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import CancelledError, DeferredList, maybeDeferred
from twisted.internet.interfaces import IReadDescriptor

from hostkit.codes import Code
from hostkit.errors import ConfigErrors, HostkitError
from hostkit.web._bodies import missing_folder
from hostkit.web._listeners import read_listeners
from hostkit.web._own_pages import HEALTH, READY, Guard, Health, Ready
from hostkit.web._router import Router
from hostkit.web._site import HostSite
from hostkit.web.gateway import Gateway

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IListeningPort, IStreamServerEndpoint
    from twisted.web.resource import IResource

    from hostkit.config import Listener
    from hostkit.host import Host, Reloaded

_BUILT: Final = frozenset({"modules", "hooks", "health"})
_LONGEST_QUEUE: Final = 1000
_log: Final = logging.getLogger("hostkit.serve")


@final
class Server:
    """Serves a host on its listeners.

    Args:
        host: The host, built.
        reactor: The Twisted reactor.

    Raises:
        ConfigErrors: Listeners' endpoints cannot be understood, or serve more than they may; all of
            them are told.
    """

    def __init__(self, host: Host, reactor: Any) -> None:
        self._host = host
        self._ports: list[tuple[IListeningPort, HostSite]] = []
        self._reactor = reactor
        endpoints, problems = read_listeners(host.file, reactor)
        if problems:
            raise ConfigErrors(tuple(problems))
        self._gateway = Gateway(host).resources
        # All before any port opens, and before any module starts.
        self._sites = [
            (listener, endpoint, self._site(listener)) for listener, endpoint in endpoints
        ]
        self._is_stopping = False
        host.when_reloaded(self._reroute)

    async def start(self) -> None:
        """Start the modules, then listen everywhere; if that fails, everything is stopped again.

        Raises:
            ModuleFailedError: A module could not be started.
            ConfigErrors: A listener cannot listen where it should.
        """
        await self._host.start()
        try:
            for listener, endpoint, site in self._sites:
                await self._listen(listener, endpoint, site)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop listening, finish the requests in flight, then stop the modules.

        Requests that take longer than the setting ``drain:`` allows are cut off. Errors are logged
        and stop nothing.
        """
        self._is_stopping = True
        for _, _, site in self._sites:
            site.drain()
        try:
            while self._ports:
                await self._close(*self._ports.pop())
            await self._finish()
        finally:
            await self._host.stop()

    async def reload(self) -> Reloaded:
        """Take over what has changed in the config file, and go on serving; see `Host.reload`.

        Modules that are gone are stopped when the requests in flight are answered, but after the
        time that the setting ``drain:`` allows.

        Returns:
            Which modules are new, were kept, and are gone.

        Raises:
            HostkitError: Something is wrong with the file or its modules, or the server is
                stopping; nothing has changed.
        """
        if self._is_stopping:
            raise HostkitError("the server is stopping")
        return await self._host.reload()

    async def _listen(
        self, listener: Listener, endpoint: IStreamServerEndpoint, site: HostSite
    ) -> None:
        try:
            port = await endpoint.listen(site)
        except CancelledError:
            raise
        except Exception as error:
            problem = self._host.file.problem(
                Code.CANNOT_LISTEN,
                f"cannot listen at {listener.endpoint}: {error}",
                (*listener.path, "endpoint") if listener.path else (),
                hint="is another program listening there, or the address not this machine's?",
            )
            raise ConfigErrors((problem,)) from error
        self._ports.append((port, site))
        _log.info("listening on %s for %s", _url(port, listener), ", ".join(listener.serve))

    async def _close(self, port: IListeningPort, site: HostSite) -> None:
        # Twisted closes the port in its next turn, too; this comes right before.
        self._reactor.callLater(0, _accept_waiting, port, site)
        try:
            await maybeDeferred(port.stopListening)
        except CancelledError:
            raise
        except Exception:  # noqa: BLE001 -- a UNIX socket's file may be gone, for instance
            _log.exception("a listener could not be closed in good order")

    async def _finish(self) -> None:
        seconds = self._host.file.settings.drain_seconds
        emptied = DeferredList([site.emptied() for _, _, site in self._sites], consumeErrors=True)
        alarm = self._reactor.callLater(seconds, self._cut, seconds)
        try:
            await emptied
        finally:
            if alarm.active():
                alarm.cancel()

    def _cut(self, seconds: float) -> None:
        busy = sum(site.busy for _, _, site in self._sites)
        if busy:
            _log.warning("%d requests took longer than %gs and are cut off", busy, seconds)
        for _, _, site in self._sites:
            site.abort()

    def _site(self, listener: Listener) -> HostSite:
        for part in listener.serve:
            if part not in _BUILT:
                _log.warning("%s: this version has no %r to serve", listener.endpoint, part)
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
        always = (HEALTH.encode(), READY.encode()) if "health" in listener.serve else ()
        return HostSite(self._root(listener), listener, self._reactor, always)

    def _reroute(self) -> Deferred[None]:
        """Serve what the host has now; wait for requests that go on with what was there before."""
        roots = [self._root(listener) for listener, _, _ in self._sites]
        for (_, _, site), root in zip(self._sites, roots, strict=True):
            site.resource = root
        # Giving up cancels each of them.
        settled = DeferredList([site.settled() for _, _, site in self._sites], consumeErrors=True)
        done: Deferred[None] = settled.addCallback(lambda _: None)
        seconds = self._host.file.settings.drain_seconds
        return done.addTimeout(seconds, self._reactor, lambda _result, _seconds: None)

    def _root(self, listener: Listener) -> IResource:
        resources: dict[str, IResource] = {}
        if "modules" in listener.serve:
            resources |= {path: mount.resource for path, (_, mount) in self._host.mounts.items()}
        if "hooks" in listener.serve:
            resources |= self._gateway
        if "health" in listener.serve:
            self._warn_of_hidden(listener)
            resources |= {
                HEALTH: Health(),  # type: ignore[no-untyped-call]
                READY: Ready(self._is_ready),
            }
        modules = {path: module.name for path, (module, _) in self._host.mounts.items()}
        router = Router(resources, modules)
        return router if listener.token is None else Guard(router, listener.token)

    def _is_ready(self) -> bool:
        return self._host.is_running and not self._is_stopping

    def _warn_of_hidden(self, listener: Listener) -> None:
        for path in (HEALTH, READY):
            if "modules" in listener.serve and path in self._host.mounts:
                module, _ = self._host.mounts[path]
                _log.warning(
                    "%s: module %r is not served at %s, since `health` is",
                    listener.endpoint,
                    module.name,
                    path,
                )


def _accept_waiting(port: IListeningPort, site: HostSite) -> None:
    """Accept those whom the system has let in already; closing the port would cut them off."""
    if IReadDescriptor.providedBy(port):
        for _ in range(_LONGEST_QUEUE):
            before = site.connections
            port.doRead()
            if site.connections == before:
                break


def _url(port: IListeningPort, listener: Listener) -> str:
    address = port.getHost()
    scheme = "https" if listener.endpoint.startswith(("ssl:", "tls:")) else "http"
    if isinstance(address, IPv4Address):
        return f"{scheme}://{address.host}:{address.port}/"
    if isinstance(address, IPv6Address):
        return f"{scheme}://[{address.host}]:{address.port}/"
    if isinstance(address, UNIXAddress) and address.name is not None:
        return f"unix:{address.name.decode('utf-8', 'replace')}"
    return listener.endpoint
