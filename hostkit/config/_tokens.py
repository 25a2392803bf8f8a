"""Tokens of listeners that are too short: whoever can send requests can try them one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit.codes import Code
from hostkit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from hostkit.config._settings import Settings
    from hostkit.errors import Path

SHORTEST_TOKEN: Final = 16
"""How many characters a token has at least."""


def short_tokens(settings: Settings, known: Collection[Path]) -> Iterator[Problem]:
    """Find tokens that are too short, without showing them.

    Args:
        settings: What the file says.
        known: Where something else is wrong with a token.
    """
    for listener in settings.listeners:
        for key in ("token", "previous_token"):
            token: str | None = getattr(listener, key)
            path = (*listener.path, key)
            if token is not None and len(token) < SHORTEST_TOKEN and path not in known:
                yield Problem(
                    Code.NOT_ALLOWED,
                    f"the token has {len(token)} characters, and can be guessed",
                    path,
                    expected=f"at least {SHORTEST_TOKEN} characters",
                    hint="make one with `openssl rand -hex 32`",
                )
