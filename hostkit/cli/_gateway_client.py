"""`GatewayClient`: asks the hook gateway of a server over HTTP."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any, Final, final
from urllib.parse import urlsplit

import attrs
import click

from hostkit.cli._manner import show_step

_HOOKS: Final = "/_hostkit/hooks"
_LONGEST: Final = 64 * 1024**2
_UNIX: Final = "unix:"


@final
@attrs.frozen
class Reply:
    """What a gateway has answered.

    Attributes:
        status: The status of HTTP.
        body: The JSON object that it has sent; empty if it was something else.
    """

    status: int
    body: dict[str, Any]


@final
class GatewayClient:
    """Asks a gateway; each request has a connection of its own.

    Args:
        url: The server, as ``http://host:port``, ``https://...`` or ``unix:/path``.
        token: The listener's token, if it has one.
        timeout_seconds: How long each step of a request may take.

    Raises:
        click.BadParameter: This is not such a URL.
    """

    def __init__(self, url: str, token: str | None, timeout_seconds: float) -> None:
        self._url = url
        self._timeout_seconds = timeout_seconds
        self._headers = {"Content-Type": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._connect()  # connects to nothing yet

    def list_hooks(self) -> dict[str, Any]:
        """List the server's hooks by their full names, as the gateway describes them.

        Raises:
            click.ClickException: It cannot be asked, refuses, or is not a gateway.
        """
        reply = self._ask("GET", _HOOKS)
        if reply.status != http.client.OK:
            raise click.ClickException(f"{self._url} does not list its hooks: {explain(reply)}")
        try:
            return {
                f"{category}.{name}": hook
                for category, described in reply.body["categories"].items()
                for name, hook in described["hooks"].items()
            }
        except (LookupError, AttributeError, TypeError):
            raise click.ClickException(f"{self._url} is not a gateway of hooks") from None

    def get(self, path: str) -> Reply:
        """Ask for a page.

        Args:
            path: Its path, with its query.

        Raises:
            click.ClickException: It cannot be asked.
        """
        return self._ask("GET", path)

    def call(self, path: str, arguments: dict[str, Any]) -> Reply:
        """Call a hook.

        Args:
            path: Its path, as the list of hooks has it.
            arguments: Its arguments by name.

        Raises:
            click.ClickException: It cannot be asked.
        """
        return self._ask("POST", path, json.dumps(arguments).encode())

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Reply:
        connection = self._connect()
        show_step(f"asking {self._url}: {method} {path}")
        try:
            connection.request(method, path, body, self._headers)
            answer = connection.getresponse()
            return Reply(answer.status, _read(answer.read(_LONGEST)))
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise click.ClickException(f"{self._url} cannot be asked: {why}") from None
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        if self._url.startswith(_UNIX):
            return _UnixConnection(self._url.removeprefix(_UNIX), self._timeout_seconds)
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        try:
            parts = urlsplit(self._url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--url") from None
        if parts.scheme not in kinds or host is None or parts.path not in {"", "/"}:
            raise click.BadParameter(
                f"{self._url!r} is not of the form http://HOST:PORT, https://... or unix:PATH",
                param_hint="--url",
            )
        kind: type[http.client.HTTPConnection] = kinds[parts.scheme]
        return kind(host, port, timeout=self._timeout_seconds)


@final
class _UnixConnection(http.client.HTTPConnection):
    """A connection to a UNIX socket."""

    def __init__(self, path: str, timeout_seconds: float) -> None:
        super().__init__("localhost", timeout=timeout_seconds)
        self._path = path
        self._seconds = timeout_seconds

    def connect(self) -> None:
        """Connect."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self._seconds)
        self.sock.connect(self._path)


def _read(data: bytes) -> dict[str, Any]:
    try:
        read = json.loads(data)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def explain(reply: Reply) -> str:
    """Say in words why a gateway, or what stands before it, has not done what it was asked.

    Args:
        reply: What it has answered.
    """
    return f"{reply.status}: {reply.body.get('error') or 'no reason is given'}"
