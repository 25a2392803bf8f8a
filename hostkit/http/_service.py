"""`HttpService`: what the modules of a host share to ask other servers, and counts of it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final, Protocol, final

import attrs

from hostkit.codes import Code
from hostkit.config import Http
from hostkit.http._response import HttpCallError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twisted.internet.interfaces import IReactorTime

    from hostkit.http._request import HttpRequest
    from hostkit.http._response import HttpResponse
    from hostkit.http._transport import TreqTransport
    from hostkit.http.addresses import LookUp


class HttpTransport(Protocol):
    """Sends a request once; what is retried or redirected is sent again.

    Attributes:
        is_patient: Whether there are pauses before further attempts; in tests there are not.
    """

    is_patient: bool

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send a request, and read its answer.

        Args:
            request: The request.

        Raises:
            HttpRequestError: There is no answer.
        """


@final
@attrs.define
class HttpCounts:
    """What one module has asked other servers so far.

    Attributes:
        calls: Its calls that have ended, each with all of its attempts and redirects.
        failures: Those without an answer, or with one of 500 or more.
        retries: How often something was sent again.
        received_bytes: The bodies of answers, uncompressed.
        seconds: How long all calls together have taken.
    """

    calls: int = 0
    failures: int = 0
    retries: int = 0
    received_bytes: int = 0
    seconds: float = 0.0


@final
class HttpService:
    """The connections of a host to other servers, opened when a module first needs one.

    Args:
        settings: What the file says.
        transport: Sends the requests; by default treq, if it is installed.
        clock: Where time-outs are set; see `Host`.
        look_up: Looks up host names.

    Attributes:
        settings: As in the arguments.
        clock: As in the arguments.
    """

    def __init__(
        self,
        settings: Http | None = None,
        transport: HttpTransport | None = None,
        clock: IReactorTime | None = None,
        look_up: LookUp = socket.getaddrinfo,
    ) -> None:
        self.settings = settings or Http()
        self.clock: Final = clock
        self._given = transport
        self._opened: TreqTransport | None = None
        self._look_up = look_up
        self._counts: dict[str, HttpCounts] = {}

    @property
    def counts(self) -> Mapping[str, HttpCounts]:
        """What each module has asked, by its name."""
        return self._counts

    def counts_of(self, module: str) -> HttpCounts:
        """Find the counts of a module; they go on if another takes its place in a reload."""
        return self._counts.setdefault(module, HttpCounts())

    def use(self, settings: Http) -> None:
        """Take over other settings.

        Args:
            settings: What the file says now.
        """
        self.settings = settings
        if self._opened is not None:
            self._opened.settings = settings

    def open(self) -> HttpTransport:
        """Open what sends requests, unless it is open.

        Raises:
            HttpCallError: The package that it needs is not installed (HK500).
        """
        if self._given is not None:
            return self._given
        if self._opened is None:
            try:
                from hostkit.http._transport import TreqTransport  # noqa: PLC0415 -- an extra
            except ModuleNotFoundError as error:
                raise HttpCallError(
                    Code.SERVICE_MISSING,
                    f"api.http_client needs the package {error.name}, which is not installed",
                    hint="pip install 'hostkit-framework[http]'",
                ) from None
            self._opened = TreqTransport(self.settings, self._look_up)
        return self._opened

    async def close(self) -> None:
        """Close all connections; the next request opens new ones."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.close()
