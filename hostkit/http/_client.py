"""`HttpClient`: asks other servers for one module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack, final

from hostkit.codes import Code
from hostkit.http._options import HttpOptions, complete
from hostkit.http._request import NOTHING, HttpRequest
from hostkit.http._response import HttpCallError, HttpUnreachableError
from hostkit.http._sending import Sending
from hostkit.loops import find_clock

if TYPE_CHECKING:
    from hostkit.http._request import Params
    from hostkit.http._response import HttpResponse
    from hostkit.http._service import HttpService
    from hostkit.loops import Lifetime

_SERVER_ERROR = 500


@final
class HttpClient:
    """Asks other servers for one module; the others of its host share the connections.

    Args:
        module: The module's name.
        service: What the host offers.
        lifetime: The module's.
    """

    def __init__(self, module: str, service: HttpService, lifetime: Lifetime) -> None:
        self._module = module
        self._service = service
        self._lifetime = lifetime
        self._counts = service.counts_of(module)

    async def request(
        self,
        method: str,
        url: str,
        *,
        json: Any = NOTHING,
        form: Params | None = None,
        body: bytes = b"",
        **options: Unpack[HttpOptions],
    ) -> HttpResponse:
        """Send a request; any status is an answer.

        Args:
            method: The method, such as ``GET``.
            url: The URL, ``http:`` or ``https:``.
            json: What is sent as JSON.
            form: The fields of a form to send.
            body: The bytes to send, if it is neither; the headers say of which type.
            options: See `HttpOptions`.

        Returns:
            The answer, with its whole body.

        Raises:
            HttpUnreachableError: The server cannot be reached, or does not answer in time.
            HttpCallError: The request cannot or must not be sent, or its answer is refused.
        """
        asked = HttpRequest(method, url, json=json, form=form, body=body)
        request = complete(asked, options, self._service.settings)
        seconds = options.get("timeout_seconds") or self._service.settings.timeout_seconds
        return await self._send(request, options, seconds)

    async def get_json(self, url: str, **options: Unpack[HttpOptions]) -> Any:
        """Get a value in JSON.

        Args:
            url: The URL.
            options: See `HttpOptions`.

        Raises:
            HttpStatusError: The answer has a status that is not 2xx.
            HttpRequestError: See `request`; or the answer is not JSON.
        """
        return _value(await self.request("GET", url, **_accepting(options)))

    async def post_json(self, url: str, json: Any, **options: Unpack[HttpOptions]) -> Any:
        """Post a value in JSON.

        Args:
            url: The URL.
            json: The value.
            options: See `HttpOptions`.

        Returns:
            The value that was answered; `None` if the answer has no body.

        Raises:
            HttpStatusError: The answer has a status that is not 2xx.
            HttpRequestError: See `request`; or the answer is not JSON.
        """
        return _value(await self.request("POST", url, json=json, **_accepting(options)))

    async def put_json(self, url: str, json: Any, **options: Unpack[HttpOptions]) -> Any:
        """Put a value in JSON; everything else as in `post_json`.

        Args:
            url: The URL.
            json: The value.
            options: See `HttpOptions`.

        Raises:
            HttpStatusError: The answer has a status that is not 2xx.
            HttpRequestError: See `request`; or the answer is not JSON.
        """
        return _value(await self.request("PUT", url, json=json, **_accepting(options)))

    async def get_raw(self, url: str, **options: Unpack[HttpOptions]) -> bytes:
        """Get the bytes at a URL.

        Args:
            url: The URL.
            options: See `HttpOptions`.

        Raises:
            HttpStatusError: The answer has a status that is not 2xx.
            HttpRequestError: See `request`.
        """
        return (await self.request("GET", url, **options)).raise_for_status().body

    async def _send(
        self, request: HttpRequest, options: HttpOptions, seconds: float
    ) -> HttpResponse:
        clock = find_clock(self._service.clock)
        began, response = clock.seconds(), None
        until = began + seconds

        async def send() -> HttpResponse:
            transport = self._service.open()
            counts = self._counts
            sending = Sending(self._module, request, options, transport, clock, until, counts)
            return await sending.run()

        try:
            response = await self._lifetime.run(
                send,
                clock,
                seconds,
                late=lambda: _late(request, seconds),
                over=lambda: self._over(request.shown),
            )
        finally:
            self._count(response, clock.seconds() - began)
        return response

    def _count(self, response: HttpResponse | None, seconds: float) -> None:
        counts = self._counts
        counts.calls += 1
        counts.seconds += seconds
        if response is not None:
            counts.received_bytes += len(response.body)
        if response is None or response.status >= _SERVER_ERROR:
            counts.failures += 1

    def _over(self, asked: str) -> HttpCallError:
        return HttpCallError(
            Code.SERVICE_OVER, f"{asked} is not answered: module {self._module!r} was stopped"
        )


def _late(request: HttpRequest, seconds: float) -> HttpUnreachableError:
    return HttpUnreachableError(
        Code.ANSWER_TIMEOUT,
        f"{request.shown} was not answered within {seconds:g} s",
        hint="give timeout_seconds=, or raise hostkit: http: timeout:",
    )


def _accepting(options: HttpOptions) -> HttpOptions:
    return {**options, "headers": {"Accept": "application/json", **(options.get("headers") or {})}}


def _value(response: HttpResponse) -> Any:
    return response.json if response.raise_for_status().body else None
