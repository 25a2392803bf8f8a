"""`hostkit serve` with a module that forks: each request has one answer, by the server itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .servers import connected, stop, wait_for

if TYPE_CHECKING:
    from pathlib import Path

MODULE = """
import os, sys
from twisted.web.resource import Resource

class Page(Resource):
    isLeaf = True

    def render_GET(self, request):
        server = os.getpid()
        child = os.fork()
        if not child and request.path == b"/leave":
            raise KeyboardInterrupt
        if child:
            os.waitpid(child, os.WNOHANG)
        return b"the server" if os.getpid() == server else b"the child"

class Forking:
    def __init__(self, config, api):
        api.register_web_resource("/fork", Page())
        api.register_web_resource("/leave", Page())
"""
FILE = """
modules: [{module: forking.Forking, name: forking}]
hostkit:
  pid_file: server.pid
  listeners: [{endpoint: "tcp:0:interface=127.0.0.1", serve: [modules, hooks]}]
"""


@pytest.mark.parametrize("reactor", ["asyncio", "epoll"])
def test_a_child_answers_no_requests_and_removes_no_files(tmp_path: Path, reactor: str) -> None:
    """The server answers on the same connection, and stops in order."""
    (tmp_path / "forking.py").write_text(MODULE)
    (tmp_path / "host.yaml").write_text(FILE)
    with connected(str(tmp_path / "host.yaml"), "--reactor", reactor) as (process, connection):
        for path in ("/fork", "/leave", "/fork"):
            connection.request("GET", path)
            answer = connection.getresponse().read()
            assert answer == b"the server"
            assert f"{tmp_path / 'forking.py'}:" in wait_for(process, "has forked at")
        assert (tmp_path / "server.pid").read_text() == f"{process.pid}\n"
        assert (tmp_path / "server.pid.sock").is_socket()
        connection.close()
        stop(process)
        assert not (tmp_path / "server.pid").exists()
