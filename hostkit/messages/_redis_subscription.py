"""`Subscription`: listens on a channel of a Redis server, through one connection after another."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn, final

from hostkit.loops import Backoff
from hostkit.messages._share import Share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    from redis.asyncio.connection import AbstractConnection

    from hostkit.messages._inbox import Inbox

_FIRST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 1.0
_LASTING_SECONDS: Final = 10.0
"""After how long a connection counts as one that lasts, so that the next pause is short again."""


@final
class Subscription:
    """Listens on a channel, and connects again whenever the connection is lost.

    Args:
        make_connection: Makes a connection that is not connected yet, and has no time-outs.
        channel: The channel.
        inbox: Takes the messages.
        renew: Is awaited first whenever there is another connection.
        up: Is called when the server has confirmed that it sends messages from now on.
        down: Is called with the reason whenever a connection is lost or cannot be made.
        ping_seconds: How often the server is asked whether it is still there.
        answer_seconds: How long any answer of the server is waited for.
    """

    def __init__(  # noqa: PLR0913 -- all of them are needed, and given by name
        self,
        make_connection: Callable[[], AbstractConnection],
        channel: str,
        inbox: Inbox,
        *,
        renew: Callable[[], Awaitable[None]],
        up: Callable[[], None],
        down: Callable[[Exception], None],
        ping_seconds: float,
        answer_seconds: float,
    ) -> None:
        self._make_connection = make_connection
        self._channel = channel
        self._inbox = inbox
        self._renew = renew
        self._up = up
        self._down = down
        self._ping_seconds = ping_seconds
        self._answer_seconds = answer_seconds
        self._backoff = Backoff(_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)

    async def run(self) -> None:
        """Listen until this is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            async with self._connected() as connection:
                since = loop.time()
                # First the server confirms, then everything before is dropped, and only then come
                # messages.
                await self._renew()
                self._inbox.restart()
                self._up()
                self._down(await self._read(connection))
            if loop.time() - since > _LASTING_SECONDS:
                self._backoff.reset()
            await asyncio.sleep(self._backoff.next())

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AbstractConnection]:
        """Try to connect until it succeeds.

        An attempt begins although the one before has not ended: a server that is back is found at
        once, also by a process that still waits for an answer of the one that was there before.
        """
        made: list[AbstractConnection] = []  # more than one, if two succeed at the same moment
        is_made = asyncio.Event()
        attempts: set[asyncio.Task[None]] = set()
        try:
            while not made:
                attempt = asyncio.create_task(self._attempt(made, is_made))
                attempts.add(attempt)
                attempt.add_done_callback(attempts.discard)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._backoff.next()):
                        await is_made.wait()
            _cancel(attempts)
            yield made[0]
        finally:
            _cancel(attempts)
            for connection in made:
                await connection.disconnect(nowait=True)

    async def _attempt(self, made: list[AbstractConnection], is_made: asyncio.Event) -> None:
        try:
            made.append(await self._subscribe())
        except Exception as error:  # noqa: BLE001 -- any: the client has many of its own
            self._down(error)
        else:
            is_made.set()

    async def _subscribe(self) -> AbstractConnection:
        connection = self._make_connection()
        try:
            async with asyncio.timeout(self._answer_seconds):
                await connection.connect()  # type: ignore[no-untyped-call]
                await connection.send_command("SUBSCRIBE", self._channel)
                self._check(await connection.read_response())
        except BaseException as error:
            await connection.disconnect(nowait=True)
            if isinstance(error, TimeoutError):
                raise self._no_answer() from None
            raise
        return connection

    def _check(self, answer: Any) -> None:
        if answer != [b"subscribe", self._channel.encode(), 1]:
            raise OSError("the server does not answer SUBSCRIBE as Redis does")

    async def _read(self, connection: AbstractConnection) -> Exception:
        """Read until the connection is lost.

        Returns:
            Why.
        """
        try:
            async with asyncio.timeout(None) as silence:
                pinging = asyncio.create_task(self._ping(connection, silence))
                try:
                    await self._read_all(connection, silence)
                finally:
                    pinging.cancel()
                    await asyncio.wait([pinging])
        except TimeoutError:
            return self._no_answer()
        except Exception as error:  # noqa: BLE001 -- any: the server may say anything
            return error

    async def _read_all(self, connection: AbstractConnection, silence: asyncio.Timeout) -> NoReturn:
        share = Share()
        while True:
            answer: Any = await connection.read_response()
            if silence.when() is not None:
                silence.reschedule(None)
            match answer:
                case [b"message", _, bytes(data)]:
                    self._inbox.put(data)
            await share.keep()

    async def _ping(self, connection: AbstractConnection, silence: asyncio.Timeout) -> None:
        """Ask again and again whether the server is still there; anything it says is an answer."""
        while True:
            await asyncio.sleep(self._ping_seconds)
            if silence.when() is None:
                silence.reschedule(asyncio.get_running_loop().time() + self._answer_seconds)
                await connection.send_command("PING")

    def _no_answer(self) -> OSError:
        return OSError(f"no answer within {self._answer_seconds:g}s")


def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tuple(tasks):
        task.cancel()
