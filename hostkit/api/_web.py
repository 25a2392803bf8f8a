"""`WebApi`: the part of the module api that registers web resources, and where they may be."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Final

from hostkit.api._base import BaseApi, Mount
from hostkit.codes import Code
from hostkit.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Collection

    from twisted.web.resource import IResource

RESERVED: Final = "/_hostkit"
"""hostkit's own prefix."""


class WebApi(BaseApi):
    """Registers web resources."""

    def register_web_resource(self, path: str, resource: IResource) -> None:
        """Serve a Twisted web resource.

        Args:
            path: The absolute path to serve it at, such as ``/words/status``.
            resource: Any object that provides `twisted.web.resource.IResource`.

        Raises:
            RegistrationError: The path cannot be used (HK209), or this is not a resource (HK211).
        """
        self._registrations.check_open("registering a web resource")
        recommended = self._services.recommended_path
        _check_path(path, self._services.reserved_paths)
        _check_resource(path, resource)
        mount = Mount(path, resource, _calling_line("register_web_resource"))
        if recommended is not None and not is_below(path, recommended):
            self._warn(
                "module %r registers %s (%s), which is outside of %s, where this host wants"
                " modules to serve",
                self._name,
                path,
                mount.source,
                recommended,
            )
        self._registrations.mounts.append(mount)


def check_host_paths(reserved: Collection[str], recommended: str | None) -> None:
    """Make sure that what a host reserves and recommends are paths.

    Args:
        reserved: The prefixes that it reserves for itself.
        recommended: The prefix that it recommends to its modules.

    Raises:
        RegistrationError: One of them is not a path (HK209); the message names the broken rule.
    """
    if isinstance(reserved, str):
        raise RegistrationError(
            Code.BAD_PATH,
            f"reserved_paths is one string, {reserved!r}",
            expected="several, as in reserved_paths=('/admin',)",
        )
    for path in (*reserved, *(() if recommended is None else (recommended,))):
        rule = _broken_rule(path)
        if rule is not None:
            raise RegistrationError(
                Code.BAD_PATH,
                f"{path!r} can be neither reserved nor recommended: {rule}",
                expected="an absolute path such as /admin, without a slash at its end",
            )


def is_below(path: str, prefix: str) -> bool:
    """Whether a path is a prefix, or further down.

    Args:
        path: The path.
        prefix: The prefix, of whole segments.
    """
    return f"{path}/".startswith(f"{prefix}/")


def _check_path(path: str, reserved: Collection[str]) -> None:
    """Make sure that a resource can be served at a path.

    Raises:
        RegistrationError: It cannot (HK209); the message names the broken rule.
    """
    rule = _broken_rule(path) or _reserved_by(path, reserved)
    if rule is not None:
        raise RegistrationError(
            Code.BAD_PATH,
            f"no resource can be served at {path!r}: {rule}",
            expected="an absolute path such as /words/status",
        )


def _check_resource(path: str, resource: IResource) -> None:
    """Make sure that what is to be served is a resource.

    Raises:
        RegistrationError: It is not (HK211).
    """
    # Importing Twisted's web takes a while, and not all modules need it.
    from twisted.web.resource import IResource, Resource  # noqa: PLC0415

    if not IResource.providedBy(resource):
        raise RegistrationError(
            Code.NOT_A_RESOURCE,
            f"what is to be served at {path} is not a web resource: {resource!r}",
            expected="an object that provides twisted.web.resource.IResource",
            hint="give an instance, not the class" if isinstance(resource, type) else None,
        )
    if isinstance(resource, Resource) and not hasattr(resource, "children"):
        # Its class never called `super().__init__()`, and the module may put children below it.
        Resource.__init__(resource)


def _calling_line(method: str) -> str:
    """Find where a method of the api was called, not counting overrides in a host's own api."""
    # Two modules may register one path, and a warning then names both lines.
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_name in ("_calling_line", method):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""


def _broken_rule(path: object) -> str | None:
    """Find the rule for paths that a path breaks."""
    if not isinstance(path, str):
        return "a path is a str"
    if not path.startswith("/"):
        return "a path begins with a slash"
    segments = path.split("/")[1:]  # Twisted splits paths likewise, and keeps empty segments
    if any(segment in ("", ".", "..") for segment in segments):
        return "no segment may be empty, '.' or '..'"
    if any(character in "?#%" or not character.isprintable() for character in path):
        return "a path is written as it is, without '?', '#', '%' or control characters"
    return None


def _reserved_by(path: str, reserved: Collection[str]) -> str | None:
    if is_below(path, RESERVED):
        return f"{RESERVED} belongs to hostkit itself"
    for prefix in reserved:
        if is_below(path, prefix):
            return f"{prefix} is reserved by the host (its reserved_paths)"
    return None
