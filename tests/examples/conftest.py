from __future__ import annotations

from pathlib import Path

import pytest
from twisted.web.resource import IResource

from hostkit import Host
from hostkit.web import Server
from tests.web.recorder import RecordingReactor

FILE = Path(__file__).parents[2] / "examples" / "quickstart" / "host.yaml"


@pytest.fixture
def host() -> Host:
    """Give the quickstart's host, built."""
    return Host.from_file(FILE, database="sqlite://").build()


@pytest.fixture
def root(host: Host) -> IResource:
    """Give what the quickstart serves."""
    reactor = RecordingReactor([])
    server = Server(host, reactor)
    site = server._doors[0].site
    found: IResource = site.resource
    return found
