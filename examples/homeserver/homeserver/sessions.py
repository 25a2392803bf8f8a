"""`Sessions`: who is logged in, and may still make requests."""

from __future__ import annotations

import secrets
from itertools import count
from typing import TYPE_CHECKING

import attrs

from homeserver.session import Session
from hookspecs import Codes, HomeserverError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeserver.account import Account
    from homeserver.call import Call
    from homeserver.modules import Modules
    from homeserver.store import Store
    from hookspecs import JsonDict


@attrs.frozen
class Sessions:
    """Begins, checks and ends sessions."""

    _modules: Modules
    _store: Store
    _count: Iterator[int] = attrs.field(factory=lambda: count(1))

    def begin(self, account: Account, device_id: str | None) -> Session:
        """Log an account in, on a new device if none is named."""
        session = Session(next(self._count), account, device_id or secrets.token_hex(5).upper())
        self._store.sessions[session.token] = session
        return session

    async def check(self, call: Call) -> Session:
        """Find out who makes a request, and whether the account is still valid.

        Every request that needs an access token comes through here, but for that which ends the
        session. An exception of a module therefore fails all of them.

        Raises:
            HomeserverError: Status 401 for no token or an unknown one, and 403 for an account that
                has expired.
        """
        session = self._find(call)
        if await self._modules.validity.is_user_expired(session.user_id):
            raise HomeserverError(403, "User account has expired", Codes.EXPIRED_ACCOUNT)
        return session

    async def end(self, call: Call) -> JsonDict:
        """``POST logout``: make the access token invalid; an expired account may do that."""
        session = self._find(call)
        del self._store.sessions[session.token]
        await self._modules.auth.on_logged_out(session.user_id, session.device_id, session.token)
        return {}

    def _find(self, call: Call) -> Session:
        if call.token is None:
            raise HomeserverError(401, "Missing access token", Codes.MISSING_TOKEN)
        session = self._store.sessions.get(call.token)
        if session is None:
            raise HomeserverError(401, "Unrecognised access token", Codes.UNKNOWN_TOKEN)
        return session
