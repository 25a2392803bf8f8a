"""`Homeserver`: all parts of it, put together."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.defer import maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.web.server import Site

from homeserver.client_api import ClientApi, Route
from homeserver.events import Events
from homeserver.login import Login
from homeserver.messages import Messages
from homeserver.modules import Modules
from homeserver.presence import Presence
from homeserver.registration import Registration
from homeserver.rooms import Rooms
from homeserver.sessions import Sessions
from homeserver.store import Store
from homeserver.sync import Sync
from hostkit.web import Router

if TYPE_CHECKING:
    from twisted.internet.interfaces import IListeningPort
    from twisted.web.resource import IResource

    from homeserver.settings import Settings
    from hostkit import Host

_log: Final = logging.getLogger("homeserver")


class Homeserver:
    """A homeserver and its modules.

    Args:
        host: The modules, built, with `OPTIONS`.
        settings: What the homeserver itself is told.
    """

    def __init__(self, host: Host, settings: Settings) -> None:
        self._host = host
        self._settings = settings
        self._port: IListeningPort | None = None
        resources: dict[str, IResource] = {
            path: mount.resource for path, (_, mount) in host.mounts.items()
        }
        resources["/_matrix/client/v3"] = ClientApi(_routes(host, settings))
        self.root = Router(resources)

    async def start(self, reactor: Any) -> None:
        """Start the modules, then listen.

        Raises:
            ModuleFailedError: A module could not be started.
            CannotListenError: The address cannot be listened on.
            ValueError: The endpoint cannot be understood.
        """
        await self._host.start()
        try:
            endpoint = serverFromString(reactor, self._settings.listen)
            self._port = await endpoint.listen(Site(self.root, reactor=reactor))
        except BaseException:
            await self._host.stop()
            raise
        _log.info("%s listens on %s", self._settings.server_name, self._port.getHost())

    async def stop(self) -> None:
        """Stop listening, then stop the modules."""
        try:
            if self._port is not None:
                await maybeDeferred(self._port.stopListening)
        finally:
            await self._host.stop()


def _routes(host: Host, settings: Settings) -> list[Route]:
    modules, store = Modules.of(host), Store(settings.server_name)
    sessions = Sessions(modules, store)
    registration = Registration(modules, store, sessions)
    login = Login(modules, store, sessions, registration, settings.password_login)
    events = Events(modules)
    rooms = Rooms(modules, store, sessions, events)
    messages = Messages(modules, store, sessions, events)
    presence = Presence(modules, store, sessions)
    return [
        Route("POST", "/register", registration.register),
        Route("GET", "/login", login.flows),
        Route("POST", "/login", login.log_in),
        Route("POST", "/logout", sessions.end),
        Route("POST", "/createRoom", rooms.create),
        Route("POST", "/join/{room_id}", rooms.join),
        Route("POST", "/rooms/{room_id}/invite", rooms.invite),
        Route("PUT", "/rooms/{room_id}/send/{type}/{transaction}", messages.send),
        Route("PUT", "/rooms/{room_id}/state/{type}", messages.set_state),
        Route("PUT", "/rooms/{room_id}/state/{type}/{state_key}", messages.set_state),
        Route("GET", "/rooms/{room_id}/messages", messages.read),
        Route("GET", "/sync", Sync(store, sessions, presence).sync),
        Route("PUT", "/presence/{user_id}/status", presence.set),
    ]
