"""`MediaRepository` and `Ratelimit`: how much users may upload, and how often they may act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, final

import attrs

from hookspecs.values import JsonDict
from hostkit import CONTINUE, Category, hookspec, rules
from hostkit.specs import also_named

if TYPE_CHECKING:
    from hostkit.rules import Continue


@final
@attrs.frozen
class MediaUploadLimit:
    """How much a user may upload in some time.

    Attributes:
        max_bytes: The bytes that all uploads of the period may have together.
        time_period_ms: The length of the period, which ends now, in milliseconds.
        info_uri: A page for users about the limit, if there is one.
        can_upgrade: Whether that page says how to get a higher one.
    """

    max_bytes: int
    time_period_ms: int
    info_uri: str | None = None
    can_upgrade: bool = False


def read_media_config(value: Any) -> JsonDict | Continue:
    """Take a mapping, even an empty one, for the configuration.

    Raises:
        TypeError: It is neither a mapping nor `None`.
    """
    if value is None:
        return CONTINUE
    if not isinstance(value, Mapping):
        raise TypeError("the configuration is a dict")
    config: JsonDict = dict(value)
    return config


def read_upload_permission(value: Any) -> bool | Continue:
    """Take `False` for a denial; truthy values continue.

    Raises:
        TypeError: It is falsy but not a bool.
    """
    if value:
        return CONTINUE
    if value is False:
        return False
    # The `None` of a forgotten ``return`` must not pass for a permission.
    raise TypeError("permission is True or False")


def read_upload_limits(value: Any) -> list[MediaUploadLimit] | Continue:
    """Sort limits, the longest period first, into a new list.

    Raises:
        TypeError: It is neither a list nor a tuple of limits, nor `None`.
    """
    if value is None:
        return CONTINUE
    if not isinstance(value, list | tuple):
        raise TypeError("limits are given as a list or a tuple")
    # A host may have a class of its own with these attributes.
    for limit in value:
        if not (hasattr(limit, "time_period_ms") and hasattr(limit, "max_bytes")):
            raise TypeError(f"a limit is a MediaUploadLimit, not a {type(limit).__name__}")
    return sorted(value, key=lambda limit: limit.time_period_ms, reverse=True)


@final
class MediaRepository(Category):
    """Callbacks about uploads of media."""

    @hookspec(
        rules.FirstResult(read=read_media_config, on_error="raise"), added="1.132", shield=True
    )
    async def get_media_config_for_user(self, user_id: str) -> JsonDict | None:
        """Called when a client asks for the configuration of the media repository.

        A dict is sent to the client instead of the host's own configuration, even if it is empty.
        `None` leaves it to the next module.

        The first dict is the result. If all answers are `None`, so is the result, and the host
        sends its own configuration.

        An exception, or an answer of another type, goes to the caller as an exception, and no
        further module is asked.
        """

    @hookspec(
        rules.FirstDenial(
            read=read_upload_permission,
            allow=True,
            denial=False,
            on_error="raise",
            on_invalid="deny",
        ),
        added="1.132",
        shield=True,
    )
    async def is_user_allowed_to_upload_media_of_size(self, user_id: str, size: int) -> bool:
        """Called before an upload of `size` bytes that the host's own limit allows.

        `True`, or another truthy value, lets the next module be asked. `False` refuses the upload
        as too large. Another falsy value, such as `None`, is logged and refuses it too.

        The first refusal is the result, and no further module is asked; without any, the result is
        `True`.

        An exception goes to the caller, and no further module is asked.
        """

    @hookspec(
        rules.FirstResult(read=read_upload_limits, on_error="raise"), added="1.139", shield=True
    )
    async def get_media_upload_limits_for_user(self, user_id: str) -> list[MediaUploadLimit] | None:
        """Called before an upload, for the limits on what a user uploads in a period of time.

        A list or a tuple of limits is used instead of the configured ones; an empty one means that
        there are no limits. `None` leaves it to the next module.

        The first answer that is not `None` is the result: a new list, with the longest period
        first. If all answers are `None`, so is the result, and the configured limits hold.

        An exception, or an answer of another type, goes to the caller as an exception, and no
        further module is asked.
        """

    @hookspec(rules.Notify(on_error="raise"), copy=("limit",), added="1.139", shield=True)
    async def on_media_upload_limit_exceeded(
        self, user_id: str, limit: MediaUploadLimit, sent_bytes: int, attempted_bytes: int
    ) -> None:
        """Called when an upload is about to be refused because a limit would be exceeded.

        `sent_bytes` were uploaded in the limit's period before, and `attempted_bytes` would be
        added. Return values are ignored; the upload is refused in any case. All modules are
        notified, in order.

        An exception goes to the caller in place of the refusal, and the modules after it are not
        notified.
        """


@final
@attrs.frozen
class RatelimitOverride:
    """How often one user may do something, instead of the configured limit.

    Attributes:
        per_second: How often in the long run; ``0.0`` means that there is no limit.
        burst_count: How often at once.
    """

    per_second: float
    burst_count: int


def read_override(value: Any) -> RatelimitOverride | Continue:
    """Take an override, which is truthy.

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

    @also_named(user_id="user")
    @hookspec(rules.FirstResult(read=read_override, on_error="raise"), added="1.132", shield=True)
    async def get_ratelimit_override_for_user(
        self, user: str, limiter_name: str
    ) -> RatelimitOverride | None:
        """Called each time a limiter is about to count an action of a known user.

        An override takes the place of the limiter's configured rate; with a `per_second` of 0.0
        there is no limit at all. `None` leaves it to the next module.

        The first override is the result. If there is none, the result is `None`, and the configured
        rate holds.

        An exception, or an answer of another type, goes to the caller as an exception, and no
        further module is asked.
        """
