"""Deny comments from people who write too many of them."""

import time
from collections import defaultdict, deque
from collections.abc import Callable

import attrs

from hostkit import ALLOW, Decision, Deny, ModuleApi, Seconds, hookimpl


class RateLimiter:
    """Denies a comment when its author has posted too many lately."""

    @attrs.frozen
    class Config:
        """How many comments are allowed per period."""

        comments: int = attrs.field(validator=attrs.validators.ge(1))
        per: Seconds

    def __init__(
        self, config: Config, api: ModuleApi, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._config = config
        self._clock = clock
        self._posted: defaultdict[str, deque[float]] = defaultdict(
            lambda: deque(maxlen=config.comments)
        )
        api.register_hookimpls(self)

    @hookimpl
    async def check_comment(self, author: str) -> Decision:
        """Compare the time of the author's oldest comment that counts with the limit."""
        posted = self._posted.get(author)
        if posted is None or len(posted) < self._config.comments:
            return ALLOW
        wait_seconds = posted[0] + self._config.per - self._clock()
        if wait_seconds <= 0:
            return ALLOW
        return Deny("too_many", "you write faster than we read", retry_after_seconds=wait_seconds)

    @hookimpl
    def on_comment_posted(self, author: str) -> None:
        """Remember when the author posted."""
        self._posted[author].append(self._clock())
