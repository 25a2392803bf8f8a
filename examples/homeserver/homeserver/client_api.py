"""`ClientApi`: the requests of clients, and the functions that answer them."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from twisted.internet.defer import Deferred
from twisted.web.server import Request

from homeserver import accounts, presence, rooms
from homeserver.client import answer_to
from homeserver.homeserver import Homeserver
from hookspecs import Codes
from hostkit import Host, start_entry
from hostkit.web import Cors, HttpError, JsonResource, Router

Handler: TypeAlias = Callable[..., Awaitable[object]]
"""Takes the homeserver, the request and the named segments of its path; returns the answer."""

ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("POST", "register", accounts.register),
    ("GET", "login", accounts.list_types),
    ("POST", "login", accounts.log_in),
    ("POST", "logout", accounts.log_out),
    ("POST", "createRoom", rooms.create),
    ("POST", "join/{room_id}", rooms.join),
    ("POST", "rooms/{room_id}/invite", rooms.invite),
    ("PUT", "rooms/{room_id}/send/{kind}/{_transaction}", rooms.send),
    ("PUT", "rooms/{room_id}/state/{kind}", rooms.set_state),
    ("PUT", "rooms/{room_id}/state/{kind}/{state_key}", rooms.set_state),
    ("PUT", "presence/{user_id}/status", presence.set_status),
    ("GET", "sync", presence.sync),
)
"""Methods, paths in which ``{name}`` matches any one segment, and handlers."""


class ClientApi(JsonResource):
    """Answers every path below it, as `ROUTES` says."""

    isLeaf = True

    def __init__(self, server: Homeserver) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._server = server

    async def on_GET(self, request: Request) -> object:
        """Answer when all modules have.

        A request that has started is completed even if the client disconnects, so that modules are
        notified of everything that was stored: only the waiting is cancelled.
        """
        waiting: Deferred[object] = Deferred()
        start_entry(self._answer(request)).chainDeferred(waiting)
        return await waiting

    on_POST = on_PUT = on_GET

    async def _answer(self, request: Request) -> object:
        handler, found = _find(request)
        try:
            return await handler(self._server, request, **found)
        except HttpError:
            raise
        except Exception as error:
            raise answer_to(error) from error


def root_of(host: Host, server: Homeserver) -> Cors:
    """Make the root resource, with the homeserver's own paths and those of modules.

    Clients may be web pages of other origins. When a module's page fails, the log names the module.
    """
    return Cors(Router({"/_matrix/client/v3": ClientApi(server)}, host=host))


def _find(request: Request) -> tuple[Handler, dict[str, str]]:
    """Find the handler of a request, and the segments of its path that have a name."""
    segments = [segment.decode("utf-8", "replace") for segment in request.postpath or ()]
    for method, path, handler in ROUTES:
        names = path.split("/")
        if method == request.method.decode() and len(names) == len(segments):
            pairs = list(zip(names, segments, strict=True))
            if all(name[0] == "{" or name == segment for name, segment in pairs):
                return handler, {name[1:-1]: segment for name, segment in pairs if name[0] == "{"}
    raise HttpError(404, Codes.UNRECOGNIZED, "Unrecognized request")
