"""Servers to compare with, which serve the same pages; ``others.py site|site-uvloop|uvicorn``."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from twisted.web.resource import Resource
from twisted.web.server import Request

from tests.hardening.served import HOST
from tests.hardening.shop import GREETING, NEWS, PAGE, Guestbook, Text

DECISION = "/_hostkit/hooks/doors/may_enter"
KINDS = ("site", "site-uvloop", "uvicorn")
PAGES = {"/hello": GREETING, "/news": NEWS, "/page": PAGE, "/file": PAGE * 20}


def decide(body: bytes) -> tuple[int, bytes]:
    """Answer what the modules of the shop answer."""
    if json.loads(body)["guest"] == "mallory":
        return 403, b'{"errcode": "no_entry"}'
    return 200, b"{}"


class Decision(Resource):
    """The decision, as a resource of Twisted."""

    isLeaf = True  # noqa: N815

    def render_POST(self, request: Request) -> bytes:  # noqa: N802
        assert request.content is not None
        status, answer = decide(request.content.read())
        request.setResponseCode(status)
        return answer


class Nested(Resource):
    """Serves the decision below any path."""

    def getChild(self, path: bytes, request: Request) -> Resource:  # noqa: N802
        return Decision() if path == b"may_enter" else Nested()  # type: ignore[no-untyped-call]


def serve_site(listening: socket.socket, *, on_uvloop: bool) -> None:
    """Twisted's `Site`, as it is."""
    from twisted.internet import asyncioreactor

    if on_uvloop:
        import uvloop

        asyncioreactor.install(uvloop.new_event_loop())
    else:
        asyncioreactor.install(asyncio.new_event_loop())
    from twisted.internet import reactor
    from twisted.web.server import Site

    root = Resource()
    for path, text in PAGES.items():
        root.putChild(path[1:].encode(), Text(text))
    root.putChild(b"guestbook", Guestbook())  # type: ignore[no-untyped-call]
    root.putChild(b"_hostkit", Nested())  # type: ignore[no-untyped-call]
    running: Any = reactor
    running.adoptStreamPort(listening.fileno(), socket.AF_INET, Site(root))
    running.run()


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Serve the pages by ASGI."""
    body = b""
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return
        body += event.get("body", b"")
        if not event.get("more_body"):
            break
    path = scope["path"]
    status, text = decide(body) if path == DECISION else (200, PAGES.get(path, b"?"))
    headers = [(b"content-length", b"%d" % len(text))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def serve_uvicorn(listening: socket.socket) -> None:
    """Serve with uvicorn, as it is, on uvloop and httptools."""
    import uvicorn

    config = uvicorn.Config(app, access_log=False, log_level="error", lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    """Serve until the process is ended."""
    listening = socket.create_server((HOST, 0), backlog=1024)
    listening.setblocking(False)
    sys.stdout.write(f"listening on http://{HOST}:{listening.getsockname()[1]}/\n")
    sys.stdout.flush()
    kind = sys.argv[1]
    if kind == "uvicorn":
        serve_uvicorn(listening)
    else:
        serve_site(listening, on_uvloop=kind == "site-uvloop")


if __name__ == "__main__":
    main()
