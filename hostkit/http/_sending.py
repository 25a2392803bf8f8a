"""`Sending`: one call of a module, with its redirects and further attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import attrs
from twisted.internet.defer import Deferred

from hostkit.codes import Code
from hostkit.http._redirects import redirected
from hostkit.http._response import HttpCallError, HttpRequestError, HttpResponse, describe
from hostkit.http._retries import (
    FIRST_PAUSE_SECONDS,
    IDEMPOTENT,
    LONGEST_PAUSE_SECONDS,
    RETRIES,
    may_retry,
    retry_after_seconds,
)
from hostkit.http._urls import shown_url
from hostkit.logs import logger_of
from hostkit.loops import Backoff, settle

if TYPE_CHECKING:
    from hostkit.http._options import HttpOptions
    from hostkit.http._request import HttpRequest
    from hostkit.http._service import HttpCounts, HttpTransport
    from hostkit.loops import Clock

MOST_REDIRECTS = 5
"""How many redirects are followed, unless the module says otherwise."""


@final
@attrs.define(eq=False)
class Sending:
    """One call of a module.

    Attributes:
        module: The module's name.
        request: What it asks.
        options: What it has given by name.
        transport: Sends it.
        clock: Measures the time.
        until: When the call ends at the latest.
        counts: Where attempts are counted.
    """

    module: str
    request: HttpRequest
    options: HttpOptions
    transport: HttpTransport
    clock: Clock
    until: float
    counts: HttpCounts

    async def run(self) -> HttpResponse:
        """Send the request until there is an answer, or no use in sending it again.

        Raises:
            HttpRequestError: What the last attempt has failed with.
        """
        backoff = Backoff(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        retries = self.options.get("retries")
        if retries is None:
            retries = RETRIES if self.request.method in IDEMPOTENT else 0
        left = retries
        while True:
            outcome = await self._attempt()
            pause = _pause_after(outcome, backoff.next()) if self.transport.is_patient else 0.0
            if left < 1 or not may_retry(outcome) or self.clock.seconds() + pause >= self.until:
                break
            left -= 1
            self._report(outcome, pause)
            await self._sleep(pause)
        if isinstance(outcome, HttpRequestError):
            raise outcome
        return outcome

    async def _attempt(self) -> HttpResponse | HttpRequestError:
        try:
            return await self._follow()
        except HttpRequestError as error:
            return error

    async def _follow(self) -> HttpResponse:
        most = self.options.get("max_redirects", MOST_REDIRECTS)
        asked = self.request
        for _ in range(most + 1):
            response = await self.transport.send(asked)
            following = redirected(response) if most else None
            if following is None:
                return response
            asked = following
        raise HttpCallError(
            Code.BAD_REDIRECT,
            f"{self.request.shown} was redirected more than {most} times",
            details=(f"the last one leads to {shown_url(asked.url)}",),
        )

    def _report(self, outcome: HttpResponse | HttpRequestError, pause: float) -> None:
        self.counts.retries += 1
        if isinstance(outcome, HttpCallError):
            said = outcome.problem.message
        else:
            assert isinstance(outcome, HttpResponse)  # noqa: S101 -- other errors are final
            said = f"{self.request.shown} was answered with {describe(outcome.status)}"
        logger_of(self.module).info(
            "module %r: %s; it is sent again in %.1f s", self.module, said, pause
        )

    async def _sleep(self, seconds: float) -> None:
        over: Deferred[None] = Deferred(lambda _: call.cancel())
        call = self.clock.call_later(seconds, over.callback, None)
        await settle(over)


def _pause_after(outcome: HttpResponse | HttpRequestError, pause: float) -> float:
    """How long to wait after an attempt: at least as long as the server asks for."""
    wanted = retry_after_seconds(outcome) if isinstance(outcome, HttpResponse) else None
    return max(pause, wanted or 0.0)
