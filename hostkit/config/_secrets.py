"""Secrets: they are never shown, and should not stand in the config file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from hostkit.codes import Code
from hostkit.errors import Path as KeyPath
from hostkit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hostkit.config._settings import Settings

_LONG: Final = 8
"""So many characters make a secret; each `1` of a log would be masked, if it were one."""

_MIXED: Final = re.compile(r"(?=.*[^\W\d_])(?=.*\d).{6,}", re.DOTALL)
"""Or fewer, if they are both letters and digits, as in no word."""


def redact(text: str, secrets: Iterable[str]) -> str:
    """Replace every secret in a string, however it was quoted, by ``[redacted]``.

    What is too short to be a secret, and would be found in any text, is left as it is.
    """
    pattern = _pattern(frozenset(secrets))
    return text if pattern is None else pattern.sub("[redacted]", text)


@lru_cache(maxsize=16)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str] | None:
    forms = {form for secret in secrets for form in _forms(secret)}
    # The longest first: a secret may begin like another.
    ordered = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered))) if ordered else None


def _forms(secret: str) -> Iterator[str]:
    # An error may quote a line of a key file rather than all of it, or the password of a URL.
    lines = [line.strip() for line in secret.splitlines()]
    parts = [line for line in lines if len(line) >= _LONG] if len(lines) > 1 else lines
    for part in (secret, *parts, *_passwords(secret)):
        if len(part) >= _LONG or _MIXED.fullmatch(part) is not None:
            yield from (part, repr(part)[1:-1], json.dumps(part)[1:-1])


def _passwords(secret: str) -> tuple[str, ...]:
    try:
        password = urlsplit(secret).password
    except ValueError:  # not a URL
        return ()
    return () if password is None else (password, unquote(password))


def tokens_of(settings: Settings) -> frozenset[str]:
    """Collect all tokens and keys; a program may have given them without a tag."""
    tokens = {token for listener in settings.listeners for token in listener.tokens}
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
