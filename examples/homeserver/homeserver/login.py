"""`Login`: how people prove who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from homeserver.refusal import refuse
from hookspecs import Codes, HomeserverError, LoginResponse

if TYPE_CHECKING:
    import hookspecs
    from homeserver.account import Account
    from homeserver.call import Call
    from homeserver.modules import Modules
    from homeserver.registration import Registration
    from homeserver.sessions import Sessions
    from homeserver.store import Store
    from hookspecs import JsonDict

PASSWORD: Final = "m.login.password"  # noqa: S105 -- the name of a login type


@attrs.frozen
class Login:
    """Logs people in, with what modules know of them or with their passwords."""

    _modules: Modules
    _store: Store
    _sessions: Sessions
    _registration: Registration
    _by_password: bool

    async def flows(self, _call: Call) -> JsonDict:
        """``GET login``: list the types of login, the password first."""
        types = [each for each in self._modules.auth.supported_login_types if each != PASSWORD]
        if self._by_password:
            types.insert(0, PASSWORD)
        return {"flows": [{"type": each} for each in types]}

    async def log_in(self, call: Call) -> JsonDict:
        """``POST login``: find out who it is, and begin a session."""
        login_type = call.text("type")
        user_id, callback = await self._identify(login_type, call)
        device_id = call.optional_text("device_id")
        name = call.optional_text("initial_device_display_name")
        account = await self._account(user_id, call)
        verdict = await self._modules.spam.check_login_for_spam(
            user_id, device_id, name, [call.client]
        )
        refuse(verdict, "Login was blocked by the server")
        session = self._sessions.begin(account, device_id)
        response = LoginResponse(
            user_id=user_id,
            access_token=session.token,
            home_server=self._store.server_name,
            device_id=session.device_id,
        )
        await self._modules.validity.on_user_login(user_id, login_type, None)
        if callback is not None:  # the module that knew who it is wants to know how it went on
            await callback(response)
        return dict(response)

    async def _identify(self, login_type: str, call: Call) -> hookspecs.Login:
        if login_type == PASSWORD:
            if not self._by_password:
                raise HomeserverError(400, "Password login has been disabled.")
            call.text("password")
        match call.body.get("identifier"):
            case {"type": "m.id.user", "user": str() as user}:
                pass
            case _:
                raise HomeserverError(400, "Unknown login identifier", Codes.INVALID_PARAM)
        login = await self._ask_modules(user, login_type, call)
        if login is None and login_type == PASSWORD:
            login = self._check_password(user, call.text("password"))
        if login is None:
            raise HomeserverError(403, "Invalid username or password", Codes.FORBIDDEN)
        return login

    async def _ask_modules(self, user: str, login_type: str, call: Call) -> hookspecs.Login | None:
        fields = self._modules.auth.supported_login_types.get(login_type)
        if fields is None:
            if login_type == PASSWORD:
                return None
            raise HomeserverError(400, f"Unknown login type {login_type}")
        missing = [field for field in fields if field not in call.body]
        if missing:
            names = ", ".join(missing)
            raise HomeserverError(
                400, f"Missing parameters for login type {login_type}: {names}", Codes.MISSING_PARAM
            )
        login_dict = {field: call.body[field] for field in fields}
        return await self._modules.auth.check_auth(user, login_type, login_dict)

    def _check_password(self, user: str, password: str) -> hookspecs.Login | None:
        user_id = user if user.startswith("@") else f"@{user}:{self._store.server_name}"
        account = self._store.accounts.get(user_id)
        return (user_id, None) if account is not None and account.has_password(password) else None

    async def _account(self, user_id: str, call: Call) -> Account:
        """Find the account, or make it when somebody whom only a module knows first comes."""
        account = self._store.accounts.get(user_id)
        if account is not None:
            return account
        localpart, _, domain = user_id.removeprefix("@").partition(":")
        if domain != self._store.server_name:
            raise HomeserverError(403, "Not a user of this server", Codes.FORBIDDEN)
        return await self._registration.make(localpart, None, None, call)
