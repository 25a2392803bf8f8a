"""Which paths a module may serve a web resource at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit.codes import Code
from hostkit.errors import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Collection

RESERVED: Final = "/_hostkit"
"""hostkit's own prefix."""


def check_path(path: str, reserved: Collection[str] = ()) -> None:
    """Make sure that a resource can be served at a path.

    Args:
        path: The path.
        reserved: The prefixes that the host has reserved for itself.

    Raises:
        RegistrationError: It cannot (HK209), with the rule it breaks.
    """
    rule = _broken_rule(path) or _reserved_by(path, reserved)
    if rule is not None:
        raise RegistrationError(
            Code.BAD_PATH,
            f"no resource can be served at {path!r}: {rule}",
            expected="an absolute path such as /words/status",
        )


def check_host_paths(reserved: Collection[str], recommended: str | None) -> None:
    """Make sure that what a host says about paths are paths.

    Args:
        reserved: The prefixes that it reserves for itself.
        recommended: The prefix that it recommends to its modules.

    Raises:
        RegistrationError: One of them is none (HK209), with the rule it breaks.
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
    """Tell whether a path is a prefix, or further down.

    Args:
        path: The path.
        prefix: The prefix, of whole segments.
    """
    return f"{path}/".startswith(f"{prefix}/")


def _broken_rule(path: object) -> str | None:
    if not isinstance(path, str):
        return "a path is a str"
    if not path.startswith("/"):
        return "a path begins with a slash"
    segments = path.split("/")[1:]
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
