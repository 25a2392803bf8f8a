"""A port of this machine behind which a host in memory answers."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from hostkit.testing import Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hostkit import Host


@asynccontextmanager
async def bridged(host: Host) -> AsyncIterator[str]:
    """Serve a host in memory, pass GET requests on to it, and give the URL."""
    loop = asyncio.get_running_loop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asking = client.get(self.path, headers=dict(self.headers))
            answer = asyncio.run_coroutine_threadsafe(asking, loop).result()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    async with Client(host) as client:
        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()
