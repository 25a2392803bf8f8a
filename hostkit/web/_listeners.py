"""`read_listeners`: all listeners of a file, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hostkit.codes import Code
from hostkit.config import Listener
from hostkit.web._addresses import Address, address_of, explain_place
from hostkit.web._endpoint_faults import EndpointError
from hostkit.web._endpoints import anchored, is_local, read_endpoint
from hostkit.wording import either

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twisted.internet.interfaces import IStreamServerEndpoint

    from hostkit.config import HostFile
    from hostkit.errors import Problem

_BUILT: Final = ("modules", "hooks", "admin", "health")

DEFAULT_LISTENER: Final = Listener("tcp:8080:interface=127.0.0.1", ("modules", "hooks"))
"""What is served where a file has no ``hostkit: listeners:``."""


def listeners_of(file: HostFile) -> tuple[Listener, ...]:
    """The listeners of a file, or what is served where it has none."""
    return file.settings.listeners or (DEFAULT_LISTENER,)


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
                Code.NO_FOLDER,
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
