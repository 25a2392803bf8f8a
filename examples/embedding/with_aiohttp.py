"""An aiohttp application, with a middleware that lets modules await Deferreds."""

import asyncio

from aiohttp import test_utils, web
from aiohttp.typedefs import Handler
from orders import Orders, Seats

from hostkit import Host, enter

HOST = web.AppKey("HOST", Host)


@web.middleware
async def enter_all(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Run the handler of a request so that it can await Deferreds."""
    return await enter(handler(request))


async def post_order(request: web.Request) -> web.Response:
    """Reserve a seat."""
    name = await request.text()
    return web.Response(text=str(await request.app[HOST].hooks[Orders].reserve_seat(name)))


async def main() -> None:
    """Send two orders at the same time."""
    app = web.Application(middlewares=[enter_all])
    app.router.add_post("/orders", post_order)
    async with Host.from_config({"modules": [{"module": Seats}]}, categories=[Orders]) as host:
        app[HOST] = host
        async with test_utils.TestClient(test_utils.TestServer(app)) as client:
            orders = [client.post("/orders", data=name) for name in ("ann", "ben")]
            for answer in await asyncio.gather(*orders):
                print(answer.status, await answer.text())


if __name__ == "__main__":
    asyncio.run(main())
