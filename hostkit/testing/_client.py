"""`Client`: asks the web resources and the gateway of a host, as clients of its server do."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any, Final, Self, final

import attrs
from twisted.internet.defer import succeed
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.protocol import Factory
from twisted.web.client import Agent, ResponseFailed

from hostkit.http import NOTHING
from hostkit.http.bodies import Body
from hostkit.logs import about
from hostkit.loops import enter, is_task_cancelled, running_loop
from hostkit.testing._build import clock_of
from hostkit.testing._http import Answer, Reading, write_request
from hostkit.testing._lines import Connection, Line, Streamed, headers_of, raw_headers
from hostkit.testing._logs import capture_logs
from hostkit.testing._reactor import is_reactor_left
from hostkit.testing.memory import MemoryReactor, connect, time_here
from hostkit.web import Server, listeners_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IProtocolFactory

    from hostkit.config import HostFile, Listener
    from hostkit.host import Host
    from hostkit.testing._http import Files

_ANYWHERE: Final = "tcp:0:interface=127.0.0.1"


@final
class Client:
    """Asks a host's web resources and its gateway, as clients of `hostkit serve` do.

    Everything is as there: the same site, the same limits, the same pages. Only the network is not
    there, unless it is asked for. All methods are for ``async def`` tests; in a plain one, give
    them to `run`.

    Args:
        host: The host. It is built and started when the first request is sent, and stopped with
            the client, unless it was started before.
        serve: Whether to listen on a free port of this machine. That needs an event loop with a
            reactor, such as that of `run`.
        listener: Which of the listeners in the host's file is asked, by its number.
        token: The listener's token, if it has one and it shall be sent.

    Attributes:
        host: The host.
        loop: The event loop on which it was opened.
    """

    def __init__(
        self, host: Host, *, serve: bool = False, listener: int = 0, token: str | None = None
    ) -> None:
        self.host: Final = host
        self._serves = serve
        self._listener = listener
        self._headers = {} if token is None else {"authorization": f"Bearer {token}"}
        self._server: Server | None = None
        self._reactor: Any = None
        self._has_started = False
        self._connections: list[Connection] = []
        self.loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def url(self) -> str:
        """Where the host can be reached while the client is open: ``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._port}"

    async def open(self) -> None:
        """Start the host, and listen; a request does so as well."""
        if self._server is not None:
            return
        self.host.build()
        self.loop = running_loop()
        self._reactor = _reactor() if self._serves else self._in_memory()
        self._server = Server(self.host, self._reactor, self._find)
        if not self.host.is_running:
            await enter(self.host.start())
            self._has_started = True
        await enter(self._server.open())

    async def close(self) -> None:
        """Listen no more; stop the host if it was started for this client."""
        server, self._server = self._server, None
        if server is None:
            return
        for connection in self._connections:
            connection.hang_up()
        await enter(server.close())
        if self._has_started:
            self._has_started = False
            await enter(self.host.stop())

    async def get(self, path: str, **options: Any) -> Answer:
        """Send a GET; see `request`."""
        return await self.request("GET", path, **options)

    async def head(self, path: str, **options: Any) -> Answer:
        """Send a HEAD; see `request`."""
        return await self.request("HEAD", path, **options)

    async def post(self, path: str, **options: Any) -> Answer:
        """Send a POST; see `request`."""
        return await self.request("POST", path, **options)

    async def call_hook(self, hook: str, /, **arguments: Any) -> Answer:
        """Call a hook through the gateway.

        Args:
            hook: Its full name, ``category.hook``.
            arguments: Its arguments.
        """
        return await self.post(f"/_hostkit/hooks/{hook.replace('.', '/', 1)}", json=arguments)

    async def request(self, method: str, path: str, **options: Any) -> Answer:
        """Send a request, and wait for the whole answer. Redirects are not followed.

        Args:
            method: Its method.
            path: The path, with the query, as it is sent.
            options: What is sent: ``body=`` as bytes; ``json=`` any value; ``form=`` fields, with
                ``files=`` if there are any (``{"photo": ("cat.png", b"...")}``); and ``headers=``,
                each a string, or a list of them.

        Raises:
            ConnectionError: The connection was cut before the answer was complete.
        """
        async with self.stream(method, path, **options) as streamed:
            body = await streamed.read()
        return Answer(streamed.status, streamed.headers, body)

    @contextlib.asynccontextmanager
    async def stream(  # noqa: PLR0913 -- by name, as all that a request may have
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        json: Any = NOTHING,
        form: Mapping[str, str] | None = None,
        files: Files | None = None,
        headers: Mapping[str, str | Sequence[str]] | None = None,
    ) -> AsyncIterator[Streamed]:
        """Send a request, and read its answer piece by piece.

        What is not read when the context ends is not waited for: the client hangs up.

        Args:
            method: As for `request`.
            path: As for `request`.
            body: As for `request`.
            json: As for `request`.
            form: As for `request`.
            files: As for `request`.
            headers: As for `request`.
        """
        await self.open()
        sent, body = write_request(body, json, form, files)
        raw = raw_headers(sent, self._headers, headers or {})
        line = Line(self._connect)
        agent: Any = Agent.usingEndpointFactory(self._time(), line)
        url = f"http://127.0.0.1:{self._port}{path}".encode()
        producer = Body(body) if body or method in ("POST", "PUT", "PATCH") else None
        try:
            response = await enter(agent.request(method.encode(), url, raw, producer))
        except ResponseFailed as error:
            if is_task_cancelled():  # which Twisted's client takes for a failure of the connection
                raise asyncio.CancelledError from None
            raise ConnectionResetError(
                f"the connection was cut before there was an answer: {error.reasons}"
            ) from None
        reading = Reading()
        response.deliverBody(reading)
        try:
            yield Streamed(response.code, headers_of(response), reading)
        finally:
            line.hang_up()

    async def connect(self) -> Connection:
        """Open a connection, to send bytes as they are and see what comes back."""
        await self.open()
        connection = Connection()
        self._connections.append(connection)
        await enter(Line(self._connect).connect(Factory.forProtocol(lambda: connection)))
        return connection

    @contextlib.contextmanager
    def raising(self) -> Iterator[None]:
        """Have what a resource raises meanwhile raised here, at the end.

        Its client is answered with 500 all the same.
        """
        with capture_logs(level=logging.ERROR) as logs:
            yield
        for record in logs.records:
            said = about(record)
            if said is not None and said.page is not None:
                if record.exc_info and record.exc_info[1] is not None:
                    raise record.exc_info[1]
                raise AssertionError(record.getMessage())

    @property
    def _port(self) -> int:
        addresses: tuple[Any, ...] = () if self._server is None else self._server.addresses
        if not addresses:
            raise RuntimeError("the client is not open")
        port: int = addresses[0].port
        return port

    def _find(self, file: HostFile) -> Sequence[Listener]:
        listener = listeners_of(file)[self._listener]
        return [attrs.evolve(listener, endpoint=_ANYWHERE, path=())]

    def _in_memory(self) -> MemoryReactor:
        return MemoryReactor(self._time())

    def _time(self) -> Any:
        clock = clock_of(self.host)
        return time_here() if clock is None else clock

    def _connect(self, factory: IProtocolFactory) -> Deferred[Any]:
        """Connect a protocol to the host, as endpoints of Twisted do."""
        if self._serves:
            endpoint = TCP4ClientEndpoint(self._reactor, "127.0.0.1", self._port)
            return endpoint.connect(factory)
        protocol: Any = factory.buildProtocol(None)  # type: ignore[arg-type]
        connect(self._reactor.ports[0].factory, protocol, self._port)
        return succeed(protocol)


def _reactor() -> Any:
    from twisted.internet import reactor  # noqa: PLC0415 -- importing it installs it

    loop = getattr(reactor, "_asyncioEventloop", None)
    if running_loop() not in (None, loop):
        way = "run the test with hostkit's plugin, or `hostkit.testing.run`"
        if is_reactor_left():
            way = "remove `hostkit_reactor = default` from pytest's ini file"
        raise RuntimeError(
            f"Client(serve=True) needs a reactor that runs, and {type(reactor).__name__} does not "
            f"run on this event loop: {way}"
        )
    return reactor
