"""The example's homeserver with modules made of callbacks, and a client that talks HTTP to it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, final

import attrs
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionLost
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.server import Site

from hostkit import Host, ModuleApi
from hostkit.web import HostRequest

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "homeserver"
sys.path.insert(0, str(EXAMPLE))  # as `python -m` does in that folder

from homeserver.__main__ import serve  # noqa: E402
from homeserver.client_api import root_of  # noqa: E402
from homeserver.homeserver import OPTIONS, Homeserver  # noqa: E402

from tests.hookspecs.hosting import answering as always  # noqa: E402
from tests.hookspecs.hosting import raising  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from twisted.web.resource import IResource

    from hostkit import Category

__all__ = [
    "OPTIONS",
    "Answer",
    "Client",
    "always",
    "raising",
    "serve",
]  # besides what is defined here: the example's own classes, for which it is on the path, and more

PREFIX: Final = "/_matrix/client/v3"


def noting(calls: list[Any], value: Any = None) -> Callable[..., Awaitable[Any]]:
    """Make a callback that notes what it is called with."""

    async def note(*args: Any) -> Any:
        calls.append(args)
        return value

    return note


def module_of(callbacks: Mapping[str, Any], resources: Mapping[str, IResource]) -> type:
    """Make a module that registers callbacks, each with the category that has its hook."""

    def of(category: type[Category]) -> dict[str, Any]:
        return {name: each for name, each in callbacks.items() if name in category.hookspecs}

    class Asked:
        def __init__(self, _config: Any, api: ModuleApi) -> None:
            for category in OPTIONS["categories"] or ():
                api.register(category, **of(category))
            for path, resource in resources.items():
                api.register_web_resource(path, resource)

    return Asked


@final
@attrs.frozen
class Answer:
    """What the homeserver has answered."""

    status: int
    headers: str
    text: str

    @property
    def body(self) -> Any:
        """Parse the body, which is JSON."""
        return json.loads(self.text)

    @property
    def errcode(self) -> tuple[int, str]:
        """Give the status and the code of an error."""
        return self.status, self.body["errcode"]


@final
class Connection:
    """Sends one request to a homeserver, without a network."""

    def __init__(self, root: IResource, request: bytes) -> None:
        self._transport = StringTransport()
        site = Site(root, requestFactory=HostRequest, reactor=Clock())
        self._protocol = site.buildProtocol(IPv4Address("TCP", "::1", 1))
        assert self._protocol is not None
        self._protocol.makeConnection(self._transport)
        self._protocol.dataReceived(request)

    def hang_up(self) -> None:
        """Go away without waiting for the answer."""
        assert self._protocol is not None
        self._protocol.connectionLost(Failure(ConnectionLost()))

    @property
    def answer(self) -> Answer | None:
        """Give the answer, if there is one yet."""
        if not self._transport.value():
            return None
        head, _, text = self._transport.value().decode().partition("\r\n\r\n")
        return Answer(int(head.split()[1]), head.lower(), text)


@final
@attrs.frozen
class Client:
    """Talks HTTP to a homeserver, without a network."""

    root: IResource

    def start(self, method: str, path: str, body: Any = None, token: str = "") -> Connection:
        """Send a request; bytes are sent as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        data = b"" if method == "GET" else data
        lines = [f"{method} {path} HTTP/1.0", f"Content-Length: {len(data)}", "User-Agent: tests"]
        lines += ["Content-Type: application/json"]
        lines += [f"Authorization: Bearer {token}"] if token else []
        return Connection(self.root, "\r\n".join((*lines, "", "")).encode() + data)

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Answer:
        """Send a request to the homeserver's own part, and give the answer."""
        answer = self.start(method, PREFIX + path, body, token).answer
        assert answer is not None
        return answer

    def register(self, username: str, **fields: Any) -> Answer:
        """Register an account."""
        return self.call("POST", "/register", {"username": username, "password": "pw", **fields})

    def token(self, username: str) -> str:
        """Register an account and give its access token."""
        token: str = self.register(username).body["access_token"]
        return token

    def log_in(self, user: str, login_type: str = "m.login.password", **fields: Any) -> Answer:
        """Log in."""
        identifier = {"type": "m.id.user", "user": user}
        return self.call("POST", "/login", {"type": login_type, "identifier": identifier, **fields})

    def create_room(self, token: str, **config: Any) -> str:
        """Make a room, and give its id."""
        room_id: str = self.call("POST", "/createRoom", config, token).body["room_id"]
        return room_id

    def say(self, token: str, room_id: str, text: str) -> Answer:
        """Send a message."""
        path = f"/rooms/{room_id}/send/m.room.message/1"
        return self.call("PUT", path, {"body": text}, token)

    def read(self, token: str, room_id: str) -> list[Any]:
        """List the bodies of the messages that a user sees in a room."""
        events = self.events(token)[room_id]
        return [each["content"]["body"] for each in events if each["type"] == "m.room.message"]

    def events(self, token: str) -> dict[str, list[Any]]:
        """Give the events that a user sees, by room."""
        events: dict[str, list[Any]] = self.call("GET", "/sync", None, token).body["rooms"]
        return events

    def presence(self, token: str) -> dict[str, str]:
        """Give the presence that a user receives."""
        presence: dict[str, str] = self.call("GET", "/sync", None, token).body["presence"]
        return presence


def host_of(*modules: Mapping[str, Any], **resources: IResource) -> Host:
    """Build a host with a module for each mapping of callbacks; the first has the resources."""
    entries = [
        {"module": module_of(callbacks, resources if callbacks is modules[0] else {}), "name": name}
        for name, callbacks in zip("abcdefgh", modules, strict=False)
    ]
    config = {"modules": entries}
    return Host.from_config(config, **OPTIONS).build()


def client_of(*modules: Mapping[str, Any], has_passwords: bool = True) -> Client:
    """Make a homeserver with a module for each mapping of hooks to callbacks, and a client."""
    return client_for(host_of(*modules), has_passwords=has_passwords)


def client_for(host: Host, *, has_passwords: bool = True) -> Client:
    """Make a homeserver of a host, and a client."""
    return Client(root_of(host, Homeserver(host, "hs", has_passwords=has_passwords)))


def room_with(*modules: dict[str, Any]) -> tuple[Client, str, str]:
    """Make a homeserver, a user and a room of hers."""
    client = client_of(*modules)
    ann = client.token("ann")
    return client, ann, client.create_room(ann)
