"""`read_endpoint`: where a listener listens, as its endpoint string says."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast, final

from twisted.internet.defer import Deferred, execute
from twisted.internet.endpoints import AdoptedStreamServerEndpoint, serverFromString
from twisted.internet.interfaces import IStreamServerEndpoint
from twisted.protocols.haproxy import proxyEndpoint
from zope.interface import implementer

from hostkit.presenting import exception_line
from hostkit.web._endpoint_faults import (
    EndpointError,
    check_endpoint,
    inner_of,
    parts_of,
    split_endpoint,
    unknown_kind,
)
from hostkit.web._endpoint_kinds import EXAMPLES, kind_of
from hostkit.web._endpoint_meant import escape
from hostkit.web._sockets import Place, PlacedEndpoint, SocketReactor
from hostkit.web._tls import check_tls, hold_certificates
from hostkit.web._twisted_private import parse_endpoint
from hostkit.web._unix import Adopter, UnixEndpoint

if TYPE_CHECKING:
    from twisted.internet.interfaces import IListeningPort, IProtocolFactory

_INHERITED: Final = frozenset({"systemd", "fd"})


def read_endpoint(reactor: Any, text: str) -> IStreamServerEndpoint:
    """Understand an endpoint string.

    Args:
        reactor: The Twisted reactor.
        text: What Twisted's ``serverFromString`` takes, or ``fd:NUMBER``.

    Returns:
        The endpoint; a socket that this process should have inherited is looked for only when it
        listens.

    Raises:
        EndpointError: It cannot be understood, or a file that it names cannot be used.
    """
    check_endpoint(text)
    arguments, options = split_endpoint(text)
    kind = arguments[0]
    if kind in _INHERITED:
        if not _is_well_formed(kind, arguments[1:], options):
            raise EndpointError("a part is missing or not known", expected=EXAMPLES[kind])
        if isinstance(reactor, SocketReactor):
            return PlacedEndpoint(reactor, Place("inherited", text))
        return InheritedEndpoint(reactor, text)
    if kind == "haproxy":
        return cast("IStreamServerEndpoint", proxyEndpoint(read_endpoint(reactor, inner_of(text))))
    parts = parts_of(text)
    if kind == "unix":
        _check_place(Path(parts["address"]))
        if isinstance(reactor, SocketReactor):
            return PlacedEndpoint(reactor, Place("unix", parts["address"], parts=parts))
        return UnixEndpoint(reactor, parts)
    check_tls(parts)
    try:
        endpoint = cast("IStreamServerEndpoint", serverFromString(reactor, text))
    except Exception as error:
        # Kinds that other packages add raise what they like.
        if str(error).startswith("Unknown endpoint type"):
            raise unknown_kind(text) from None
        raise EndpointError(exception_line(error)) from error
    hold_certificates(endpoint)
    return endpoint


def _check_place(path: Path) -> None:
    """Check that a UNIX socket takes the place of no file."""
    if path.exists() and not path.is_socket():
        raise EndpointError(
            f"{path} exists and is not a socket",
            expected=f"a path that is free, as in {EXAMPLES['unix']}",
        )


def anchored(text: str, folder: Path) -> str:
    """Have the relative paths in an endpoint string start at a folder.

    Args:
        text: The endpoint string.
        folder: The folder, an absolute path.

    Returns:
        The string itself, if it has no relative path.

    Raises:
        EndpointError: It cannot be understood.
    """
    arguments, options = split_endpoint(text)
    # `haproxy` wraps another endpoint, whose string stands behind it.
    start = 1 if arguments[0] == "haproxy" else 0
    kind = kind_of(arguments[start] if start < len(arguments) else "")
    changed = False
    for name, default in kind.paths.items():
        position = kind.parts.index(name) + 1
        index = start + position  # paths may also be given without their names
        given = arguments[index] if index < len(arguments) else options.get(name, default)
        if not given or Path(given).is_absolute():
            continue
        changed = True
        if index < len(arguments):
            arguments[index] = str(folder / given)
        else:
            options[name] = str(folder / given)
    if not changed:
        return text
    named = [f"{name}={escape(value)}" for name, value in options.items()]
    return ":".join([*map(escape, arguments), *named])


def is_local(text: str) -> bool:
    """Whether only programs on the same machine can reach an endpoint.

    Args:
        text: An endpoint string that can be understood. What cannot be known counts as not local.
    """
    return parse_endpoint(text)[0][0] == "unix" or is_loopback_port(text)


def is_loopback_port(text: str) -> bool:
    """Whether an endpoint is a port that can be reached from the same machine only.

    Args:
        text: An endpoint string that can be understood.
    """
    arguments, options = parse_endpoint(text)
    interface = options.get("interface", "")
    if kind_of(arguments[0]).interface is None:
        return False
    if interface == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(interface).is_loopback
    return False


@final
@implementer(IStreamServerEndpoint)
class InheritedEndpoint:
    """A socket that was opened by the parent of this process.

    Args:
        reactor: The Twisted reactor.
        text: ``systemd:…`` or ``fd:NUMBER``.
    """

    def __init__(self, reactor: Any, text: str) -> None:
        self._adopter: Any = Adopter(reactor)
        self._text = text

    def listen(self, protocolFactory: IProtocolFactory) -> Deferred[IListeningPort]:  # noqa: N803
        """Find the socket, and listen."""
        finding = execute(self._find)
        return finding.addCallback(lambda endpoint: endpoint.listen(protocolFactory))

    def _find(self) -> Any:
        kind, _, number = self._text.partition(":")
        if kind == "fd":
            with socket.socket(fileno=os.dup(int(number))) as opened:
                return AdoptedStreamServerEndpoint(self._adopter, int(number), opened.family)
        try:
            return serverFromString(self._adopter, self._text)
        except LookupError:
            raise LookupError("systemd has not passed such a socket to this process") from None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_well_formed(kind: str, arguments: list[str], options: dict[str, str]) -> bool:
    if kind == "fd":
        return not options and len(arguments) == 1 and _is_number(arguments[0])
    is_found = options.keys() == {"domain", "name"} or (
        options.keys() == {"domain", "index"} and _is_number(options["index"])
    )
    return is_found and not arguments and options["domain"] in {"INET", "INET6", "UNIX"}
