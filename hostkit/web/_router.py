"""`Router`: finds the resource of a request, and gives errors in JSON."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast, final

from twisted.web import pages
from twisted.web.resource import Resource

from hostkit.web._pages import BAD_PATH, FORBIDDEN, NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.web.resource import IResource

    from hostkit.host import Host
    from hostkit.web._pages import ErrorPage
    from hostkit.web._request import HostRequest


def in_json(resource: IResource) -> IResource:
    """Give the same error in JSON for a page of Twisted's own; any other resource as it is.

    A page with a text of the module's own is the module's, and stays.

    Args:
        resource: What was found for a request.
    """
    for texts, page in _STOCK.get(type(resource), ()):
        if all(vars(resource).get(name) == text for name, text in texts.items()):
            return page
    return resource


def _stock() -> dict[type, list[tuple[dict[str, Any], ErrorPage]]]:
    with warnings.catch_warnings():
        # Twisted uses what it has deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        from twisted.web.static import File  # noqa: PLC0415

        unknown_child = Resource().getChild(b"", None)
    stock: dict[type, list[tuple[dict[str, Any], ErrorPage]]] = {}
    for theirs, ours in (
        (unknown_child, NOT_FOUND),
        (pages.notFound(), NOT_FOUND),
        (pages.forbidden(), FORBIDDEN),
        (File.childNotFound, NOT_FOUND),
        (File.forbidden, FORBIDDEN),
    ):
        # What else is on a resource is how it was put where it is.
        texts = {
            name: value
            for name, value in vars(cast("object", theirs)).items()
            if isinstance(value, str | int)
        }
        stock.setdefault(type(theirs), []).append((texts, ours))
    return stock


_STOCK: Final = _stock()


_UNUSUAL: Final = re.compile(rb"^[^/]|[^!-$&-~]|/\.")
"""Finds what most paths do not have: something encoded, or a segment that begins with a dot."""


@final
class Router(Resource):
    """Serves each resource at its path and below, the longest path first.

    Below its path a resource is asked as by Twisted: for its children, unless it is a leaf. A
    trailing slash is a last segment that is empty. Paths with ``.`` or ``..`` for a segment, with
    NUL, or not in UTF-8, plain or encoded, are answered with 400 before any resource sees them.

    Args:
        resources: Resources by absolute path; in any order, parents and children alike.
        modules: The names of the modules that the resources belong to, by the same paths.
        host: A host, built, of which all that its modules serve is served as well, before and after
            each reload. At a path that is among the resources, it is hidden by them.
        redact: Takes secrets out of the errors that resources raise as an `HttpError`; by default
            those of the host, if one is given.

    Raises:
        TypeError: The resources are not a mapping.
    """

    def __init__(
        self,
        resources: Mapping[str, IResource] = MappingProxyType({}),
        modules: Mapping[str, str] = MappingProxyType({}),
        *,
        host: Host | None = None,
        redact: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        if not isinstance(resources, Mapping):
            raise TypeError(
                f"Router takes a mapping of paths to resources, not {resources!r}; "
                "for what a host's modules serve write Router(host=host)"
            )
        self._redact = redact
        if host is None:
            self._serve(resources, modules)
            return
        if redact is None:
            self._redact = host.receipts.redact

        def serve() -> None:
            mounts = host.mounts
            self._serve(
                {**{path: mount.resource for path, (_, mount) in mounts.items()}, **resources},
                {path: module.name for path, (module, _) in mounts.items() if path not in resources}
                | dict(modules),
            )

        serve()
        host.when_reloaded(serve)

    def _serve(self, resources: Mapping[str, IResource], modules: Mapping[str, str]) -> None:
        self._routes = {
            tuple(segment.encode() for segment in path.split("/")[1:]): (
                resource,
                modules.get(path),
            )
            for path, resource in resources.items()
        }
        # Most requests ask for a path as it was registered; they are found at once.
        self._exact = {
            path.encode(): (in_json(resource), modules.get(path), path.encode().split(b"/")[2:])
            for path, resource in resources.items()
        }
        # Without it a path of thousands of segments would be looked up as many times.
        self._deepest = max(map(len, self._routes), default=0)

    def getChildWithDefault(self, path: bytes, request: HostRequest) -> IResource:
        """Find the resource for a request of which the first segment was taken off."""
        assert request.prepath is not None  # noqa: S101 -- set before resources are looked for
        request.redact = self._redact
        postpath = request.postpath
        assert postpath is not None  # noqa: S101
        exact = self._exact.get(request.path)
        if exact is not None and len(request.prepath) == 1:  # this is the root of the site
            resource, request.module, rest = exact
            request.prepath += rest
            postpath.clear()
            return resource
        segments = (path, *postpath)
        if _UNUSUAL.search(request.path) and _is_bad(request.path, segments):
            return BAD_PATH
        for length in range(min(len(segments), self._deepest), 0, -1):
            route = self._routes.get(segments[:length])
            if route is not None:
                taken = length - 1
                request.prepath += postpath[:taken]
                del postpath[:taken]
                resource, request.module = route
                return _descend(resource, request.prepath, postpath, request)
        return NOT_FOUND


def _is_bad(path: bytes, segments: Iterable[bytes]) -> bool:
    try:
        for segment in segments:
            segment.decode()
    except UnicodeDecodeError:
        return True
    return (
        not path.startswith(b"/")
        or any(segment in (b".", b"..") for segment in segments)
        or any(b"\0" in segment for segment in segments)
    )


def _descend(
    resource: IResource, prepath: list[bytes], postpath: list[bytes], request: HostRequest
) -> IResource:
    """Find what serves the rest of a path below a resource."""
    while postpath and not resource.isLeaf:
        segment = postpath.pop(0)
        prepath.append(segment)
        resource = _child_of(resource, segment, request)
    return in_json(resource)


def _child_of(resource: IResource, segment: bytes, request: HostRequest) -> IResource:
    """Do what `Resource.getChildWithDefault` does, also if its ``__init__`` was never called."""
    if not _is_method(resource, "getChildWithDefault"):
        found: IResource = resource.getChildWithDefault(segment, request)
        return found
    child = getattr(resource, "children", {}).get(segment)
    if child is not None:
        return cast("IResource", child)
    # Twisted's own method makes a page with a class of which Twisted says that it is deprecated.
    if _is_method(resource, "getChild"):
        return NOT_FOUND
    return cast("IResource", cast("Resource", resource).getChild(segment, request))


def _is_method(resource: IResource, name: str) -> bool:
    """Whether an object's method is the one that `Resource` has."""
    return getattr(getattr(resource, name), "__func__", None) is getattr(Resource, name)
