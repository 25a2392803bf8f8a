"""`Mount`: a web resource and where it is served."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, final

import attrs

from hostkit.api._paths import check_path
from hostkit.codes import Code
from hostkit.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Collection

    from twisted.web.resource import IResource


@final
@attrs.frozen
class Mount:
    """A web resource and the path it is to be served at.

    Attributes:
        path: The path.
        resource: The resource.
        source: Where it was registered: file and line of the call.
    """

    path: str
    resource: IResource
    source: str = attrs.field(default="", eq=False)


def make_mount(path: str, resource: IResource, reserved: Collection[str]) -> Mount:
    """Make sure that a resource can be served at a path.

    Args:
        path: The absolute path.
        resource: The resource.
        reserved: The prefixes that the host has reserved for itself.

    Raises:
        RegistrationError: The path cannot be used (HK209), or this is not a resource (HK211).
    """
    from twisted.web.resource import (  # noqa: PLC0415 -- not all modules need the web
        IResource,
        Resource,
    )

    check_path(path, reserved)
    if not IResource.providedBy(resource):
        raise RegistrationError(
            Code.NOT_A_RESOURCE,
            f"what is to be served at {path} is not a web resource: {resource!r}",
            expected="an object that provides twisted.web.resource.IResource",
            hint="give an instance, not the class" if isinstance(resource, type) else None,
        )
    if isinstance(resource, Resource) and not hasattr(resource, "children"):
        # Its class never called `super().__init__()`; what the module puts below it may come.
        Resource.__init__(resource)
    return Mount(path, resource, _calling_line("make_mount", "register_web_resource"))


def _calling_line(*methods: str) -> str:
    """Find where a method of the api was called, not counting those that a host put over it."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_name in ("_calling_line", *methods):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""
