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

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "homeserver"
sys.path.insert(0, str(EXAMPLE))  # as `python -m` does in that folder

from homeserver.homeserver import Homeserver  # noqa: E402
from homeserver.modules import CATEGORIES, OPTIONS  # noqa: E402
from homeserver.settings import Settings  # noqa: E402

from tests.hookspecs.answers import answering as always  # noqa: E402
from tests.hookspecs.answers import raising  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from twisted.web.resource import IResource

    from hostkit import Category

__all__ = [
    "CATEGORIES",
    "Answer",
    "Client",
    "Homeserver",
    "Settings",
    "always",
    "raising",
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
            for category in CATEGORIES:
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
        """Give what the text says, which is JSON."""
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
        self._protocol = Site(root, reactor=Clock()).buildProtocol(IPv4Address("TCP", "::1", 1))
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

    def begin(self, method: str, path: str, body: Any = None, token: str = "") -> Connection:
        """Send a request; bytes are sent as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        data = b"" if method == "GET" else data
        lines = [f"{method} {path} HTTP/1.0", f"Content-Length: {len(data)}", "User-Agent: tests"]
        lines += [f"Authorization: Bearer {token}"] if token else []
        return Connection(self.root, "\r\n".join((*lines, "", "")).encode() + data)

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Answer:
        """Send a request to the homeserver's own part, and give the answer."""
        answer = self.begin(method, PREFIX + path, body, token).answer
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
        """Make a room that anybody may join, and give its id."""
        body = {"preset": "public_chat", **config}
        room_id: str = self.call("POST", "/createRoom", body, token).body["room_id"]
        return room_id

    def say(self, token: str, room_id: str, text: str, transaction: str = "1") -> Answer:
        """Send a message."""
        path = f"/rooms/{room_id}/send/m.room.message/{transaction}"
        return self.call("PUT", path, {"body": text}, token)

    def read(self, token: str, room_id: str) -> list[Any]:
        """List the texts of the messages that somebody sees in a room."""
        events = self.call("GET", f"/rooms/{room_id}/messages", None, token).body["chunk"]
        return [each["content"]["body"] for each in events if each["type"] == "m.room.message"]

    def presence(self, token: str) -> dict[str, str]:
        """Give the presence of everybody that somebody is told of."""
        events = self.call("GET", "/sync", None, token).body["presence"]["events"]
        return {each["sender"]: each["content"]["presence"] for each in events}


def host_of(*modules: Mapping[str, Any], **resources: IResource) -> Host:
    """Build a host with a module for each mapping of callbacks; the first has the resources."""
    entries = [
        {"module": module_of(callbacks, resources if callbacks is modules[0] else {}), "name": name}
        for name, callbacks in zip("abcdefgh", modules, strict=False)
    ]
    config = {"modules": entries}
    return Host.from_config(config, **OPTIONS).build()


def client_of(*modules: Mapping[str, Any], password_login: bool = True) -> Client:
    """Make a homeserver with a module for each mapping of hooks to callbacks, and a client."""
    return client_for(host_of(*modules), password_login=password_login)


def client_for(host: Host, *, password_login: bool = True) -> Client:
    """Make a homeserver of a host, and a client."""
    return Client(Homeserver(host, Settings("hs", password_login=password_login)).root)


def room_with(*modules: dict[str, Any]) -> tuple[Client, str, str]:
    """Make a homeserver, a user and a room of hers."""
    client = client_of(*modules)
    ann = client.token("ann")
    return client, ann, client.create_room(ann)
