"""`Kit`: what one test uses, and closes at its end; for pytest's fixtures and for test cases."""

from __future__ import annotations

import contextlib
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast, final

import attrs

from hostkit.host import Host, build_from_file
from hostkit.testing._build import build_host, in_memory, set_clock
from hostkit.testing._client import Client
from hostkit.testing._leaks import close_host
from hostkit.testing._loop import run

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from twisted.internet import task
    from twisted.internet.interfaces import IReactorTime

    from hostkit.host import HostOptions
    from hostkit.http import HttpTransport
    from hostkit.specs import Category
    from hostkit.testing._build import Listed
    from hostkit.testing._clock import Clock

_CLOSE_SECONDS = 5.0


class MakeHost(Protocol):
    """The fixture ``hostkit_host``: builds a host, which is stopped at the end of the test."""

    def __call__(
        self,
        modules: Iterable[Listed] = (),
        *,
        categories: Sequence[type[Category]] | None = None,
        clock: IReactorTime | task.Clock | None = None,
        servers: HttpTransport | None = None,
        options: HostOptions | None = None,
        **settings: Any,
    ) -> Host:
        """Build a host, as `build_host` does; by default with the clock of ``hostkit_clock``."""


class MakeClient(Protocol):
    """The fixture ``hostkit_client``: makes a client, which is closed at the end of the test."""

    def __call__(
        self, host: Host, *, serve: bool = False, listener: int = 0, token: str | None = None
    ) -> Client:
        """Make a client of a host, as `Client` does."""


class MakeConfig(Protocol):
    """The fixture ``hostkit_config``: builds the host of a file, stopped at the end of the test."""

    def __call__(
        self,
        file: str | Path,
        *,
        name: str = "host.yaml",
        files: Mapping[str, str] | None = None,
        without_secrets: bool = False,
        options: HostOptions | None = None,
    ) -> Host:
        """Build the host of a config file, as `hostkit serve` does, but with a database in memory.

        Args:
            file: The file; or what is in it, which is written to a folder of the test's own.
            name: How it is called there.
            files: Other files of that folder, by their names.
            without_secrets: Whether something stands in for secrets that are not there.
            options: What else `Host` takes.

        Raises:
            ConfigErrors: All that is wrong with it.
        """


@final
@attrs.define(eq=False)
class Kit:
    """What one test uses.

    Attributes:
        find_folder: Finds the folder of the test.
        find_clock: Finds the test's clock, if it has one.
    """

    find_folder: Callable[[], Path]
    find_clock: Callable[[], Clock | None] = lambda: None
    _hosts: list[Host] = attrs.field(factory=list)
    _clients: list[Client] = attrs.field(factory=list)

    def host(
        self,
        modules: Iterable[Listed] = (),
        *,
        categories: Sequence[type[Category]] | None = None,
        clock: IReactorTime | task.Clock | None = None,
        servers: HttpTransport | None = None,
        options: HostOptions | None = None,
        **settings: Any,
    ) -> Host:
        """Build a host; see `MakeHost`."""
        chosen = self.find_clock() if clock is None else clock
        host = build_host(
            modules,
            categories=categories,
            clock=chosen,
            servers=servers,
            options=options,
            **settings,
        )
        self._hosts.append(host)
        return host

    def client(
        self, host: Host, *, serve: bool = False, listener: int = 0, token: str | None = None
    ) -> Client:
        """Make a client; see `MakeClient`."""
        client = Client(host, serve=serve, listener=listener, token=token)
        self._clients.append(client)
        return client

    def config(
        self,
        file: str | Path,
        *,
        name: str = "host.yaml",
        files: Mapping[str, str] | None = None,
        without_secrets: bool = False,
        options: HostOptions | None = None,
    ) -> Host:
        """Build the host of a file; see `MakeConfig`."""
        path = file if isinstance(file, Path) else self._write(name, file)
        for each, text in (files or {}).items():
            self._write(each, text)
        given = in_memory({} if options is None else options)
        clock = self.find_clock()
        if clock is not None:
            given = cast("HostOptions", {**given, "clock": clock})
        host = build_from_file(path, without_secrets=without_secrets, **given)
        if clock is not None:
            set_clock(host, clock)
        self._hosts.append(host)
        return host

    def close(self) -> None:
        """Close all clients, and stop all hosts, where they were started."""
        while self._clients:
            client = self._clients.pop()
            is_gone = client.loop is not None and client.loop.is_closed()
            # Another plugin has closed its event loop, and all connections with it.
            with contextlib.suppress(*(RuntimeError,) * is_gone):
                loop = None if is_gone else _usable(client.loop)
                run(client.close, timeout=_CLOSE_SECONDS, loop=loop)
        while self._hosts:
            close_host(self._hosts.pop())

    async def aclose(self) -> None:
        """Do the same on the event loop that runs."""
        while self._clients:
            await self._clients.pop().close()
        while self._hosts:
            await self._hosts.pop().stop()

    def _write(self, name: str, text: str) -> Path:
        path = self.find_folder() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), "utf-8")
        return path


def _usable(loop: asyncio.AbstractEventLoop | None) -> asyncio.AbstractEventLoop | None:
    return None if loop is None or loop.is_running() else loop
