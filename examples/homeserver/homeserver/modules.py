"""`Modules`: what the homeserver asks about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from hookspecs import (
    RECOMMENDED_PATH,
    RESERVED_PATHS,
    AccountValidity,
    PasswordAuthProvider,
    PresenceRouter,
    SpamChecker,
    ThirdPartyRules,
)

if TYPE_CHECKING:
    from hostkit import Category, Host
    from hostkit.host import HostOptions

CATEGORIES: Final[tuple[type[Category], ...]] = (
    SpamChecker,
    ThirdPartyRules,
    AccountValidity,
    PasswordAuthProvider,
    PresenceRouter,
)
"""What modules can register for: there is no use in callbacks that are never called."""

OPTIONS: Final[HostOptions] = {
    "categories": CATEGORIES,
    "reserved_paths": RESERVED_PATHS,
    "recommended_path": RECOMMENDED_PATH,
}
"""What `hostkit.Host` is made with, besides the file."""


@attrs.frozen
class Modules:
    """The callers of all hooks, by the short names that they have here."""

    spam: SpamChecker
    rules: ThirdPartyRules
    validity: AccountValidity
    auth: PasswordAuthProvider
    presence: PresenceRouter

    @classmethod
    def of(cls, host: Host) -> Modules:
        """Take them from a host that was built."""
        return cls(
            host.hooks[SpamChecker],
            host.hooks[ThirdPartyRules],
            host.hooks[AccountValidity],
            host.hooks[PasswordAuthProvider],
            host.hooks[PresenceRouter],
        )
