"""Where a listener listens, compared with others; and why it cannot listen there."""

from __future__ import annotations

import errno
import os
import socket
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final, final

import attrs
from twisted.internet.error import CannotListenError

from hostkit.presenting import exception_line
from hostkit.web._endpoint_faults import parts_of
from hostkit.web._endpoint_kinds import EXAMPLES, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFAULT_PORT: Final = "443"


@final
@attrs.frozen
class Address:
    """Where an endpoint listens.

    Attributes:
        family: What kind of place it is.
        place: The port, the path, or what else it is.
        interface: The address of the network interface; empty for all of them.
    """

    family: str
    place: str
    interface: str = ""

    def collides(self, other: Address) -> bool:
        """Whether only one of two endpoints can be listened at."""
        is_same = (self.family, self.place) == (other.family, other.place)
        overlap = self.interface == other.interface or "" in {self.interface, other.interface}
        return is_same and overlap


def address_of(text: str) -> Address | None:
    """Find the address of an endpoint string that was checked, with absolute paths.

    Returns:
        The address; `None` if the system chooses one.
    """
    parts = parts_of(text)
    kind = parts["kind"]
    if kind == "unix":
        return Address("unix", os.path.normpath(parts["address"]))
    everywhere = kind_of(kind).interface
    if everywhere is None:
        return Address(kind, text)
    port = int(parts.get("port", _DEFAULT_PORT))
    interface = parts.get("interface") or everywhere
    if interface == "localhost":
        interface = "127.0.0.1"
    family = "IPv6" if ":" in interface else "IPv4"
    try:
        is_any = ip_address(interface).is_unspecified
    except ValueError:  # a name, or an address with a zone
        is_any = False
    return Address(family, str(port), "" if is_any else interface) if port else None


_FIRST_FREE_PORT: Final = 1024
_PROBE_SECONDS: Final = 1.0


def explain_listening(text: str, error: Exception) -> tuple[str, str | None]:
    """Say why listening failed.

    Args:
        text: The endpoint string, with absolute paths.
        error: What was raised.

    Returns:
        The reason, and what to do about it if that is known.
    """
    cause = error.socketError if isinstance(error, CannotListenError) else error
    parts = parts_of(text)
    if parts["kind"] == "unix":
        return explain_place(text) or _explain_socket(Path(parts["address"]), cause)
    if isinstance(cause, socket.gaierror):
        reason = f"the name {parts.get('interface', '')!r} cannot be resolved: {cause.strerror}"
        return reason, "write the IP address"
    return _reason(cause), _hint(parts, cause.errno if isinstance(cause, OSError) else None)


def _hint(parts: Mapping[str, str], number: int | None) -> str | None:
    """Say what to do about an error of the system."""
    if number == errno.EADDRINUSE:
        return (
            "another program listens there; stop it, or choose another port (`ss -ltnp`, as root, "
            "shows which program it is)"
        )
    if number in {errno.EACCES, errno.EPERM} and _is_reserved(parts.get("port", "")):
        return (
            f"ports below {_FIRST_FREE_PORT} need a right: choose a higher one, let systemd open "
            f"the socket ({EXAMPLES['systemd']}), or give the process CAP_NET_BIND_SERVICE"
        )
    if number == errno.EADDRNOTAVAIL:
        return "this machine has no such address; `ip address` shows those it has"
    return None


def _is_reserved(port: str) -> bool:
    return port.isdecimal() and int(port) < _FIRST_FREE_PORT


def _reason(cause: object) -> str:
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    if isinstance(cause, LookupError):  # of a socket that systemd has not passed
        return str(cause)
    return exception_line(cause) if isinstance(cause, Exception) else str(cause)


def explain_place(text: str) -> tuple[str, str | None] | None:
    """Say why there cannot be a socket where an endpoint wants one, without listening.

    Args:
        text: The endpoint string, with absolute paths.

    Returns:
        The reason, and what to do about it if that is known; `None` if nothing is in the way.
    """
    parts = parts_of(text)
    if parts["kind"] != "unix":
        return None
    path = Path(parts["address"])
    folder = path.parent
    if not folder.is_dir():
        return (
            f"the folder {folder} does not exist",
            "create it, or let systemd do so (RuntimeDirectory=)",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"this user may not create files in {folder}", None
    return None


def _explain_socket(path: Path, cause: object) -> tuple[str, str | None]:
    if not path.exists():
        return _reason(cause), None
    if not path.is_socket():
        return f"{path} exists and is not a socket", "choose another path"
    if is_served(path):
        return (
            "another program serves this socket",
            "stop it, or choose another path",
        )
    return (
        f"no program serves the socket {path}, but it is still there: {_reason(cause)}",
        f"rm {path} {path}.lock",
    )


def is_served(path: Path) -> bool:
    """Whether a program accepts connections at a UNIX socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(_PROBE_SECONDS)
        try:
            client.connect(os.fspath(path))
        except OSError as error:
            # A user without the right to connect, or a queue that is full, is a server's doing.
            return error.errno not in {errno.ECONNREFUSED, errno.ENOENT}
    return True
