"""Deny comments from people who write too many of them."""

import hashlib
import time
from collections.abc import Callable

import attrs

from hostkit import ALLOW, Decision, Deny, ModuleApi, Seconds, hookimpl
from hostkit.store import ABSENT

_MOST = 1000  # of an author's times, which are one value of the store


class RateLimiter:
    """Denies a comment when its author has posted too many lately.

    The times are kept in the store, so the limit holds for all processes of the host together, and
    over restarts.
    """

    @attrs.frozen
    class Config:
        """How many comments are allowed per period."""

        comments: int = attrs.field(validator=[attrs.validators.ge(1), attrs.validators.le(_MOST)])
        per: Seconds

    def __init__(
        self, config: Config, api: ModuleApi, clock: Callable[[], float] = time.time
    ) -> None:
        self._config = config
        self._clock = clock
        self._store = api.store
        api.register_hookimpls(self)

    @hookimpl
    async def check_comment(self, author: str) -> Decision:
        """Compare the time of the author's oldest comment that counts with the limit."""
        posted = await self._store.get(_key(author), [])
        if len(posted) < self._config.comments:
            return ALLOW
        wait_seconds = posted[-self._config.comments] + self._config.per - self._clock()
        if wait_seconds <= 0:
            return ALLOW
        return Deny("too_many", "you write faster than we read", retry_after_seconds=wait_seconds)

    @hookimpl
    async def on_comment_posted(self, author: str) -> None:
        """Remember when the author posted."""
        key = _key(author)
        is_stored = False
        while not is_stored:  # as long as other processes note other comments of this author
            before = await self._store.get(key, ABSENT)
            posted = [*([] if before is ABSENT else before), self._clock()]
            after = posted[-self._config.comments :]
            is_stored = await self._store.compare_and_set(key, before, after, ttl=self._config.per)


def _key(author: str) -> str:
    """Make a key of a name, which may be longer than keys can be, or have any character."""
    return hashlib.sha256(author.encode("utf-8", "surrogatepass")).hexdigest()
