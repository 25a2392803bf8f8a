"""`Address`: the place of an endpoint, of which there is only one."""

from __future__ import annotations

import os
from ipaddress import ip_address
from typing import Final, final

import attrs

from hostkit.web._endpoint_faults import parts_of

_DEFAULT_INTERFACES: Final = {"tcp": "0.0.0.0", "ssl": "0.0.0.0", "tcp6": "::", "tls": "::"}  # noqa: S104
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
    if kind not in _DEFAULT_INTERFACES:
        return Address(kind, text)
    port = int(parts.get("port", _DEFAULT_PORT))
    interface = parts.get("interface") or _DEFAULT_INTERFACES[kind]
    if interface == "localhost":
        interface = "127.0.0.1"
    family = "IPv6" if ":" in interface else "IPv4"
    try:
        is_any = ip_address(interface).is_unspecified
    except ValueError:  # a name, or an address with a zone
        is_any = False
    return Address(family, str(port), "" if is_any else interface) if port else None
