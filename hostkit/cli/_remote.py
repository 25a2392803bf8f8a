"""`Remote`: a server that is asked over HTTP, on a listener that serves ``admin``."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING, Any, Final, NoReturn, final
from urllib.parse import quote, urlencode

import attrs
import click

from hostkit.cli._gateway_client import GatewayClient, Reply, explain
from hostkit.cli._manner import note
from hostkit.wording import indented

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ADMIN: Final = "/_hostkit/admin"
_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 1.0
_OK: Final = 200
_UNAUTHORIZED: Final = 401
_NOT_FOUND: Final = 404
_SKIPPED: Final = "some receipts may be missing: more were made than are kept"


@final
@attrs.frozen
class Remote:
    """A server, as `Target` is one on this machine; it only answers what changes nothing.

    Attributes:
        url: Its listener.
        client: Asks it.
    """

    url: str
    client: GatewayClient

    file = None
    """Its config file is on another machine."""

    def require(
        self,
        command: str,
        arguments: Mapping[str, Any] | None = None,
        receive: Callable[[Any], None] | None = None,
    ) -> dict[str, Any]:
        """Ask it; see `Target.require`.

        Args:
            command: ``status``, ``modules``, ``receipts`` or ``receipt``.
            arguments: What else the command needs.
            receive: Is called with each receipt.

        Returns:
            What it has answered.

        Raises:
            click.ClickException: It cannot be asked, or refuses.
        """
        given = dict(arguments or {})
        if command == "receipt":
            return self._get(f"receipts/{quote(given['id'], '')}")
        if command != "receipts":
            return self._get(command)
        assert receive is not None  # noqa: S101 -- receipts are always received one by one
        return self._send(given, receive)

    def _send(self, given: dict[str, Any], receive: Callable[[Any], None]) -> dict[str, Any]:
        follow = given.pop("follow", False)
        given["outcome"] = given.pop("outcomes", ())
        seen: set[str] = set()
        while True:
            answer = self._get(f"receipts?{urlencode(given, doseq=True)}")
            if answer["skipped"]:
                note(_SKIPPED)
            for item in answer["items"]:
                if item["receipt"]["id"] not in seen:
                    receive(item)
            if not follow:
                return answer
            seen = set(answer["seen"])
            given["after"] = answer["next"]
            sleep(_LOOK_SECONDS)

    def _get(self, page: str) -> dict[str, Any]:
        reply = self.client.get(f"{_ADMIN}/{page}")
        if reply.status != _OK:
            self._refuse(reply)
        return reply.body

    def _refuse(self, reply: Reply) -> NoReturn:
        errcode = reply.body.get("errcode")
        if reply.status == _NOT_FOUND and errcode in {"not_found", None}:
            raise click.ClickException(
                f"{self.url} does not serve `admin`; add it to the `serve:` of its listener"
            )
        if reply.status == _UNAUTHORIZED:
            raise click.ClickException(
                f"{self.url} wants the token of its listener: in HOSTKIT_TOKEN, or by --token-file"
            )
        if errcode in {"no_such_receipt", "unknown_name"}:
            raise click.ClickException(indented(str(reply.body.get("error"))))
        raise click.ClickException(indented(f"{self.url} refuses, {explain(reply)}"))


def open_remote(url: str, token: str | None) -> Remote:
    """Make a server that is asked at a URL; nothing is asked yet.

    Args:
        url: As for `GatewayClient`.
        token: The listener's token.

    Raises:
        click.BadParameter: This is not such a URL.
    """
    return Remote(url, GatewayClient(url, token, _SECONDS))
