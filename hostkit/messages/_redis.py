"""`RedisChannel`: carries messages between processes through a Redis server."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, Any, final

from twisted.internet.defer import CancelledError

from hostkit.loops import SideLoop, settle
from hostkit.messages._inbox import Inbox
from hostkit.messages._redis_link import RedisLink
from hostkit.messages._redis_outbox import Outbox
from hostkit.messages._redis_subscription import Subscription
from hostkit.messages._redis_url import reason_of

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

    from hostkit.messages._channel import Receiver


@final
class RedisChannel:
    """Sends and receives messages through a Redis server, which may come and go.

    The client runs in a thread of its own, since it needs asyncio and the program may run on
    another event loop.

    Args:
        url: The server, as ``redis://host:port/database``, ``rediss://...`` or ``unix://path``.
        channel: The name of the channel, which all processes of a host have in common.
        ping_seconds: How often the server is asked whether it is still there.
        answer_seconds: How long any answer of the server is waited for.

    Raises:
        ModuleNotFoundError: The package `redis` is not installed.
        ValueError: The client rejects the URL. Why is said without any part of its password.
    """

    def __init__(
        self,
        url: str,
        channel: str = "hostkit",
        *,
        ping_seconds: float = 1.0,
        answer_seconds: float = 3.0,
    ) -> None:
        self._url = url
        self._channel = channel
        self._ping_seconds = ping_seconds
        self._answer_seconds = answer_seconds
        self._side: SideLoop | None = None
        self._outbox: Outbox | None = None
        from redis.asyncio import ConnectionPool  # noqa: PLC0415 -- an extra
        from redis.exceptions import RedisError  # noqa: PLC0415

        try:  # connects to nothing, but checks the parameters of the URL
            ConnectionPool.from_url(url).make_connection()  # type: ignore[no-untyped-call]
        except (TypeError, ValueError, RedisError) as error:  # an unknown parameter, or its value
            raise ValueError(reason_of(url, error)) from None

    async def open(self, receiver: Receiver) -> None:
        """Start to listen; wait until the server has confirmed it, or is known to be missing."""
        self._side = side = SideLoop()
        link = RedisLink()
        connect = self._make_pool().make_connection
        self._outbox = outbox = Outbox(connect, self._channel, self._answer_seconds)
        subscription = Subscription(
            connect,
            self._channel,
            Inbox(receiver, side.call_back),
            renew=outbox.renew,
            up=functools.partial(side.call_back, link.up),
            down=functools.partial(side.call_back, link.down),
            ping_seconds=self._ping_seconds,
            answer_seconds=self._answer_seconds,
        )
        side.run(_work(outbox, subscription)).addErrback(link.end)
        await settle(link.tried)

    async def send(self, data: bytes) -> None:
        """Publish a message.

        Raises:
            OSError: It could not be sent, or the host is not running.
        """
        side, outbox = self._side, self._outbox
        if side is None or outbox is None:
            raise OSError("the host is not running")
        try:
            await settle(side.run(outbox.send(data)))
        except CancelledError:
            # `close` cancels what the side loop runs; that is not the caller's cancellation.
            if self._side is side:
                raise
            raise OSError("the host was stopped") from None

    async def close(self) -> None:
        """Stop listening, and close all connections."""
        if self._side is not None:
            side, self._side = self._side, None
            await settle(side.close())

    def _make_pool(self) -> ConnectionPool:
        from redis.asyncio import ConnectionPool  # noqa: PLC0415 -- an extra
        from redis.asyncio.connection import parse_url  # noqa: PLC0415
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415

        from hostkit.messages._redis_parser import BoundedParser  # noqa: PLC0415

        options: dict[str, Any] = {
            **parse_url(self._url),
            # What follows is not for the URL to say. `Subscription` reconnects, and reports it; the
            # client must not do so unnoticed.
            "retry": Retry(NoBackoff(), 0),
            "decode_responses": False,
            "parser_class": BoundedParser,
            "protocol": 2,
            # None for single steps, of which a server could use up one after the other: there is
            # one for all of them together.
            "socket_connect_timeout": None,
            "socket_timeout": None,
        }
        return ConnectionPool(**options)


async def _work(outbox: Outbox, subscription: Subscription) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(outbox.run())
        tasks.create_task(subscription.run())
