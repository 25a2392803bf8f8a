"""The kinds of endpoints that there are, and all that is known about the parts of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

CERTIFICATE: Final = ("privateKey", "certKey", "sslmethod", "extraCertChain", "dhParameters")
"""The parts of an endpoint that say what its certificate is."""

DEFAULT_KEY: Final = "server.pem"
"""The file of the key of ``ssl:`` that Twisted takes if none is given."""


@final
@attrs.frozen
class Kind:
    """One kind of endpoint.

    Attributes:
        example: How one is written; empty if it wraps another one.
        parts: The names of its parts, in the order in which they may be given without them; none
            if the system or another process has chosen them.
        paths: Which parts are paths, with the default of each.
        interface: The address at which it listens if none is given; `None` if it is not a port.
    """

    example: str
    parts: tuple[str, ...] = ()
    paths: Mapping[str, str | None] = {}
    interface: str | None = None


_IPV4: Final = "0.0.0.0"  # noqa: S104 -- Twisted's default
_IPV6: Final = "::"
_PORT: Final = ("port", "interface", "backlog")
_FILES: Final[Mapping[str, str | None]] = {
    "privateKey": DEFAULT_KEY,
    "certKey": None,
    "extraCertChain": None,
    "dhParameters": None,
}

KINDS: Final[Mapping[str, Kind]] = {
    "tcp": Kind("tcp:8080:interface=127.0.0.1", _PORT, interface=_IPV4),
    "tcp6": Kind(r"tcp6:8080:interface=\:\:1", _PORT, interface=_IPV6),
    "ssl": Kind(
        "ssl:8443:privateKey=key.pem:certKey=cert.pem",
        ("port", *CERTIFICATE[:3], "interface", "backlog", *CERTIFICATE[3:]),
        paths=_FILES,
        interface=_IPV4,
    ),
    "unix": Kind(
        "unix:/run/words.sock:mode=660",
        ("address", "mode", "backlog", "lockfile"),
        paths={"address": None},
    ),
    "tls": Kind(
        "tls:/etc/words/certificates:8443",
        ("path", "port", "backlog", "interface"),
        paths={"path": None},
        interface=_IPV6,
    ),
    "systemd": Kind("systemd:domain=INET:index=0 or systemd:domain=INET:name=web"),
    "fd": Kind("fd:3"),
    "haproxy": Kind(""),
}
"""What may stand in a file; other packages may add more."""

EXAMPLES: Final[Mapping[str, str]] = {name: kind.example for name, kind in KINDS.items()}
"""How an endpoint of each kind is written."""

OTHER: Final = Kind("")
"""What is known of a kind that another package has added."""


def kind_of(name: str) -> Kind:
    """Return what is known about a kind.

    Args:
        name: How an endpoint string calls it.
    """
    return KINDS.get(name, OTHER)
