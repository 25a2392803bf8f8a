"""`RedisChannel`: messages between processes through a Redis server, and faults of its URL."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any, Final, final

from twisted.internet.defer import CancelledError, Deferred

from hostkit.loops import SideLoop, settle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub
    from twisted.python.failure import Failure

    from hostkit.caching._invalidations import Invalidations

_ENCODED: Final = "in a password, write %2F for /, %3F for ?, %23 for #, %40 for @ and %3A for :"

# The client's messages quote parts of the URL, and so perhaps of the password. What is not here may
# quote anything, so it is not shown.
_MEANINGS: Final[tuple[tuple[str, str], ...]] = (
    (r"Invalid value for '(\w+)'", "the value of its option {!r} is wrong"),
    (r"unexpected keyword argument '(\w+)'", "the client has no option {!r}"),
    (r"following schemes", "it begins with another scheme"),
    (r"^Port out of range", "its port is more than 65535"),
    (r"^Port could not be cast", f"its port is not a number; {_ENCODED}"),
    (r"IPv6|netloc", "its host is not one"),
    (r"^protocol must be", "the value of its option 'protocol' is wrong"),
    (r"Certificate Requirements", "the value of its option 'ssl_cert_reqs' is wrong"),
)


def reason_of(url: str, error: Exception) -> str:
    """Find out why the client rejects a URL.

    Args:
        url: The URL.
        error: What the client, or Python's own reader of URLs, raised.
    """
    # Behind the host no @ belongs: then the password has a character that ends it too early.
    if "@" in url.partition("?")[2] or "@" in url.partition("#")[2]:
        return f"it has a character in its password that means something else; {_ENCODED}"
    for pattern, meaning in _MEANINGS:
        found = re.search(pattern, str(error))
        if found is not None:
            return meaning.format(*found.groups())
    return "the client rejects it"


_log: Final = logging.getLogger("hostkit.caching")

CHANNEL: Final = "hostkit:invalidations"
"""The channel of all hosts. A host ignores messages about functions that it does not have."""

_FIRST_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 5.0


@final
class RedisChannel:
    """Sends and receives messages through a Redis server, which may come and go.

    The client runs in a thread of its own, since it needs asyncio and the program may run on
    another event loop.

    Args:
        url: The server, as ``redis://host:port/database``, ``rediss://...`` or ``unix://path``.
        idle_seconds: After this long a silence the server is pinged.
        answer_seconds: How long any answer of the server is waited for.

    Raises:
        ModuleNotFoundError: The package `redis` is not installed.
        ValueError: The client rejects the URL. Why is said without any part of its password.
    """

    def __init__(
        self, url: str, *, idle_seconds: float = 10.0, answer_seconds: float = 3.0
    ) -> None:
        self._url = url
        self._idle_seconds = idle_seconds
        self._answer_seconds = answer_seconds
        self._side: SideLoop | None = None
        from redis.exceptions import RedisError  # noqa: PLC0415 -- an extra

        try:  # connects to nothing, but checks the parameters of the URL
            self._client = self._make_client()
            self._client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
        except (TypeError, ValueError, RedisError) as error:  # an unknown parameter, or its value
            raise ValueError(reason_of(url, error)) from None

    async def open(self, invalidations: Invalidations) -> None:
        """Start to listen; wait until the server has confirmed it, or is known to be missing."""
        self._side = side = SideLoop()
        link = RedisLink(invalidations)
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
            # `close` cancels what the side loop runs; that is not the caller's cancellation.
            if self._side is side:
                raise
            raise OSError("the host was stopped") from None

    async def close(self) -> None:
        """Stop listening, and close all connections."""
        if self._side is not None:
            side, self._side = self._side, None
            await settle(side.close())

    def _make_client(self) -> Redis:
        from redis.asyncio import Redis  # noqa: PLC0415 -- an extra
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415

        # `_listen` reconnects, and reports it; the client must not do so unnoticed.
        once = Retry(NoBackoff(), 0)
        seconds = self._answer_seconds
        client = Redis.from_url(self._url, retry=once)
        # Set afterwards, since the URL may contain other values.
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
        except Exception as error:  # any: a client that is being closed raises its own
            raise OSError(str(error)) from error

    async def _listen(self, side: SideLoop, link: RedisLink) -> None:
        """Subscribe, and again whenever the connection is lost."""
        pause = _FIRST_PAUSE_SECONDS
        async with self._make_client() as self._client:
            while True:
                try:
                    async with self._client.pubsub() as pubsub:
                        await pubsub.subscribe(CHANNEL)
                        async for message in self._messages(pubsub):
                            if message["type"] == "subscribe":
                                # Only now: a server may accept connections, and then fail.
                                pause = _FIRST_PAUSE_SECONDS
                                side.call_back(link.up)
                            else:
                                side.call_back(link.receive, message["data"])
                except Exception as error:  # noqa: BLE001 -- reported, and tried again
                    side.call_back(link.down, error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _messages(self, pubsub: PubSub) -> AsyncIterator[dict[str, Any]]:
        """Yield one message after the other, without the answers to pings.

        Raises:
            OSError: The server is silent, and does not answer a ping.
        """
        is_pinged = False
        while True:
            seconds = self._answer_seconds if is_pinged else self._idle_seconds
            message = await pubsub.get_message(timeout=seconds)
            if message is not None:
                is_pinged = False
                if message["type"] != "pong":
                    yield message
            elif is_pinged:
                raise OSError(f"no answer within {self._answer_seconds:g}s")
            else:
                await pubsub.ping()
                is_pinged = True


@final
class RedisLink:
    """The state of the connection to a server; all on the program's own thread.

    Args:
        invalidations: Receives messages, and drops everything after a gap.

    Attributes:
        tried: Fires when it is known for the first time whether there is a connection.
    """

    def __init__(self, invalidations: Invalidations) -> None:
        self._invalidations = invalidations
        self._is_up: bool | None = None
        self._kinds: set[type[Exception]] = set()
        self.tried: Deferred[None] = Deferred()

    def up(self) -> None:
        """From now on messages arrive; earlier ones may have been missed."""
        # Also at the first time: the program may have cached results before it listened.
        self._invalidations.drop_all()
        if self._is_up is None:
            _log.info("connected to Redis, to receive invalidations of other processes")
        else:
            _log.info("connected to Redis again; all registered caches were emptied")
        self._note(is_up=True)

    def down(self, error: Exception) -> None:
        """From now on none arrive, until the connection is up again."""
        # Once per outage and kind of error, not for each attempt to reconnect: a server that is
        # back may refuse the password.
        reason = str(error).rstrip(".")
        if self._is_up is False and type(error) not in self._kinds:
            _log.warning("still no connection to Redis: %s", reason)
        elif self._is_up is not False:
            _log.warning(
                "%s to Redis: %s; invalidations of other processes are not received until it is "
                "connected, when all registered caches are emptied",
                "no connection" if self._is_up is None else "lost the connection",
                reason,
            )
        self._kinds.add(type(error))
        self._note(is_up=False)

    def end(self, failure: Failure) -> None:
        """Handle the end of listening, which is expected only if the host was stopped."""
        if failure.check(CancelledError) is None:
            _log.critical("the client of Redis has failed", exc_info=failure.value)
            self._note(is_up=False)

    def receive(self, text: bytes) -> None:
        """Pass a message on."""
        self._invalidations.receive(text)

    def _note(self, *, is_up: bool) -> None:
        self._is_up = is_up
        if is_up:
            self._kinds.clear()
        if not self.tried.called:
            self.tried.callback(None)
