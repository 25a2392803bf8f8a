"""`Account`: somebody who can log in."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import attrs


def _scramble(password: str, salt: bytes) -> bytes:
    # Takes some milliseconds, for which a larger host would use a thread.
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=2**12, r=8, p=1)


@attrs.frozen
class Account:
    """Somebody who can log in.

    Attributes:
        user_id: The user id.
        display_name: What others see.
        is_shadow_banned: Whether what the user sends is hidden from all others.
    """

    user_id: str
    display_name: str
    is_shadow_banned: bool
    _salt: bytes = attrs.field(repr=False)
    _scrambled: bytes | None = attrs.field(repr=False)

    @classmethod
    def new(
        cls, user_id: str, display_name: str, password: str | None, *, is_shadow_banned: bool
    ) -> Account:
        """Make an account; without a password only modules can log it in."""
        salt = secrets.token_bytes(16)
        scrambled = None if password is None else _scramble(password, salt)
        return cls(user_id, display_name, is_shadow_banned, salt, scrambled)

    def has_password(self, password: str) -> bool:
        """Tell whether this is the account's password."""
        known = self._scrambled
        return known is not None and hmac.compare_digest(known, _scramble(password, self._salt))
