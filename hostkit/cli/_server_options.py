"""The arguments of commands that ask a running server: its file, its process, or its URL."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hostkit.config import HostFile


class AskedServer(Protocol):
    """A running server, wherever it is.

    Attributes:
        file: The config file by which it was found, as that is now.
    """

    @property
    def file(self) -> HostFile | None: ...

    def require(
        self,
        command: str,
        arguments: Mapping[str, Any] | None = None,
        receive: Callable[[Any], None] | None = None,
    ) -> dict[str, Any]:
        """Ask it; see `hostkit.cli._target.Target.require`."""
        ...


URL = click.option(
    "--url",
    metavar="URL",
    help="The server: http://HOST:PORT, https://HOST:PORT or unix:PATH. Its listener serves admin.",
)
TOKEN_FILE = click.option(
    "--token-file",
    type=click.File(encoding="utf-8"),
    help="A file with the listener's token; by default it is what HOSTKIT_TOKEN says, if anything.",
)


def asks_server(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the arguments that name a server, and the server as ``server``.

    Args:
        command: The function of the command.
    """

    @click.argument("target", metavar="[FILE|PID]", required=False)
    @URL
    @TOKEN_FILE
    @functools.wraps(command)
    def find(*, target: str | None, url: str | None, token_file: Any, **others: Any) -> None:
        command(server=find_server(target, url, token_file), **others)

    return find


def find_server(target: str | None, url: str | None, token_file: Any) -> AskedServer:
    """Find the server that a command line names.

    Args:
        target: The name of its file, or the number of its process.
        url: Where it is asked over HTTP instead.
        token_file: A file with the token for that, open.

    Raises:
        click.UsageError: Both are given, or neither.
        click.ClickException: There is no such server.
    """
    if (target is None) == (url is None):
        raise click.UsageError("name the server by FILE or PID, or by --url URL")
    if url is None:
        from hostkit.cli._target import find_target  # noqa: PLC0415

        assert target is not None  # noqa: S101 -- one of both is there
        return find_target(target)
    from hostkit.cli._remote import open_remote  # noqa: PLC0415

    return open_remote(url, read_token(token_file))


def read_token(token_file: Any) -> str | None:
    """Read the token of a listener, if there is one.

    It is not an option: all users of the machine could see it.

    Args:
        token_file: A file with it, open; `None`: it is in the environment, if anywhere.
    """
    token: str = token_file.read().strip() if token_file else os.environ.get("HOSTKIT_TOKEN", "")
    return token or None
