"""What the limits of connections are measured by."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

from hostkit.testing import build_host
from hostkit.web import Server
from tests.web.test_server_sockets import fetch, run

if TYPE_CHECKING:
    import pytest

LISTENER = {"endpoint": "tcp:0:interface=127.0.0.1", "access_log": True}
YEAR_SECONDS = 366 * 24 * 60 * 60


def test_a_server_goes_by_two_clocks(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A clock that is set cuts off nobody; the access log has the time of day all the same."""
    caplog.set_level("INFO", "hostkit.access")
    now, later = time.time, [0]
    monkeypatch.setattr(time, "time", lambda: now() + later[0])

    async def main(reactor: Any) -> bytes:
        host = build_host(categories=[], clock=reactor, listeners=[LISTENER])
        server = Server(host, reactor)
        await server.start()
        later[0] = YEAR_SECONDS
        port: Any = server.addresses[0]
        body = await fetch(reactor, f"tcp:127.0.0.1:{port.port}", "/a")
        await server.stop()
        return body

    assert b"not_found" in run(main)
    assert datetime.fromtimestamp(now() + YEAR_SECONDS, UTC).strftime("%b/%Y") in caplog.text
