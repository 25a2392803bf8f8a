"""Which paths a module may serve a web resource at."""

from __future__ import annotations

from typing import Final

from hostkit import codes
from hostkit.errors import RegistrationError

RESERVED: Final = "/_hostkit"
"""hostkit's own prefix."""


def check_path(path: str) -> None:
    """Make sure that a resource can be served at a path.

    Raises:
        RegistrationError: It cannot (HK209), with the rule it breaks.
    """
    rule = _broken_rule(path)
    if rule is not None:
        raise RegistrationError(
            codes.BAD_PATH,
            f"no resource can be served at {path!r}: {rule}",
            expected="an absolute path such as /words/status",
        )


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
    if f"{path}/".startswith(f"{RESERVED}/"):
        return f"{RESERVED} belongs to hostkit itself"
    return None
