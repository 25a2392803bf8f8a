"""`Router`: find the resource for a path among those the modules registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from twisted.web.resource import Resource

from hostkit.web._pages import ErrorPage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twisted.web.resource import IResource
    from twisted.web.server import Request


@final
class Router(Resource):
    """Serves each resource at its path and below, the longest path first.

    Args:
        resources: Resources by absolute path; in any order, whoever is above whom.
    """

    def __init__(self, resources: Mapping[str, IResource]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._resources = {
            tuple(segment.encode() for segment in path.split("/")[1:]): resource
            for path, resource in resources.items()
        }

    def getChildWithDefault(self, path: bytes, request: Request) -> IResource:
        """Find the resource for a request of which the first segment was taken off."""
        assert request.prepath is not None  # noqa: S101 -- set before resources are looked for
        assert request.postpath is not None  # noqa: S101
        segments = (path, *request.postpath)
        for length in range(len(segments), 0, -1):
            resource = self._resources.get(segments[:length])
            if resource is not None:
                taken = length - 1
                request.prepath += request.postpath[:taken]
                del request.postpath[:taken]
                return resource
        return ErrorPage(404, "not_found", "nothing is served at this path")
