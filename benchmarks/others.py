"""Serve a greeting and a decision without hostkit; started by `web.py`.

``others.py KIND LOOP PORT``. The decision is what `greeter.Doors` decides: a JSON object is read
and checked, three modules are asked one after the other, and the first denial is the answer.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

from greeter import GREETING, Hello, OpenDoor

from hostkit import ALLOW

if TYPE_CHECKING:
    from starlette.requests import Request
    from twisted.web.http import Request as TwistedRequest

HOST = "127.0.0.1"
QUEUE = 1024
DECISION_PATH = "/decide"
KEEPERS = tuple(OpenDoor() for _ in range(3))


async def decide(guest: str, door: str) -> tuple[int, dict[str, str]]:
    """Ask the modules, as one would by hand.

    Returns:
        The HTTP status, and what to answer.
    """
    for keeper in KEEPERS:
        if await keeper.may_enter(guest, door) is not ALLOW:
            return 403, {"errcode": "forbidden", "error": "this was denied"}
    return 200, {"status": "ok"}


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
    """Serve with aiohttp, on the event loop that is set; bodies are read by hand."""
    from aiohttp import web

    async def hello(_request: web.Request) -> web.Response:
        return web.Response(body=GREETING)

    async def decision(request: web.Request) -> web.Response:
        try:
            asked = json.loads(await request.read())
        except ValueError:
            asked = None
        if not isinstance(asked, dict) or asked.keys() != {"guest", "door"}:
            raise web.HTTPBadRequest
        guest, door = asked["guest"], asked["door"]
        if not isinstance(guest, str) or not isinstance(door, str):
            raise web.HTTPBadRequest
        status, answer = await decide(guest, door)
        return web.json_response(answer, status=status)

    app = web.Application()
    app.router.add_get("/hello", hello)
    app.router.add_post(DECISION_PATH, decision)
    web.run_app(app, host=HOST, port=port, access_log=None, print=None)


def starlette_app(port: int, loop: Any) -> None:
    """Serve with Starlette on uvicorn."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def hello(_request: Request) -> PlainTextResponse:
        return PlainTextResponse(GREETING)

    app = Starlette(routes=[Route("/hello", hello)])
    uvicorn.run(app, host=HOST, port=port, loop=loop, access_log=False, log_level="error")


def fastapi_app(port: int, loop: Any) -> None:
    """Serve with FastAPI on uvicorn and httptools, as FastAPI's documentation writes it."""
    import fastapi
    import pydantic
    import uvicorn

    class Asked(pydantic.BaseModel):
        guest: str
        door: str

    app = fastapi.FastAPI()

    async def hello() -> str:
        return GREETING.decode()

    async def decision(asked, response):  # type: ignore[no-untyped-def]
        response.status_code, answer = await decide(asked.guest, asked.door)
        return answer

    # FastAPI would look for the names of local classes in the module.
    decision.__annotations__ = {
        "asked": Asked,
        "response": fastapi.Response,
        "return": dict[str, str],
    }
    app.get("/hello")(hello)
    app.post(DECISION_PATH)(decision)
    uvicorn.run(
        app, host=HOST, port=port, loop=loop, http="httptools", access_log=False, log_level="error"
    )


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
    elif kind == "fastapi":
        fastapi_app(port, loop)
    else:
        starlette_app(port, loop)


if __name__ == "__main__":
    main()
