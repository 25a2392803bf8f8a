"""Tokens and passwords: secrets, which stand elsewhere than in the config file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs

from hostkit.codes import Code
from hostkit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.config._host_file import Source
    from hostkit.config._model import Settings
    from hostkit.errors import Path


def tokens(settings: Settings) -> frozenset[str]:
    """Collect the tokens of all listeners; a program may have given them without a tag."""
    return frozenset(listener.token for listener in settings.listeners if listener.token)


def literal_secrets(settings: Settings, source: Source) -> Iterator[Problem]:
    """Find secrets that everybody can read who can read the file."""
    if source.document is None:
        return
    for listener in settings.listeners:
        if listener.token is not None and listener.token not in source.secrets:
            yield _problem(source, "token", (*listener.path, "token"))
    redis = settings.redis
    if redis is not None and _has_password(redis.url) and redis.url not in source.secrets:
        yield _problem(source, "password", ("hostkit", "redis", "url"))


def _has_password(url: str) -> bool:
    """Tell whether a URL has a password, or may have one that breaks it."""
    try:
        parts = urlsplit(url)
    except ValueError:  # it is no URL at all, which is told elsewhere
        return "@" in url
    rest = f"{parts.path}?{parts.query}#{parts.fragment}"
    return bool(parts.password) or "@" in rest or "password=" in rest


def _problem(source: Source, what: str, path: Path) -> Problem:
    problem = source.problem(
        Problem(
            Code.IN_THE_CLEAR,
            f"the {what} stands in the file itself",
            path,
            expected="!env NAME or !file path",
            hint=f"take another {what}, since this one may have been seen",
        )
    )
    # The line is not shown, as the secret stands there.
    place = None if problem.place is None else attrs.evolve(problem.place, excerpt="")
    return attrs.evolve(problem, place=place)
