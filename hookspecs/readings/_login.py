"""What the answers of modules mean that know who somebody is, and what they register for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hostkit import CONTINUE

if TYPE_CHECKING:
    from hookspecs.vocabulary import Login
    from hostkit.rules import Continue


def read_login(value: Any) -> Login | Continue:
    """Read who has logged in, and what to call when the answer to the client is known.

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
    """Take a text, even an empty one.

    Raises:
        TypeError: It is neither that nor `None`.
    """
    if value is None:
        return CONTINUE
    if not isinstance(value, str):
        raise TypeError("neither a str nor None")
    return value


def read_login_type(key: Any) -> tuple[str, tuple[str, ...]]:
    """Read for which type of login a checker is registered, and the fields that clients send.

    Raises:
        TypeError: It is no tuple of both.
    """
    if not (isinstance(key, tuple) and len(key) == 2):  # noqa: PLR2004 -- a pair
        raise TypeError('a key is a login type and its fields: ("m.login.password", ("password",))')
    login_type, fields = key
    if not isinstance(login_type, str):
        raise TypeError(f"a login type is a str, not {login_type!r}")
    if not isinstance(fields, tuple) or not all(isinstance(field, str) for field in fields):
        raise TypeError(f'fields are a tuple of str such as ("password",), not {fields!r}')
    return login_type, fields
