"""A Starlette application that calls hooks whose modules may await Deferreds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from orders import Orders, Seats
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from hostkit import Host, enter

HOST = Host.from_config({"modules": [{"module": Seats}]}, categories=[Orders])


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    """Start and stop the modules with the application."""
    async with HOST:
        yield


async def post_order(request: Request) -> PlainTextResponse:
    """Reserve a seat."""
    name = (await request.body()).decode()
    return PlainTextResponse(str(await enter(HOST.hooks[Orders].reserve_seat(name))))


async def main() -> None:
    """Send two orders at the same time."""
    app = Starlette(routes=[Route("/orders", post_order, methods=["POST"])], lifespan=lifespan)
    server = httpx.ASGITransport(app)
    async with lifespan(app), httpx.AsyncClient(transport=server, base_url="http://shop") as client:
        orders = [client.post("/orders", content=name) for name in ("ann", "ben")]
        for answer in await asyncio.gather(*orders):
            print(answer.status_code, answer.text)


if __name__ == "__main__":
    asyncio.run(main())
