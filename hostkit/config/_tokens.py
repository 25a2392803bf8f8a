"""The tokens of listeners: secrets, which stand elsewhere than in the config file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from hostkit import codes
from hostkit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostkit.config._host_file import Source
    from hostkit.config._model import Settings


def tokens(settings: Settings) -> frozenset[str]:
    """Collect the tokens of all listeners; a program may have given them without a tag."""
    return frozenset(listener.token for listener in settings.listeners if listener.token)


def literal_tokens(settings: Settings, source: Source) -> Iterator[Problem]:
    """Find tokens that everybody can read who can read the file."""
    if source.document is None:
        return
    for listener in settings.listeners:
        if listener.token is None or listener.token in source.secrets:
            continue
        problem = source.problem(
            Problem(
                codes.IN_THE_CLEAR,
                "the token stands in the file itself",
                (*listener.path, "token"),
                expected="!env NAME or !file path",
                hint="take another token, since this one may have been seen",
            )
        )
        # The line is not shown, as the token stands there.
        place = None if problem.place is None else attrs.evolve(problem.place, excerpt="")
        yield attrs.evolve(problem, place=place)
