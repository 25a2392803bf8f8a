"""`Outbox`: messages that are published in the order in which they were sent."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, final

from hostkit.messages._notice import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio.connection import AbstractConnection

_MOST_WAITING: Final = 10_000
_AT_A_TIME: Final = 100


@final
class Outbox:
    """Publishes messages through one connection, so that none overtakes another.

    Args:
        make_connection: Makes a connection that is not connected yet, and has no time-outs.
        channel: The channel of the server.
        answer_seconds: How long the server may take.
    """

    def __init__(
        self,
        make_connection: Callable[[], AbstractConnection],
        channel: str,
        answer_seconds: float,
    ) -> None:
        self._make_connection = make_connection
        self._channel = channel
        self._answer_seconds = answer_seconds
        self._connection: AbstractConnection | None = None
        self._attempt: asyncio.Task[OSError | None] | None = None
        self._is_renewed = False
        self._waiting: deque[tuple[bytes, asyncio.Future[None]]] = deque()
        self._is_filled = asyncio.Event()

    async def send(self, data: bytes) -> None:
        """Publish a message, and wait until the server has confirmed it.

        Raises:
            OSError: It could not be published, or perhaps not.
        """
        if len(self._waiting) >= _MOST_WAITING:
            raise OSError("too many other messages wait to be sent")
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((data, sent))
        self._is_filled.set()
        try:
            async with asyncio.timeout(self._answer_seconds):
                await sent
        except TimeoutError:
            raise OSError(f"no answer within {self._answer_seconds:g}s") from None

    async def renew(self) -> None:
        """Use another connection from now on, also for what is being published.

        That to a server that was away may be one on which nothing is ever answered. What arrives
        twice because of this is ignored, for its number.
        """
        if self._attempt is not None and not self._attempt.done():
            self._is_renewed = True
            self._attempt.cancel()
        await self._drop()

    async def run(self) -> None:
        """Publish what is to be sent, until this is cancelled."""
        try:
            while True:
                await self._is_filled.wait()
                # Those that are not waited for any more are not sent: the others find out that they
                # are missing.
                batch = [each for each in self._take() if not each[1].done()]
                failure = await self._publish([data for data, _ in batch])
                for _, sent in batch:
                    _finish(sent, failure)
        finally:
            await self._drop()

    def _take(self) -> list[tuple[bytes, asyncio.Future[None]]]:
        taken = [self._waiting.popleft() for _ in range(min(_AT_A_TIME, len(self._waiting)))]
        if not self._waiting:
            self._is_filled.clear()
        return taken

    async def _publish(self, batch: list[bytes]) -> OSError | None:
        """Publish messages, or find out why they cannot be."""
        while True:
            self._is_renewed = False
            self._attempt = attempt = asyncio.create_task(self._try(batch))
            try:
                await asyncio.wait([attempt])
            finally:
                attempt.cancel()
            if not self._is_renewed:
                return attempt.result()

    async def _try(self, batch: list[bytes]) -> OSError | None:
        try:
            async with asyncio.timeout(self._answer_seconds):
                await self._exchange(batch)
        except TimeoutError:
            error = OSError(f"no answer within {self._answer_seconds:g}s")
        except Exception as raised:  # noqa: BLE001 -- any: the client has many of its own
            error = OSError(shown(str(raised)))
            error.__cause__ = raised
        else:
            return None
        await self._drop()
        return error

    async def _exchange(self, batch: list[bytes]) -> None:
        if self._connection is not None:
            try:
                await self._exchange_through(self._connection, batch)
            except Exception:  # noqa: BLE001 -- the server may have closed it while it was idle
                await self._drop()
            else:
                return
        self._connection = self._make_connection()
        await self._connection.connect()  # type: ignore[no-untyped-call]
        await self._exchange_through(self._connection, batch)

    async def _exchange_through(self, connection: AbstractConnection, batch: list[bytes]) -> None:
        for data in batch:
            await connection.send_command("PUBLISH", self._channel, data)
        for _ in batch:
            answer = await connection.read_response()
            if not isinstance(answer, int):  # how many processes have got it
                raise OSError("the server does not answer PUBLISH as Redis does")

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)


def _finish(sent: asyncio.Future[None], failure: OSError | None) -> None:
    if sent.done():  # its caller has waited long enough
        return
    if failure is None:
        sent.set_result(None)
    else:
        # Each caller gets one of its own, as each adds lines to the traceback.
        own = OSError(str(failure))
        own.__cause__ = failure.__cause__
        sent.set_exception(own)
