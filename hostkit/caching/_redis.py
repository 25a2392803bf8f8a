"""`RedisChannel`: processes hear of each other through a Redis server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import CancelledError

from hostkit.caching._link import Link
from hostkit.loops import SideLoop, settle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

    from hostkit.caching._invalidations import Invalidations

CHANNEL: Final = "hostkit:invalidations"
"""The channel of all hosts. What one of them has no entry for is no news to it."""

_FIRST_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 5.0


@final
class RedisChannel:
    """Sends and hears messages through a Redis server, which may come and go.

    The client runs in a thread of its own, since it needs asyncio and the program may run on
    something else.

    Args:
        url: The server, as ``redis://host:port/database``, ``rediss://...`` or ``unix://path``.
        idle_seconds: After this long a silence the server is asked whether it is still there.
        answer_seconds: How long any answer of the server is waited for.

    Raises:
        ModuleNotFoundError: The package `redis` is not installed.
        ValueError: The client does not understand the URL.
    """

    def __init__(
        self, url: str, *, idle_seconds: float = 10.0, answer_seconds: float = 3.0
    ) -> None:
        self._url = url
        self._idle_seconds = idle_seconds
        self._answer_seconds = answer_seconds
        self._side: SideLoop | None = None
        from redis.exceptions import RedisError  # noqa: PLC0415 -- an extra

        try:  # nothing is connected, but it is told now what is wrong
            self._client = self._make_client()
            self._client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
        except (TypeError, RedisError) as error:  # a parameter that there is not, or its value
            raise ValueError(str(error)) from None

    async def open(self, invalidations: Invalidations) -> None:
        """Begin to listen; wait until the server has confirmed it, or is not there."""
        self._side = side = SideLoop()
        link = Link(invalidations)
        side.run(self._listen(side, link)).addErrback(link.end)
        await settle(link.tried)

    async def send(self, text: str) -> None:
        """Publish a message.

        Raises:
            OSError: It could not be sent, or the host is not running.
        """
        side = self._side
        if side is None:
            raise OSError("the host is not running")
        try:
            await settle(side.run(self._publish(text)))
        except CancelledError:
            if self._side is side:
                raise
            raise OSError("the host was stopped") from None

    async def close(self) -> None:
        """Listen no longer, and close all connections."""
        if self._side is not None:
            side, self._side = self._side, None
            await settle(side.close())

    def _make_client(self) -> Redis:
        from redis.asyncio import Redis  # noqa: PLC0415 -- an extra
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415

        # We try again ourselves, and know of it.
        once = Retry(NoBackoff(), 0)
        seconds = self._answer_seconds
        client = Redis.from_url(self._url, retry=once)
        # Afterwards, since the URL may say something else.
        client.connection_pool.connection_kwargs |= {
            "decode_responses": False,
            "socket_connect_timeout": seconds,
            "socket_timeout": seconds,
        }
        return client

    async def _publish(self, text: str) -> None:
        try:
            async with asyncio.timeout(self._answer_seconds):
                await self._client.publish(CHANNEL, text)
        except TimeoutError:
            raise OSError(f"no answer within {self._answer_seconds:g}s") from None
        except Exception as error:  # also what comes of a client that is just being closed
            raise OSError(str(error)) from error

    async def _listen(self, side: SideLoop, link: Link) -> None:
        """Subscribe, again and again whenever the connection is lost."""
        pause = _FIRST_PAUSE_SECONDS
        async with self._make_client() as self._client:
            while True:
                try:
                    async with self._client.pubsub() as pubsub:
                        await pubsub.subscribe(CHANNEL)
                        async for message in self._messages(pubsub):
                            if message["type"] == "subscribe":
                                pause = _FIRST_PAUSE_SECONDS
                                side.call_back(link.up)
                            else:
                                side.call_back(link.heard, message["data"])
                except Exception as error:  # noqa: BLE001 -- told, and tried again
                    side.call_back(link.down, error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _messages(self, pubsub: PubSub) -> AsyncIterator[dict[str, Any]]:
        """Take one message after the other, but for the answers to questions of our own.

        Raises:
            OSError: The server is silent, also when it is asked.
        """
        is_asked = False
        while True:
            seconds = self._answer_seconds if is_asked else self._idle_seconds
            message = await pubsub.get_message(timeout=seconds)
            if message is not None:
                is_asked = False
                if message["type"] != "pong":
                    yield message
            elif is_asked:
                raise OSError(f"no answer within {self._answer_seconds:g}s")
            else:
                await pubsub.ping()
                is_asked = True
