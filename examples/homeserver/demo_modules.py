"""Two modules for the homeserver: one filters words and names, the other logs users in."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import attrs

from hookspecs import NOT_SPAM, Codes, RegistrationBehaviour

if TYPE_CHECKING:
    from collections.abc import Collection

    from hookspecs import Event, JsonDict, Login, StateMap, Verdict
    from hostkit import ModuleApi


class Manners:
    """Refuses messages with banned words, and accounts with banned names."""

    @attrs.frozen
    class Config:
        """The module's ``config:``."""

        banned_words: frozenset[str] = frozenset()
        banned_names: frozenset[str] = frozenset()
        signature: str | None = None

    def __init__(self, config: Config, api: ModuleApi) -> None:
        self._config = config
        api.register_spam_checker_callbacks(
            check_event_for_spam=self.check_event,
            check_registration_for_spam=self.check_registration,
        )
        if config.signature is not None:
            api.register_third_party_rules_callbacks(check_event_allowed=self.sign)

    async def check_event(self, event: Event) -> Verdict:
        """Look for banned words, and name them in the answer."""
        found = sorted(self._config.banned_words.intersection(_words(event)))
        return (Codes.FORBIDDEN, {"org.example.words": found}) if found else NOT_SPAM

    async def check_registration(
        self,
        _email: JsonDict | None,
        username: str | None,
        _clients: Collection[tuple[str, str]],
        _provider: str | None = None,
    ) -> RegistrationBehaviour:
        """Refuse some names."""
        if username in self._config.banned_names:
            return RegistrationBehaviour.DENY
        return RegistrationBehaviour.ALLOW

    async def sign(self, event: Event, _state: StateMap[Event]) -> tuple[bool, JsonDict | None]:
        """Replace each message by one with a signature."""
        if event.type != "m.room.message":
            return True, None
        fields = event.get_dict()
        fields["content"]["body"] = f"{event.content.get('body', '')} {self._config.signature}"
        return True, fields


class Tickets:
    """Logs users in by a ticket, with a login type of its own."""

    @attrs.frozen
    class Config:
        """The module's ``config:``."""

        server_name: str
        tickets: dict[str, str]

    def __init__(self, config: Config, api: ModuleApi) -> None:
        self._config = config
        api.register_password_auth_provider_callbacks(
            auth_checkers={("org.example.ticket", ("ticket",)): self.check}
        )

    async def check(self, user: str, _login_type: str, login: JsonDict) -> Login | None:
        """Compare the ticket with that of the user."""
        known = self._config.tickets.get(user)
        if known is None or not hmac.compare_digest(known.encode(), str(login["ticket"]).encode()):
            return None
        return f"@{user}:{self._config.server_name}", None


def _words(event: Event) -> list[str]:
    body = event.content.get("body")
    return body.lower().split() if isinstance(body, str) else []
