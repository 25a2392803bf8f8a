"""`hostkit serve` with a module whose tasks and callbacks call `sys.exit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .servers import connected, stop, wait_for

if TYPE_CHECKING:
    from pathlib import Path

MODULE = """
import asyncio, sys
from twisted.web.resource import Resource

async def leave():
    sys.exit(4)

class Page(Resource):
    isLeaf = True

    def render_GET(self, request):
        if request.path == b"/task":
            self.task = asyncio.ensure_future(leave())
        if request.path == b"/callback":
            asyncio.get_running_loop().call_soon(sys.exit, 4)
        return b"answered"

class Leaving:
    def __init__(self, config, api):
        for path in ("/task", "/callback", "/plain"):
            api.register_web_resource(path, Page())
"""
FILE = """
modules: [{module: leaving.Leaving}]
hostkit: {listeners: [{endpoint: "tcp:0:interface=127.0.0.1", serve: [modules, hooks]}]}
"""


@pytest.mark.parametrize("reactor", ["asyncio", "uvloop"])
def test_a_task_that_exits_does_not_end_the_server(tmp_path: Path, reactor: str) -> None:
    """What it has raised is logged, and other requests are answered; SIGTERM stops in order."""
    (tmp_path / "leaving.py").write_text(MODULE)
    (tmp_path / "host.yaml").write_text(FILE)
    with connected(str(tmp_path / "host.yaml"), "--reactor", reactor) as (process, connection):
        for path in ("/task", "/plain", "/callback", "/plain"):
            connection.request("GET", path)
            assert connection.getresponse().read() == b"answered"
            if path != "/plain":
                assert "sys.exit()" in wait_for(process, "the server goes on")
        connection.close()
        stop(process)
