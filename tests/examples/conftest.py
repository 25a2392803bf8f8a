from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from twisted.web.server import Site

from hostkit import Host
from hostkit.web import Server
from tests.web.recorder import RecordingReactor

if TYPE_CHECKING:
    from twisted.web.resource import IResource

FILE = Path(__file__).parents[2] / "examples" / "quickstart" / "host.yaml"


@pytest.fixture
def host() -> Host:
    """Give the quickstart's host, built."""
    return Host.from_file(FILE).build()


@pytest.fixture
def root(host: Host) -> IResource:
    """Give what the quickstart serves."""
    reactor = RecordingReactor([])
    server = Server(host, reactor)
    listener, _ = server._endpoints[0]
    site = server._site(listener)
    assert isinstance(site, Site)
    found: IResource = site.resource
    return found
