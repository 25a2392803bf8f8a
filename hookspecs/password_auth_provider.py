"""`PasswordAuthProvider`: who a user is, and what a new account is called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypedDict, final

from hookspecs.values import JsonDict
from hookspecs.verdicts import read_permission
from hostkit import CONTINUE, Category, Keyed, hookspec, keys_of, rules

if TYPE_CHECKING:
    from hostkit.rules import Continue


class LoginResponse(TypedDict, total=False):
    """The answer to a client that has logged in; any field may be missing."""

    user_id: str
    access_token: str | None
    home_server: str
    expires_in_ms: int | None
    refresh_token: str | None
    device_id: str | None
    well_known: JsonDict | None


Login: TypeAlias = tuple[str, Callable[[LoginResponse], Awaitable[None]] | None]
"""A user id, and an optional callback that is given the answer to the client."""


def read_login(value: Any) -> Login | Continue:
    """Read which user has logged in, and the callback for the answer to the client.

    Raises:
        TypeError: It is neither `None` nor a tuple of that.
    """
    if value is None:
        return CONTINUE
    if isinstance(value, tuple) and len(value) == 2:  # noqa: PLR2004 -- a pair
        user_id, callback = value
        if isinstance(user_id, str) and (callback is None or callable(callback)):
            login: Login = value
            return login
    raise TypeError("an answer is None, or a tuple of a user id, and a callback or None")


def read_name(value: Any) -> str | Continue:
    """Take a string, even an empty one.

    Raises:
        TypeError: It is neither that nor `None`.
    """
    if value is None:
        return CONTINUE
    if not isinstance(value, str):
        raise TypeError("neither a str nor None")
    return value


def read_login_type(key: Any) -> tuple[str, tuple[str, ...]]:
    """Read the login type that a checker is registered for, and the fields that clients send.

    Raises:
        TypeError: It is not a tuple of both.
    """
    if not (isinstance(key, tuple) and len(key) == 2):  # noqa: PLR2004 -- a pair
        raise TypeError('a key is a login type and its fields: ("m.login.password", ("password",))')
    login_type, fields = key
    if not isinstance(login_type, str):
        raise TypeError(f"a login type is a str, not {login_type!r}")
    if not isinstance(fields, tuple) or not all(isinstance(field, str) for field in fields):
        raise TypeError(f'fields are a tuple of str such as ("password",), not {fields!r}')
    return login_type, fields


# A module that fails must not lock out users whom another one, or the host, can log in.
_LOGIN: Final = rules.FirstResult(read=read_login, on_error="continue")
# After an exception there is no account: one with the wrong name could not be renamed later.
_NAME: Final = rules.FirstResult(read=read_name, on_error="fail", on_invalid="continue")


@final
class PasswordAuthProvider(Category):
    """Callbacks that authenticate users, and that take part in registrations.

    Modules register `auth_checkers` as a dict: its keys are pairs of a login type and the fields
    that clients send for it, and its values are callbacks, as in
    `{("m.login.password", ("password",)): self.check}`. Two modules that register for one type must
    name the same fields.
    """

    @hookspec(
        _LOGIN,
        copy=("login_dict",),
        added="1.46",
        keyed=Keyed("login_type", read_login_type),
        shield=True,
    )
    async def auth_checkers(
        self, username: str, login_type: str, login_dict: JsonDict
    ) -> Login | None:
        """Called when a user logs in with the type of the callback's key.

        `username` is what the client has sent as the user, and `login_dict` has the fields that the
        key names. A tuple of a user id and a callback logs that user in, and the callback, if it is
        not `None`, is called with the answer to the client. `None` lets the next module be asked.

        The first login is the result. Without any it is `None`, and the host checks the password
        itself, or refuses the login with status 403.

        An exception, or any other answer, is logged, and the next module is asked.
        """

    # Not a hook: hosts call it by the name they know, and modules register by that of the dict.
    async def check_auth(
        self, username: str, login_type: str, login_dict: JsonDict
    ) -> Login | None:
        """Ask the modules that have registered for a login type; see `auth_checkers`."""
        return await self.auth_checkers(username, login_type, login_dict)

    @property
    def supported_login_types(self) -> Mapping[str, tuple[str, ...]]:
        """The login types that modules support, in config order, each with its fields.

        A host refuses a login that lacks one of the fields with status 400, without asking any
        module.
        """
        return keys_of(self.auth_checkers)

    @hookspec(_LOGIN, added="1.46", shield=True)
    async def check_3pid_auth(self, medium: str, address: str, password: str) -> Login | None:
        """Called when a user logs in with a third-party address, such as one for e-mail.

        A tuple of a user id and a callback logs that user in, and the callback, if it is not
        `None`, is called with the answer to the client. `None` lets the next module be asked.

        The first login is the result. Without any it is `None`, and the host looks the address up
        itself.

        An exception, or any other answer, is logged, and the next module is asked.
        """

    @hookspec(rules.Notify(), added="1.46")
    async def on_logged_out(self, user_id: str, device_id: str | None, access_token: str) -> None:
        """Called after an access token has become invalid.

        Return values are ignored. All modules are notified, in order.

        An exception is logged, and the next module is notified.
        """

    @hookspec(_NAME, copy=("uia_results", "params"), added="1.52", shield=True)
    async def get_username_for_registration(
        self, uia_results: JsonDict, params: JsonDict
    ) -> str | None:
        """Called when a registration has passed all its stages, for the name of the account.

        `uia_results` has the result of each stage, and `params` what the client has sent. A string
        is the name before the colon of the user id; the host lower-cases it. `None` lets the next
        module be asked.

        The first string is the result, even an empty one. Without any it is `None`, and the name is
        what the client asked for.

        An exception goes to the caller as a `ModuleFailedError`, and no account is made. Any other
        answer is logged, and the next module is asked.
        """

    @hookspec(_NAME, copy=("uia_results", "params"), added="1.54", shield=True)
    async def get_displayname_for_registration(
        self, uia_results: JsonDict, params: JsonDict
    ) -> str | None:
        """Called when a registration has passed all its stages, for the name that others see.

        The arguments are as for `get_username_for_registration`. A string is the display name.
        `None` lets the next module be asked.

        The first string is the result. Without any it is `None`, and the name is that of the
        account.

        An exception goes to the caller as a `ModuleFailedError`, and no account is made. Any other
        answer is logged, and the next module is asked.
        """

    @hookspec(
        rules.FirstDenial(read=read_permission, allow=True, denial=False, on_invalid="continue"),
        added="1.53",
        shield=True,
    )
    async def is_3pid_allowed(self, medium: str, address: str, registration: bool) -> bool:  # noqa: FBT001 -- what modules are given
        """Called before a third-party address, such as one for e-mail, is added to an account.

        `registration` says that the account is just being made. `False` refuses the address with
        status 403, and `True` lets the next module be asked.

        The modules are asked in order until one refuses. The result is `False` if one did, or else
        `True`.

        An exception goes to the caller as a `ModuleFailedError`. Any other answer is logged, and
        the next module is asked.
        """
