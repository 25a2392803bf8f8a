"""`Outbox`: messages that are published in the order in which they were sent."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, final

from hostkit.messages._notice import shown

if TYPE_CHECKING:
    from redis.asyncio import Redis

_MOST_WAITING: Final = 10_000
_AT_A_TIME: Final = 100


@final
class Outbox:
    """Publishes messages through one connection, so that none overtakes another.

    Args:
        client: The client.
        channel: The channel of the server.
        answer_seconds: How long the server may take.
    """

    def __init__(self, client: Redis, channel: str, answer_seconds: float) -> None:
        self._client = client
        self._channel = channel
        self._answer_seconds = answer_seconds
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

    async def run(self) -> None:
        """Publish what is to be sent, until this is cancelled."""
        while True:
            await self._is_filled.wait()
            # Those that are not waited for any more are not sent: the others find out that they are
            # missing.
            batch = [each for each in self._take() if not each[1].done()]
            outcomes = await self._publish([data for data, _ in batch])
            for (_, sent), outcome in zip(batch, outcomes, strict=True):
                if sent.done():
                    continue
                if outcome is None:
                    sent.set_result(None)
                else:
                    sent.set_exception(outcome)

    def _take(self) -> list[tuple[bytes, asyncio.Future[None]]]:
        taken = [self._waiting.popleft() for _ in range(min(_AT_A_TIME, len(self._waiting)))]
        if not self._waiting:
            self._is_filled.clear()
        return taken

    async def _publish(self, batch: list[bytes]) -> list[OSError | None]:
        error: Exception
        try:
            async with asyncio.timeout(self._answer_seconds):
                pipeline = self._client.pipeline(transaction=False)
                for data in batch:
                    pipeline.publish(self._channel, data)
                answers = await pipeline.execute(raise_on_error=False)
        except TimeoutError:
            error = OSError(f"no answer within {self._answer_seconds:g}s")
        except Exception as raised:  # noqa: BLE001 -- any: the client has many of its own
            error = raised
        else:
            return [_outcome(answer) for answer in answers]
        # Its other connections are no better, and the next message needs a fresh one.
        await self._client.connection_pool.disconnect()
        return [_failure(error)] * len(batch)


def _outcome(answer: object) -> OSError | None:
    if isinstance(answer, int):  # how many processes have got it
        return None
    if isinstance(answer, Exception):
        return _failure(answer)
    return OSError("the server does not answer PUBLISH as Redis does")


def _failure(error: Exception) -> OSError:
    failure = OSError(shown(str(error)))
    failure.__cause__ = error
    return failure
