"""What the URLs of requests and of proxies have in common: ports, and users with passwords."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from urllib.parse import SplitResult

PORTS: Final = {"http": 80, "https": 443}
"""The usual port of each scheme."""


def shown_url(url: str) -> str:
    """Write a URL without its user, password, query and fragment, which may be secret.

    Args:
        url: The URL.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "a URL"
    return f"{parts.scheme}://{without_user(parts)}{parts.path}"


def without_user(parts: SplitResult) -> str:
    """Take host and port from a URL, as they are written there.

    Args:
        parts: The URL.
    """
    return parts.netloc.rpartition("@")[2]


def basic_authorization(parts: SplitResult) -> str | None:
    """Write the header by which the user of a URL logs in.

    Args:
        parts: The URL.

    Returns:
        The value of the header; `None` if the URL has no user.
    """
    if parts.username is None:
        return None
    secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {b64encode(secret.encode()).decode()}"
