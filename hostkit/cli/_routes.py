"""Write who serves which path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from hostkit.api import RESERVED, is_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.api import Mount
    from hostkit.host import Host


def show_routes(host: Host) -> Iterator[str]:
    """Write every path that a module serves, below the one it is part of, line by line.

    Args:
        host: The host, built.
    """
    if not host.mounts:
        yield "no module serves a path"
    parents: list[str] = []
    for path in sorted(host.mounts, key=lambda path: path.split("/")):
        while parents and not is_below(path, parents[-1]):
            parents.pop()
        margin = "  " * len(parents)
        module, mount = host.mounts[path]
        yield f"{margin}{path}  {module.name}  ({mount.source})"
        if parents and _hides_a_child(host.mounts[parents[-1]][1], path):
            yield f"{margin}  instead of what the resource at {parents[-1]} has there"
        for other, late in _not_served(host, path):
            yield f"{margin}  not {other}, which registers it as well  ({late.source})"
        parents.append(path)


def show_route(host: Host, asked: str) -> tuple[bool, str]:
    """Write who would serve a path.

    Args:
        host: The host, built.
        asked: The path, as a request would have it: a query may follow, and it may be encoded.

    Returns:
        Whether anybody would, and the line that says who.
    """
    # As a request's path is read: an encoded slash belongs to its segment.
    segments = tuple(unquote(segment) for segment in asked.partition("?")[0].split("/"))
    if segments[:2] == tuple(RESERVED.split("/")):
        return True, f"{asked}  hostkit itself"
    mounts = {tuple(path.split("/")): found for path, found in host.mounts.items()}
    is_path = not {".", ".."} & set(segments)
    for length in range(len(segments), 1, -1):
        if is_path and segments[:length] in mounts:
            module, mount = mounts[segments[:length]]
            rest = "".join(f"/{segment}" for segment in segments[length:])
            asks = f", whose resource at {mount.path} is asked for {rest}" if rest else ""
            return True, f"{asked}  {module.name}  ({mount.source}){asks}"
    return False, f"{asked}  nobody"


def _not_served(host: Host, path: str) -> list[tuple[str, Mount]]:
    served = host.mounts[path][1]
    return [
        (module.name, mount)
        for module in host.modules
        for mount in module.mounts
        if mount.path == path and mount is not served
    ]


def _hides_a_child(parent: Mount, path: str) -> bool:
    """Tell whether a resource has a child of its own, put there with `putChild`, at a path."""
    resource: Any = parent.resource
    for segment in path.removeprefix(parent.path)[1:].split("/"):
        resource = getattr(resource, "children", {}).get(segment.encode())
        if resource is None:
            return False
    return True
