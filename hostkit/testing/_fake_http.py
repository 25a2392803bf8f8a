"""`fake_http`: stands in for the servers that modules ask."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, final
from urllib.parse import urlencode

import attrs

from hostkit.codes import Code
from hostkit.http import NOTHING, HttpResponse, HttpUnreachableError
from hostkit.testing._http import Answer, write_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hostkit.http import HttpRequest


@final
@attrs.frozen
class Requested:
    """A request that a module has sent to a `FakeHttp`.

    Attributes:
        method: Its method.
        url: Its URL.
        headers: Its headers.
        body: Its body.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@final
class FakeHttp:
    """Answers the requests that a module sends to other servers; see `fake_http`.

    Attributes:
        is_patient: See `hostkit.http.HttpTransport`.
        requests: What it was sent, in order.
    """

    is_patient = False

    def __init__(self, routes: Mapping[str, Any]) -> None:
        self._routes = routes
        self.requests: Final[list[Requested]] = []

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Answer a request.

        Args:
            method: Its method.
            url: Its URL.
            headers: Its headers.
            body: Its body.

        Raises:
            LookupError: There is no route for it.
        """
        requested = Requested(method, url, headers or {}, body)
        self.requests.append(requested)
        route: Any = self._routes.get(f"{method} {url}", self._routes.get(url, NOTHING))
        if route is NOTHING:
            raise LookupError(
                f"nothing answers {method} {url}; routes: {', '.join(self._routes) or 'none'}"
            )
        return _answer_of(route, requested)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Answer a request of `api.http_client`; see `hostkit.http.HttpTransport.send`.

        Args:
            request: The request.

        Raises:
            LookupError: There is no route for it.
        """
        form: Any = request.form
        added, body = write_request(request.body, request.json, form, None)
        headers = {**added, **request.headers}
        try:
            answer = await self.request(
                request.method, _sent_url(request), headers=headers, body=body
            )
        except OSError as error:
            said = f"{request.shown}: {error}"
            raise HttpUnreachableError(Code.UNREACHABLE, said) from error
        return HttpResponse(request, answer.status, answer.headers, answer.body)


def _sent_url(request: HttpRequest) -> str:
    """The URL of a request, with what is added to its query."""
    if request.params is None:
        return request.url
    return (
        f"{request.url}{'&' if '?' in request.url else '?'}{urlencode(request.params, doseq=True)}"
    )


def _answer_of(route: Any, requested: Requested) -> Answer:
    if isinstance(route, BaseException):
        raise route
    if isinstance(route, Answer):
        return route
    if callable(route):
        return _answer_of(route(requested), requested)
    if isinstance(route, int):
        return Answer(route, {})
    return Answer(200, {"content-type": "application/json"}, json.dumps(route).encode())


def fake_http(routes: Mapping[str, Answer | Callable[[Requested], Any] | Any]) -> FakeHttp:
    """Make what stands in for the servers that a module asks.

    Args:
        routes: What is answered, by ``"METHOD URL"`` or by URL: an `Answer`; a status; an
            exception, which is raised (an `OSError` is a server that cannot be reached); a
            function of the `Requested`; or anything else, which is sent as JSON.

    Returns:
        What answers; ``build_host(..., servers=fake_http({...}))`` has it answer what modules ask
        with ``api.http_client``.
    """
    return FakeHttp(routes)
