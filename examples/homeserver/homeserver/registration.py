"""`Registration`: how accounts are made."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final

import attrs

from homeserver.account import Account
from hookspecs import (
    Codes,
    HomeserverError,
    RegistrationBehaviour,
    UserID,
)

if TYPE_CHECKING:
    from homeserver.call import Call
    from homeserver.modules import Modules
    from homeserver.sessions import Sessions
    from homeserver.store import Store
    from hookspecs import JsonDict

_STAGES: Final = {"m.login.dummy": True}
"""What everybody has passed who registers: this server asks nothing of them."""
_LOCALPART: Final = re.compile(r"[a-z0-9._=/+-]+")


@attrs.frozen
class Registration:
    """Makes accounts."""

    _modules: Modules
    _store: Store
    _sessions: Sessions

    async def register(self, call: Call) -> JsonDict:
        """``POST register``: make an account, and log it in unless that is not wanted.

        What modules are given of the request does not have the password. They are not asked about
        this login: whoever may register may also log in.
        """
        password, wanted = call.text("password"), call.optional_text("username")
        device_id = call.optional_text("device_id")
        params = {name: value for name, value in call.body.items() if name != "password"}
        chosen = await self._modules.auth.get_username_for_registration(_STAGES, params)
        localpart = wanted if chosen is None else chosen
        if localpart is None:
            localpart = secrets.token_hex(5)
        display_name = await self._modules.auth.get_displayname_for_registration(_STAGES, params)
        account = await self.make(localpart.lower(), password, display_name, call)
        if call.body.get("inhibit_login") is True:
            return {"user_id": account.user_id}
        session = self._sessions.begin(account, device_id)
        return {
            "user_id": session.user_id,
            "access_token": session.token,
            "device_id": session.device_id,
        }

    async def make(
        self, localpart: str, password: str | None, display_name: str | None, call: Call
    ) -> Account:
        """Make an account, if modules let it be made.

        Args:
            localpart: What stands before the colon in the user id.
            password: The password; without one only modules can log it in.
            display_name: What others see; by default the local part.
            call: The request that leads to it.

        Raises:
            HomeserverError: Status 429 if a module has refused it, which does not tell that one
                did; 400 if there cannot be such an account.
        """
        if not _LOCALPART.fullmatch(localpart):
            text = "User ID can only contain characters a-z, 0-9, or '=_-./+'"
            raise HomeserverError(400, text, Codes.INVALID_USERNAME)
        behaviour = await self._modules.spam.check_registration_for_spam(
            None, localpart, [call.client]
        )
        if behaviour is RegistrationBehaviour.DENY:
            raise HomeserverError(429, "Rate limited")
        account = Account.new(
            UserID(localpart, self._store.server_name).to_string(),
            localpart if display_name is None else display_name,
            password,
            is_shadow_banned=behaviour is RegistrationBehaviour.SHADOW_BAN,
        )
        self._store.add_account(account)
        await self._modules.validity.on_user_registration(account.user_id)
        return account
