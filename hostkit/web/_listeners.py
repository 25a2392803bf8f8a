"""What is wrong with the listeners of a file, told before any of them listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hostkit.codes import Code
from hostkit.config import Listener
from hostkit.web._endpoint import is_local, read_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twisted.internet.interfaces import IStreamServerEndpoint

    from hostkit.config import HostFile
    from hostkit.errors import Problem

DEFAULT_LISTENER: Final = Listener("tcp:8080:interface=127.0.0.1", ("modules", "hooks"))
"""What is served where a file has no ``hostkit: listeners:``."""


def read_listeners(
    file: HostFile, reactor: Any
) -> tuple[list[tuple[Listener, IStreamServerEndpoint]], list[Problem]]:
    """Understand all listeners of a file.

    Args:
        file: The file.
        reactor: The Twisted reactor.

    Returns:
        Each listener with its endpoint, and all that is wrong with them.
    """
    endpoints = []
    problems: list[Problem] = []
    for listener in file.settings.listeners or (DEFAULT_LISTENER,):
        try:
            endpoint = read_endpoint(reactor, listener.endpoint)
        except Exception as error:  # noqa: BLE001 -- each kind of endpoint raises what it likes
            problem = file.problem(
                Code.BAD_ENDPOINT,
                f"the endpoint {listener.endpoint!r} cannot be understood: {error}",
                (*listener.path, "endpoint"),
                expected="a Twisted endpoint string such as tcp:8080:interface=127.0.0.1",
            )
            problems.append(problem)
        else:
            endpoints.append((listener, endpoint))
            problems += _unguarded(file, listener)
    return endpoints, problems


def check_listeners(file: HostFile) -> list[Problem]:
    """Find all that is wrong with the listeners of a file; nothing is opened.

    Args:
        file: The file.
    """
    from twisted.internet import reactor  # noqa: PLC0415 -- importing it installs it

    return read_listeners(file, reactor)[1]


def _unguarded(file: HostFile, listener: Listener) -> Iterator[Problem]:
    if "hooks" in listener.serve and listener.token is None and not is_local(listener.endpoint):
        yield file.problem(
            Code.NOT_GUARDED,
            f"{listener.endpoint} serves hooks, and others than this machine may reach it",
            (*listener.path, "endpoint"),
            expected="a `token:` (!env NAME or !file path), or an endpoint that is local for sure: "
            "tcp: with interface=127.0.0.1, or unix:",
            hint="who can call hooks can read every decision and make modules work",
        )
