"""Secrets: they stand elsewhere than in the config file, and are never shown."""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from hostkit.codes import Code
from hostkit.errors import Path as KeyPath
from hostkit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from hostkit.config._settings import Settings

TAGS: Final = frozenset({"!env", "!file"})
"""The tags of values that stand elsewhere."""


def read_secret(tag: str, name: str, folder: Path) -> str | Problem:
    """Fetch a secret.

    Args:
        tag: ``!env`` or ``!file``.
        name: The environment variable, or the file.
        folder: Where relative file names start.

    Returns:
        The secret, or why there is none.
    """
    if not name:
        return no_name(tag)
    return _read_variable(name) if tag == "!env" else _read_file(folder / name)


def no_name(tag: str) -> Problem:
    """Build the problem of a tag without a name."""
    what = "an environment variable" if tag == "!env" else "a file"
    return Problem(
        Code.TAG_WITHOUT_NAME, f"{tag} needs the name of {what}", expected=f"`key: {tag} name`"
    )


def redact(text: str, secrets: Iterable[str]) -> str:
    """Replace every secret in a string, however `repr` wrote it, by ``[redacted]``."""
    forms = {form for secret in secrets for form in _forms(secret)}
    if not forms:
        return text
    # The longest first: a secret may begin like another.
    pattern = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.sub(pattern, "[redacted]", text)


def _forms(secret: str) -> set[str]:
    # An error may quote a line of a key file rather than all of it.
    parts = {secret, *(line.strip() for line in secret.splitlines())}
    return {form for part in parts for form in (part, repr(part)[1:-1]) if form}


def _read_variable(name: str) -> str | Problem:
    # A name that cannot be encoded cannot be set either.
    with contextlib.suppress(UnicodeEncodeError):
        secret = os.environ.get(name)
        if secret is not None:
            return secret
    message = f"the environment variable {name!r} is not set"
    return Problem(Code.NO_SUCH_VARIABLE, message, hint=f"set {name} before the start")


def _read_file(path: Path) -> str | Problem:
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError as error:
        message = f"the byte {error.start + 1} of {str(path)!r} is not UTF-8"
        return Problem(Code.TAG_FILE_NOT_UTF8, message, hint="save the file as UTF-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        message = f"{str(path)!r} cannot be read: {reason}"
        hint = "relative names start at the config file's folder"
        return Problem(Code.TAG_FILE_UNREADABLE, message, hint=hint)
    return text.removesuffix("\n").removesuffix("\r")


def tokens_of(settings: Settings) -> frozenset[str]:
    """Collect the tokens of all listeners; a program may have given them without a tag."""
    return frozenset(listener.token for listener in settings.listeners if listener.token)


def plain_secrets(settings: Settings, hidden: frozenset[str]) -> Iterator[Problem]:
    """Find secrets that anyone can read who can read the file.

    Args:
        settings: What the file says.
        hidden: Every value that came from ``!env`` or ``!file``.
    """
    for listener in settings.listeners:
        if listener.token is not None and listener.token not in hidden:
            yield _in_the_clear("token", (*listener.path, "token"))
    redis = settings.redis
    if redis is not None and _has_password(redis.url) and redis.url not in hidden:
        yield _in_the_clear("password", ("hostkit", "redis", "url"))


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
