"""`peer_of`: the user at the other end of a UNIX socket."""

from __future__ import annotations

import pwd
import socket
import struct
from typing import Any, Final

_CREDENTIALS: Final = struct.Struct("iII")  # process, user, group
_NOT_KNOWN: Final = "the user of the server, or root"


def peer_of(transport: Any) -> str:
    """Name the user who has connected, as the system knows it.

    Args:
        transport: The connection.

    Returns:
        Such as ``ann (uid 1000, process 4711)``. Where the system does not say it, those who could
        have connected.
    """
    connection = getattr(transport, "socket", None)
    option = getattr(socket, "SO_PEERCRED", None)  # Linux
    if connection is None or option is None:
        return _NOT_KNOWN
    found = connection.getsockopt(socket.SOL_SOCKET, option, _CREDENTIALS.size)
    process, user, _ = _CREDENTIALS.unpack(found)
    try:
        return f"{pwd.getpwuid(user).pw_name} (uid {user}, process {process})"
    except KeyError:  # such as in a container
        return f"uid {user}, process {process}"
