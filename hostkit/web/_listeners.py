"""`read_listeners`: where a host listens, and who can reach it there."""

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
from zope.interface import implementer

from hostkit.codes import Code
from hostkit.web._addresses import Address, address_of, explain_place
from hostkit.web._default_listener import listeners_of
from hostkit.web._endpoint_faults import (
    EXAMPLES,
    EndpointError,
    check_endpoint,
    parts_of,
    split_endpoint,
    unknown_kind,
)
from hostkit.web._endpoint_meant import escape
from hostkit.web._tls import check_tls, hold_certificates
from hostkit.web._twisted_private import parse_endpoint
from hostkit.web._unix import UnixEndpoint
from hostkit.wording import either, exception_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twisted.internet.interfaces import IListeningPort, IProtocolFactory

    from hostkit.config import HostFile, Listener
    from hostkit.errors import Problem

_INHERITED: Final = frozenset({"systemd", "fd"})
_BUILT: Final = ("modules", "hooks", "health")

# Which parts of an endpoint are paths: name, position and, as it is a path as well, the default.
_PATHS: Final = {
    "ssl": (
        ("privateKey", 2, "server.pem"),
        ("certKey", 3, None),
        ("extraCertChain", 7, None),
        ("dhParameters", 8, None),
    ),
    "tls": (("path", 1, None),),
    "unix": (("address", 1, None),),
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
        EndpointError: It cannot be understood, or a file that it names cannot be used.
    """
    check_endpoint(text)
    arguments, options = split_endpoint(text)
    kind = arguments[0]
    if kind in _INHERITED:
        if not _is_well_formed(kind, arguments[1:], options):
            raise EndpointError("a part is missing or not known", expected=EXAMPLES[kind])
        return InheritedEndpoint(reactor, text)
    parts = parts_of(text)
    if parts["kind"] == "unix":
        _check_place(Path(parts["address"]))
    # Those who want no lock get Twisted's own socket.
    if kind == "unix" and parts.get("lockfile", "1") != "0":
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
    kind = arguments[start] if start < len(arguments) else ""
    changed = False
    for name, position, default in _PATHS.get(kind, ()):
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
    arguments, options = parse_endpoint(text)
    if arguments[0] not in {"tcp", "tcp6", "ssl", "tls"}:
        return arguments[0] == "unix"
    interface = options.get("interface", "")
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


def read_listeners(
    file: HostFile,
    reactor: Any,
    find: Callable[[HostFile], Sequence[Listener]] = listeners_of,
) -> tuple[list[tuple[Listener, IStreamServerEndpoint]], list[Problem]]:
    """Understand all listeners of a file.

    Args:
        file: The file.
        reactor: The Twisted reactor.
        find: Finds them.

    Returns:
        Each listener with its endpoint, and all that is wrong with them.
    """
    endpoints = []
    problems: list[Problem] = []
    for listener in find(file):
        try:
            endpoint = read_endpoint(reactor, anchored(listener.endpoint, file.folder))
        except EndpointError as error:
            problem = file.problem(
                error.code,
                f"the endpoint {listener.endpoint!r} cannot be used: {error}",
                (*listener.path, "endpoint"),
                expected=error.expected,
                hint=error.hint,
            )
            problems.append(problem)
        else:
            endpoints.append((listener, endpoint))
            problems += _unguarded(file, listener)
        problems += _not_served(file, listener)
    return endpoints, [*problems, *_repeated(file, [listener for listener, _ in endpoints])]


def check_listeners(file: HostFile) -> list[Problem]:
    """Find all that is wrong with the listeners of a file; nothing is opened.

    Args:
        file: The file.
    """
    from twisted.internet import reactor  # noqa: PLC0415 -- importing it installs it

    endpoints, problems = read_listeners(file, reactor)
    return [*problems, *_without_place(file, [listener for listener, _ in endpoints])]


def _without_place(file: HostFile, listeners: list[Listener]) -> Iterator[Problem]:
    for listener in listeners:
        found = explain_place(anchored(listener.endpoint, file.folder))
        if found is not None:
            yield file.problem(
                Code.CANNOT_LISTEN,
                f"cannot listen at {listener.endpoint}: {found[0]}",
                (*listener.path, "endpoint"),
                hint=found[1],
            )


def _unguarded(file: HostFile, listener: Listener) -> Iterator[Problem]:
    if "hooks" in listener.serve and not listener.tokens and not is_local(listener.endpoint):
        yield file.problem(
            Code.NOT_GUARDED,
            f"{listener.endpoint} serves hooks, and others than this machine may reach it",
            (*listener.path, "endpoint"),
            expected="a `token:` (!env NAME or !file path), or an endpoint that is local for sure: "
            "tcp: with interface=127.0.0.1, or unix:",
            hint="who can call hooks can read every decision and make modules work",
        )


def _not_served(file: HostFile, listener: Listener) -> Iterator[Problem]:
    for number, part in enumerate(listener.serve):
        if part not in _BUILT:
            yield file.problem(
                Code.NOT_SERVED,
                f"this version has no {part!r} to serve",
                (*listener.path, "serve", number),
                expected=either(_BUILT),
            )


def _repeated(file: HostFile, listeners: list[Listener]) -> Iterator[Problem]:
    """Yield the endpoints of which only one can be listened at."""
    seen: list[tuple[Listener, Address]] = []
    for listener in listeners:
        address = address_of(anchored(listener.endpoint, file.folder))
        if address is None:
            continue
        for other, taken in seen:
            if address.collides(taken):
                yield file.problem(
                    Code.DUPLICATE_ENDPOINT,
                    f"{listener.endpoint} is where {other.endpoint} listens, too",
                    (*listener.path, "endpoint"),
                    hint="name in one `serve:` all that is served there",
                )
                break
        seen.append((listener, address))
