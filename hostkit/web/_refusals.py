"""What a connection answers in the place of a resource, before it hangs up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.web._pages import UNAUTHORIZED, early_answer

if TYPE_CHECKING:
    from hostkit.config import Limits


def headers_too_slow() -> bytes:
    """The answer to headers that take too long to arrive."""
    return early_answer(408, "timeout", "the headers of the request came too slowly")


def body_too_slow() -> bytes:
    """The answer to a body that takes too long to arrive."""
    return early_answer(408, "timeout", "the body of the request came too slowly")


def body_too_long(limit: int) -> bytes:
    """The answer to a body that is too long.

    Args:
        limit: How long it may be, in bytes.
    """
    return early_answer(413, "too_large", f"the body is longer than {limit} bytes")


def url_too_long(limit: int) -> bytes:
    """The answer to a URL that is too long.

    Args:
        limit: How long it may be, in bytes.
    """
    return early_answer(414, "url_too_long", f"the URL is longer than {limit} bytes")


def bad_host() -> bytes:
    """The answer to a request that does not name its host, or twice, or in another form."""
    error = "the request must name its host, once, as in Host: example.com"
    return early_answer(400, "bad_host", error)


def wrong_host() -> bytes:
    """The answer to a request for a host that the listener does not answer for."""
    error = "this server does not answer for this host (see `hosts:` of its listener)"
    return early_answer(421, "wrong_host", error)


def unauthorized() -> bytes:
    """The answer to a request without the token, whose body is not read."""
    return early_answer(401, "unauthorized", UNAUTHORIZED, "WWW-Authenticate: Bearer")


def too_many_requests() -> bytes:
    """The answer to one request more than may be in flight."""
    error = "too many requests are in flight; try again later"
    return early_answer(503, "too_many_requests", error, "Retry-After: 1")


def too_many_bodies() -> bytes:
    """The answer to a body for which there is no room besides those of other requests."""
    error = "too many bodies are kept; try again later"
    return early_answer(503, "too_many_bodies", error, "Retry-After: 1")


def body_not_stored() -> bytes:
    """The answer to a body for which there is neither memory nor room in a temporary folder."""
    error = "the server has no room for the body of this request"
    return early_answer(507, "no_storage", error)


def unreadable(limits: Limits, size: int, count: int, *, is_first: bool) -> bytes:
    """The answer to what cannot be read as a request.

    Args:
        limits: What requests are held to.
        size: How many bytes its headers have so far, with the request line.
        count: How many headers were read so far.
        is_first: Whether the request line has not been read completely.
    """
    if size > limits.headers_size and is_first:
        return url_too_long(limits.headers_size)
    if size > limits.headers_size:
        error = f"the headers are longer than {limits.headers_size} bytes"
        return early_answer(431, "headers_too_large", error)
    if count > limits.headers:
        error = f"there are more than {limits.headers} headers"
        return early_answer(431, "headers_too_large", error)
    return early_answer(400, "bad_request", "this is not a valid HTTP request")
