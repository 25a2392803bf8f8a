"""`redirected`: the request that an answer asks for instead."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

import attrs

from hostkit.codes import Code
from hostkit.http._request import NOTHING
from hostkit.http._response import HttpCallError
from hostkit.http._urls import PORTS, shown_url

if TYPE_CHECKING:
    from hostkit.http._request import HttpRequest
    from hostkit.http._response import HttpResponse

_AS_GET: Final = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER)
_AS_IT_IS: Final = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
_SECRET: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
_OF_BODY: Final = frozenset({"content-type", "content-encoding", "content-language"})


def redirected(response: HttpResponse) -> HttpRequest | None:
    """Find the request that an answer asks for instead.

    A POST becomes a GET as in browsers, unless the answer is 307 or 308. Another host, port or
    scheme is not sent the credentials of the first one.

    Args:
        response: The answer.

    Returns:
        The request; `None` if the answer is what was asked for.

    Raises:
        HttpCallError: It leads to what is not a web page (HK507).
    """
    request, location = response.request, response.headers.get("location")
    if location is None or response.status not in (*_AS_GET, *_AS_IT_IS):
        return None
    try:
        url = urljoin(request.url, location)
        is_same = _origin(url) == _origin(request.url)
    except ValueError:
        raise HttpCallError(
            Code.BAD_REDIRECT,
            f"{request.shown} was redirected to what is not a URL of HTTP: {shown_url(location)!a}",
        ) from None
    dropped = frozenset() if is_same else _SECRET
    changes = {}
    if response.status in _AS_GET and request.method not in ("GET", "HEAD"):
        dropped |= _OF_BODY
        changes = {"method": "GET", "json": NOTHING, "form": None, "body": b""}
    headers = {
        name: value for name, value in request.headers.items() if name.lower() not in dropped
    }
    return attrs.evolve(request, url=url, params=None, headers=headers, **changes)


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(url)
    return parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme]
