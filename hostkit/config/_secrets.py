"""Secrets should not stand in the config file: those that do are found here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hostkit.codes import Code
from hostkit.errors import Path as KeyPath
from hostkit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.config._settings import Settings


def tokens_of(settings: Settings) -> frozenset[str]:
    """Collect all tokens and keys; a program may have given them without a tag."""
    tokens = {token for listener in settings.listeners for token in listener.tokens}
    if _has_password(settings.database):
        tokens.add(settings.database)
    if settings.mail is not None and settings.mail.password:
        tokens.add(settings.mail.password)
    return frozenset(tokens if settings.redis is None else tokens.union(settings.redis.keys))


def misplaced_secrets(values: Mapping[str, Any]) -> frozenset[str]:
    """Find a URL with a password that stands where a mapping belongs, so that it is not a setting.

    Args:
        values: The top level of the file.
    """
    hostkit = values.get("hostkit")
    redis = hostkit.get("redis") if isinstance(hostkit, Mapping) else None
    return frozenset({redis} if isinstance(redis, str) and _has_password(redis) else ())


def plain_secrets(settings: Settings, hidden: frozenset[str]) -> Iterator[Problem]:
    """Find secrets that anyone can read who can read the file.

    Args:
        settings: What the file says.
        hidden: Every value that came from elsewhere.
    """
    for listener in settings.listeners:
        for key in ("token", "previous_token"):
            token: str | None = getattr(listener, key)
            if token is not None and token not in hidden:
                yield _in_the_clear("token", (*listener.path, key))
    redis = settings.redis
    if redis is not None and _has_password(redis.url) and redis.url not in hidden:
        yield _in_the_clear("password", ("hostkit", "redis", "url"))
    if _has_password(settings.database) and settings.database not in hidden:
        yield _in_the_clear("password", ("hostkit", "database"))
    mail = settings.mail
    if mail is not None and mail.password and mail.password not in hidden:
        yield _in_the_clear("password", ("hostkit", "mail", "password"))
    for key in ("key", "previous_key"):
        value: str | None = getattr(redis, key, None)
        if value is not None and value not in hidden:
            yield _in_the_clear("key", ("hostkit", "redis", key))


def _has_password(url: str) -> bool:
    """Whether a URL has a password, or may have one that breaks it."""
    try:
        parts = urlsplit(url)
    except ValueError:  # not a URL at all, which is reported where it is used
        return "@" in url
    rest = f"{parts.path}?{parts.query}#{parts.fragment}"
    return bool(parts.password) or "@" in rest or "password=" in rest


def _in_the_clear(what: str, path: KeyPath) -> Problem:
    return Problem(
        Code.IN_THE_CLEAR,
        f"the {what} stands in the file itself",
        path,
        expected="!env NAME or !file path",
        hint=f"take another {what}, since this one may have been seen",
    )
