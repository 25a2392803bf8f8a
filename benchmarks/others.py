"""Serve the greeting without hostkit: ``others.py KIND REACTOR PORT``, started by `web.py`."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from greeter import GREETING, Hello

if TYPE_CHECKING:
    from starlette.requests import Request
    from twisted.web.http import Request as TwistedRequest

HOST = "127.0.0.1"
QUEUE = 1024


def install(reactor: str) -> None:
    """Install a Twisted reactor."""
    from twisted.internet import asyncioreactor, epollreactor

    if reactor == "epoll":
        epollreactor.install()
    elif reactor == "asyncio":
        asyncioreactor.install(asyncio.new_event_loop())
    else:
        import uvloop

        asyncioreactor.install(uvloop.new_event_loop())


def twisted_site(port: int, *, bare: bool) -> None:
    """Twisted's `Site`, as it is or without an access log and time-outs."""
    from twisted.internet import reactor
    from twisted.web.resource import Resource
    from twisted.web.server import Site

    class Silent(Site):
        def log(self, request: TwistedRequest) -> None:
            pass

    root = Resource()
    root.putChild(b"hello", Hello())  # type: ignore[no-untyped-call]
    options: dict[str, Any] = {"timeout": None} if bare else {}
    site = (Silent if bare else Site)(root, **options)  # type: ignore[no-untyped-call]
    served: Any = reactor
    served.listenTCP(port, site, backlog=QUEUE, interface=HOST)
    served.run()


def aiohttp_app(port: int) -> None:
    """aiohttp, on the event loop that is set."""
    from aiohttp import web

    async def hello(_request: web.Request) -> web.Response:
        return web.Response(body=GREETING)

    app = web.Application()
    app.router.add_get("/hello", hello)
    web.run_app(app, host=HOST, port=port, access_log=None, print=None)


def starlette_app(port: int, loop: Any) -> None:
    """Starlette on uvicorn."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def hello(_request: Request) -> PlainTextResponse:
        return PlainTextResponse(GREETING)

    app = Starlette(routes=[Route("/hello", hello)])
    uvicorn.run(app, host=HOST, port=port, loop=loop, access_log=False, log_level="error")


def main() -> None:
    """Serve until the process is ended."""
    kind, loop, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if kind in {"bare", "default"}:
        install(loop)
        twisted_site(port, bare=kind == "bare")
    elif kind == "aiohttp":
        if loop == "uvloop":
            import uvloop

            uvloop.install()
        aiohttp_app(port)
    else:
        starlette_app(port, loop)


if __name__ == "__main__":
    main()
