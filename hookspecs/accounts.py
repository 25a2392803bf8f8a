"""`AccountData` and `AccountValidity`: what accounts hold, and how long they last."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from hookspecs.values import JsonDict
from hostkit import Category, hookspec, rules

if TYPE_CHECKING:
    from twisted.web.iweb import IRequest  # noqa: TC004 -- JSON cannot represent one anyway


@final
class AccountData(Category):
    """Callbacks about account data."""

    @hookspec(rules.Notify(), copy=("content",), added="1.57")
    async def on_account_data_updated(
        self, user_id: str, room_id: str | None, account_data_type: str, content: JsonDict
    ) -> None:
        """Called after account data was written, in the process that writes it.

        `room_id` is `None` for data that does not belong to a room. Data that was deleted has the
        content `{}`. Changes of tags are not reported. Return values are ignored. All modules are
        notified, in order.

        An exception is logged, and the next module is notified.
        """


@final
class AccountValidity(Category):
    """Callbacks about the expiry of accounts.

    For the three ``on_legacy_…`` hooks the host asks ``bool(hook)`` whether a module has taken over
    the renewal of accounts.
    """

    @hookspec(rules.FirstResult(on_error="raise"), added="1.39", shield=True)
    async def is_user_expired(self, user: str) -> bool | None:
        """Called for every request that a user makes with an access token.

        A truthy answer means that the account has expired, and the request is refused; a falsy one
        means that it has not. `None` leaves the question to the next module.

        The first answer that is not `None` is the result, as it was given. If all answers are
        `None`, so is the result, and the host uses its own records.

        An exception goes to the caller, so the request fails, and no further module is asked.
        """

    @hookspec(rules.Notify(on_error="raise"), added="1.39")
    async def on_user_registration(self, user: str) -> None:
        """Called after a user was registered, in the process that did it.

        Return values are ignored. All modules are notified, in order.

        An exception goes to the caller, and the modules after it are not notified.
        """

    @hookspec(rules.Notify(on_error="raise"), added="1.98")
    async def on_user_login(
        self, user_id: str, auth_provider_type: str | None, auth_provider_id: str | None
    ) -> None:
        """Called when a user has logged in, before the answer is sent.

        Type and id of the authentication provider are `None` if the user came without one. Return
        values are ignored. All modules are notified, in order.

        An exception goes to the caller, so the login fails although the device was made, and the
        modules after it are not notified.
        """

    @hookspec(rules.Exclusive(on_error="raise"), added="1.39")
    async def on_legacy_send_mail(self, user_id: str) -> None:
        """Called when a user asks for a renewal mail at the host's old address for that.

        The module sends the mail instead of the host. Return values are ignored.

        Only one module may register; a second one keeps the host from starting.

        An exception goes to the caller, and the request fails.
        """

    @hookspec(rules.Exclusive(on_error="raise"), added="1.39")
    async def on_legacy_renew(self, renewal_token: str) -> tuple[bool, bool, int] | None:
        """Called when a user opens a renewal link at the host's old address for that.

        The answer says whether the token is valid, whether it had been used already, and until when
        the account is valid now, in milliseconds since the epoch. `None` is the result when no
        module has registered; the host then uses its own records.

        Only one module may register; a second one keeps the host from starting.

        An exception goes to the caller, and the request fails.
        """

    @hookspec(rules.Exclusive(on_error="raise"), added="1.39")
    async def on_legacy_admin_request(self, request: IRequest) -> int | None:
        """Called when an administrator sets an account's expiry at the host's old address for that.

        The answer is the new expiry, in milliseconds since the epoch. `None` is the result when no
        module has registered; the host then handles the request itself.

        Only one module may register; a second one keeps the host from starting.

        An exception goes to the caller, and the request fails.
        """
