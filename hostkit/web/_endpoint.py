"""Where a listener listens, and who can reach it there."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, cast, final

from twisted.internet.defer import Deferred, execute
from twisted.internet.endpoints import (
    AdoptedStreamServerEndpoint,
    _parse,
    serverFromString,
)
from twisted.internet.interfaces import IStreamServerEndpoint
from zope.interface import implementer

if TYPE_CHECKING:
    from twisted.internet.interfaces import IListeningPort, IProtocolFactory

_INHERITED: Final = {
    "systemd": "systemd:domain=INET:index=0 or systemd:domain=INET:name=web",
    "fd": "fd:3",
}


def read_endpoint(reactor: Any, text: str) -> IStreamServerEndpoint:
    """Understand an endpoint string.

    Args:
        reactor: The Twisted reactor.
        text: What Twisted's ``serverFromString`` takes, or ``fd:NUMBER``.

    Returns:
        The endpoint; a socket that this process should have inherited is looked for only when it
        listens.

    Raises:
        Exception: It cannot be understood; each kind of endpoint raises what it likes.
    """
    arguments, options = _parse(text)
    kind = arguments[0]
    if kind not in _INHERITED:
        return cast("IStreamServerEndpoint", serverFromString(reactor, text))
    if not _is_well_formed(kind, arguments[1:], options):
        raise ValueError(f"write it as in {_INHERITED[kind]}")
    return InheritedEndpoint(reactor, text)


def is_local(text: str) -> bool:
    """Tell whether only programs on the same machine can reach an endpoint.

    Args:
        text: An endpoint string that can be understood. What cannot be known counts as not local.
    """
    arguments, options = _parse(text)
    if arguments[0] == "unix":
        return True
    if arguments[0] not in {"tcp", "tcp6", "ssl", "tls"}:
        return False
    interface = options.get("interface", "")
    if interface == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(interface).is_loopback
    return False


@final
@implementer(IStreamServerEndpoint)
class InheritedEndpoint:
    """A socket that was opened by whoever started this process.

    Args:
        reactor: The Twisted reactor.
        text: ``systemd:…`` or ``fd:NUMBER``.
    """

    def __init__(self, reactor: Any, text: str) -> None:
        self._reactor = reactor
        self._text = text

    def listen(self, protocolFactory: IProtocolFactory) -> Deferred[IListeningPort]:  # noqa: N803
        """Find the socket, and listen."""
        finding = execute(self._find)
        return finding.addCallback(lambda endpoint: endpoint.listen(protocolFactory))

    def _find(self) -> Any:
        kind, _, number = self._text.partition(":")
        if kind == "fd":
            with socket.socket(fileno=os.dup(int(number))) as opened:
                return AdoptedStreamServerEndpoint(self._reactor, int(number), opened.family)
        try:
            return serverFromString(self._reactor, self._text)
        except LookupError:
            raise LookupError("systemd has not passed such a socket to this process") from None


def _is_well_formed(kind: str, arguments: list[str], options: dict[str, str]) -> bool:
    if kind == "fd":
        return not options and len(arguments) == 1 and arguments[0].isdecimal()
    is_found = options.keys() == {"domain", "name"} or (
        options.keys() == {"domain", "index"} and options["index"].isdecimal()
    )
    return is_found and not arguments and options["domain"] in {"INET", "INET6", "UNIX"}
