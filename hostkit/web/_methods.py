"""Which methods a resource has, and how others are refused."""

from __future__ import annotations

from http import HTTPMethod
from typing import TYPE_CHECKING, Final

from twisted.python.reflect import prefixedMethodNames
from twisted.web.resource import Resource

from hostkit.web._pages import write_error

if TYPE_CHECKING:
    from collections.abc import Collection

    from twisted.web.server import Request

_KNOWN: Final = frozenset(method.value.encode() for method in HTTPMethod)


def refuse_method(request: Request, methods: Collection[bytes]) -> bytes:
    """Answer a request with a method that a resource does not have.

    OPTIONS is answered with what there is (204); other methods are refused, those that HTTP has
    with 405 and all others with 501.

    Args:
        request: The request.
        methods: The methods that the resource has.

    Returns:
        The body.
    """
    allowed = [*methods, *({b"HEAD"} - {*methods} if b"GET" in methods else ())]
    if b"OPTIONS" not in allowed:
        allowed.append(b"OPTIONS")
    if request.method not in _KNOWN:
        return write_error(request, 501, "not_implemented", "this method is not known here")
    return refuse_others(request, b", ".join(sorted(allowed)))


def refuse_others(request: Request, allow: bytes) -> bytes:
    """Answer a request with another method than there is: OPTIONS with 204, all others with 405.

    Args:
        request: The request.
        allow: The methods that there are, as the header ``Allow`` lists them.

    Returns:
        The body.
    """
    request.setHeader(b"allow", allow)
    if request.method == b"OPTIONS":
        request.setResponseCode(204)
        return b""
    error = f"this method is not served at this path; it has {allow.decode('ascii', 'replace')}"
    return write_error(request, 405, "method_not_allowed", error)


def render_methods(resource: object, told: Collection[bytes] = ()) -> list[bytes]:
    """List the methods of a resource.

    Args:
        resource: The resource.
        told: What it says itself; HEAD may be among them with no GET to make it of.
    """
    names = prefixedMethodNames(type(resource), "render_")
    methods = told or [name.encode() for name in names]
    return [method for method in methods if method != b"HEAD" or not lacks_head(resource)]


def lacks_head(resource: object) -> bool:
    """Tell whether all there is for HEAD is what Twisted makes of a GET that is not there.

    Args:
        resource: The resource.
    """
    if not isinstance(resource, Resource) or hasattr(resource, "render_GET"):
        return False
    kind = type(resource)
    return kind.render is Resource.render and kind.render_HEAD is Resource.render_HEAD
