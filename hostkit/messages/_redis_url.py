"""What is wrong with the URL of a Redis server, without any part of its password."""

from __future__ import annotations

import re
from typing import Final

_ENCODED: Final = "in a password, write %2F for /, %3F for ?, %23 for #, %40 for @ and %3A for :"

# The client's messages quote parts of the URL, and so perhaps of the password. What is not here may
# quote anything, so it is not shown.
_MEANINGS: Final[tuple[tuple[str, str], ...]] = (
    (r"Invalid value for '(\w+)'", "the value of its option {!r} is wrong"),
    (r"unexpected keyword argument '(\w+)'", "the client has no option {!r}"),
    (r"following schemes", "it begins with another scheme"),
    (r"^Port out of range", "its port is more than 65535"),
    (r"^Port could not be cast", f"its port is not a number; {_ENCODED}"),
    (r"IPv6|netloc", "its host is not one"),
    (r"^protocol must be", "the value of its option 'protocol' is wrong"),
    (r"Certificate Requirements", "the value of its option 'ssl_cert_reqs' is wrong"),
)


def reason_of(url: str, error: Exception) -> str:
    """Find out why the client rejects a URL.

    Args:
        url: The URL.
        error: What the client, or Python's own reader of URLs, raised.
    """
    # Behind the host no @ belongs: then the password has a character that ends it too early.
    if "@" in url.partition("?")[2] or "@" in url.partition("#")[2]:
        return f"it has a character in its password that means something else; {_ENCODED}"
    for pattern, meaning in _MEANINGS:
        found = re.search(pattern, str(error))
        if found is not None:
            return meaning.format(*found.groups())
    return "the client rejects it"
