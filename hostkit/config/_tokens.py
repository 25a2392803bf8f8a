"""Tokens of listeners that are too short to keep anyone out, or are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit.codes import Code
from hostkit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.config._settings import Settings
    from hostkit.errors import Path

SHORTEST_TOKEN: Final = 16
"""How many characters a token has at least."""


def weak_tokens(settings: Settings, known: frozenset[Path] | set[Path]) -> Iterator[Problem]:
    """Find tokens that keep nobody out, without showing them, and where one is needed.

    Args:
        settings: What the file says.
        known: Where something else is wrong with a token.
    """
    for listener in settings.listeners:
        paths = {key: (*listener.path, key) for key in ("token", "previous_token")}
        for key, path in paths.items():
            token: str | None = getattr(listener, key)
            if token is not None and len(token) < SHORTEST_TOKEN and path not in known:
                yield _too_short(token, path)
        is_open = not listener.tokens and known.isdisjoint(paths.values())
        if "admin" in listener.serve and is_open:
            yield Problem(
                Code.ADMIN_WITHOUT_TOKEN,
                f"{listener.endpoint} serves `admin`, to everyone who can connect",
                (*listener.path, "serve"),
                expected="a `token:` (!env NAME or !file path), on this machine, too",
                hint="it shows what modules decide and why; the control socket needs none",
            )


def _too_short(token: str, path: Path) -> Problem:
    return Problem(
        Code.NOT_ALLOWED,
        f"the token has {len(token)} characters, and can be guessed",  # all may try one by one
        path,
        expected=f"at least {SHORTEST_TOKEN} characters",
        hint="make one with `openssl rand -hex 32`",
    )
