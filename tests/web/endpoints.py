"""What a server says about endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet import endpoints
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IStreamServerEndpointStringParser
from twisted.internet.testing import MemoryReactorClock
from twisted.plugin import getPlugins
from zope.interface import implementer

from hostkit import ConfigErrors
from hostkit.config import Listener, load
from hostkit.testing import build_host
from hostkit.web import Server, check_listeners
from tests.web.line import open_until_end

if TYPE_CHECKING:
    from pathlib import Path

    from hostkit.errors import Problem


def make_server(endpoint: str, *serve: Any, reactor: Any = None) -> Server:
    """Make a server that listens there, on a reactor in memory unless there is one."""
    listener = Listener(endpoint, serve or ("modules",))
    host = build_host(categories=[], drain="0s")
    return Server(host, reactor or MemoryReactorClock(), lambda _: [listener])


def problem_of(endpoint: str, *serve: Any) -> Problem:
    """Give the one problem of a server that would listen there."""
    with pytest.raises(ConfigErrors) as caught:
        make_server(endpoint, *serve)
    (problem,) = caught.value.problems
    return problem


def reason_of(problem: Problem) -> str:
    """Give what is wrong with an endpoint, without the endpoint."""
    return problem.message.partition(" cannot be used: ")[2]


def check(folder: Path, *endpoints: str) -> list[Problem]:
    """Check a file with these endpoints."""
    path = folder / "host.yaml"
    lines = "".join(f"    - endpoint: '{endpoint}'\n" for endpoint in endpoints)
    path.write_text(f"hostkit:\n  listeners:\n{lines}")
    return check_listeners(load(path))


def listen(endpoint: str, reactor: Any = None) -> Any:
    """Let a server listen there until the end of the test; give what becomes of it."""
    reactor = reactor or MemoryReactorClock()
    return open_until_end(make_server(endpoint, reactor=reactor), reactor)


def refusal(text: str, reactor: Any = None) -> Problem:
    """Give the problem of a server that cannot listen."""
    opening = listen(text, reactor)
    failures: list[Any] = []
    opening.addErrback(failures.append)
    error = failures[0].value
    assert isinstance(error, ConfigErrors)
    (problem,) = error.problems
    return problem


def add_kind(monkeypatch: pytest.MonkeyPatch, port: Any) -> None:
    """Add the kind of endpoint ``other`` to Twisted's, as packages do; it listens at a port."""

    class Endpoint:
        def listen(self, factory: object) -> Deferred[Any]:
            return succeed(port)

    @implementer(IStreamServerEndpointStringParser)
    class Other:
        prefix = "other"

        def parseStreamServer(self, reactor: Any, *args: Any, **options: Any) -> Any:  # noqa: N802
            return Endpoint()

    known = [*getPlugins(IStreamServerEndpointStringParser), Other()]
    monkeypatch.setattr(endpoints, "getPlugins", lambda _: known)
