"""`Ratelimit`: how often users may do something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from hookspecs.vocabulary import RatelimitOverride
from hostkit import CONTINUE, Category, hookspec, rules

if TYPE_CHECKING:
    from hostkit.rules import Continue


def read_override(value: Any) -> RatelimitOverride | Continue:
    """Take the first override that is not false.

    Raises:
        TypeError: It lacks the attributes of an override.
    """
    if not value:
        return CONTINUE
    if not (hasattr(value, "per_second") and hasattr(value, "burst_count")):
        raise TypeError("an override has per_second and burst_count")
    override: RatelimitOverride = value
    return override


@final
class Ratelimit(Category):
    """Callbacks about rate limits."""

    @hookspec(rules.FirstResult(read=read_override, on_error="raise"), added="1.132", shield=True)
    async def get_ratelimit_override_for_user(
        self, user: str, limiter_name: str
    ) -> RatelimitOverride | None:
        """Called each time a limiter is about to count an action of a known user.

        An override takes the place of the limiter's configured rate; with a `per_second` of 0.0
        there is no limit at all. `None` leaves it to the next module.

        The first override is the result. If there is none, the result is `None`, and the
        configured rate holds.

        An exception, or an answer of another type, goes to the caller as an exception, and no
        further module is asked.
        """
