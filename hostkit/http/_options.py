"""`HttpOptions`: what a request may be given by name; and `complete`, which checks it all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypedDict
from urllib.parse import urlsplit, urlunsplit

import attrs

from hostkit.codes import Code
from hostkit.http._request import NOTHING, HttpRequest, Params
from hostkit.http._response import HttpCallError
from hostkit.http._urls import PORTS, basic_authorization, shown_url, without_user
from hostkit.traces import current_trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hostkit.config import Http

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_IN_URL: Final = re.compile(r"[\x00-\x20\x7f]")


class HttpOptions(TypedDict, total=False):
    """What every request may be given by name.

    Attributes:
        params: What is added to the query of the URL.
        headers: The headers.
        timeout_seconds: How long it may take, with all attempts and redirects.
        max_bytes: The longest body of an answer that is read, uncompressed.
        retries: How often it is sent again when the server cannot be reached or is busy. By
            default twice for GET, HEAD, OPTIONS, PUT and DELETE, and never for others.
        max_redirects: How many redirects are followed, 5 by default; with 0 the redirect is the
            answer.
        block_private_addresses: Whether only public addresses are connected to.
    """

    params: Params | None
    headers: Mapping[str, str] | None
    timeout_seconds: float | None
    max_bytes: int | None
    retries: int | None
    max_redirects: int
    block_private_addresses: bool


def complete(asked: HttpRequest, options: HttpOptions, settings: Http) -> HttpRequest:
    """Check a request, and add what the options, the settings and the current trace say.

    Args:
        asked: The request, of a module that no type checker may have seen. A user in its URL
            becomes a header.
        options: See `HttpOptions`.
        settings: What the file says.

    Raises:
        HttpCallError: It cannot be sent (HK501).
    """
    _check_parts(asked.method, asked.body, asked)
    given = dict(options.get("headers") or {})
    _check_headers(given)
    url, added = _read_url(asked.url)
    trace = current_trace.get()
    if trace is not None:
        added |= trace.headers
    names = {name.lower() for name in given}
    is_blocked = settings.block_private_addresses or options.get("block_private_addresses", False)
    return attrs.evolve(
        asked,
        method=asked.method.upper(),
        url=url,
        params=options.get("params"),
        headers={name: value for name, value in added.items() if name not in names} | given,
        max_bytes=options.get("max_bytes") or settings.max_response,
        block_private_addresses=is_blocked,
    )


def _check_parts(method: Any, body: Any, asked: HttpRequest) -> None:
    if not isinstance(method, str) or _TOKEN.fullmatch(method) is None:
        raise _bad(f"{method!a} is not a method of HTTP", "such as 'GET' or 'POST'")
    if (asked.json is not NOTHING) + (asked.form is not None) + bool(body) > 1:
        raise _bad("a request has one body", "only one of json=, form= and body=")
    if not isinstance(body, bytes):
        raise _bad(f"a body is not of the type {type(body).__name__}", "bytes")


def _read_url(url: Any) -> tuple[str, dict[str, str]]:
    """Read a URL; a user in it becomes a header."""
    expected = "such as https://example.org/path"
    if not isinstance(url, str):
        raise _bad(f"a URL is not of the type {type(url).__name__}", expected)
    try:
        parts = urlsplit(url)
        is_bad = parts.scheme not in PORTS or not parts.hostname or parts.port == 0
    except ValueError:
        is_bad = True
    if is_bad or _NOT_IN_URL.search(url):
        raise _bad(f"{shown_url(url)!a} is not the URL of a web server", expected)
    authorization = basic_authorization(parts)
    if authorization is None:
        return url, {}
    url = urlunsplit(parts._replace(netloc=without_user(parts)))
    return url, {"authorization": authorization}


def _check_headers(headers: Mapping[Any, Any]) -> None:
    for name, value in headers.items():
        if not isinstance(name, str) or _TOKEN.fullmatch(name) is None:
            raise _bad(f"{name!a} is not the name of a header", "letters, digits and hyphens")
        # Without its value, which may be a secret.
        if not isinstance(value, str) or _CONTROL.search(value) or not _is_latin(value):
            raise _bad(
                f"the header {name} has a value that cannot be sent",
                "a str on one line, in Latin-1",
            )


def _is_latin(value: str) -> bool:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _bad(message: str, expected: str) -> HttpCallError:
    return HttpCallError(Code.BAD_CALL, message, expected=expected)
