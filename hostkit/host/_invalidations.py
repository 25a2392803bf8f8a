"""Find out how the processes of a host tell each other what is no longer true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from hostkit.caching import Invalidations, RedisChannel
from hostkit.codes import Code

if TYPE_CHECKING:
    from hostkit.config import HostFile
    from hostkit.errors import Problem


def make_invalidations(file: HostFile) -> tuple[Invalidations, tuple[Problem, ...]]:
    """Do what the setting ``redis:`` says.

    Args:
        file: The config file.

    Returns:
        How this process is told and tells others; and what is wrong with the setting: the package
        for it is not installed (HK110), or there is something wrong with its URL (HK407).
    """
    redis = file.settings.redis
    if redis is None:
        return Invalidations(), ()
    try:
        return Invalidations(RedisChannel(redis.url)), ()
    except ModuleNotFoundError:
        problem = file.problem(
            Code.EXTRA_MISSING,
            "`redis:` needs the package redis, which is not installed",
            ("hostkit", "redis"),
            hint="pip install 'hostkit-framework[redis]'",
        )
    except ValueError:
        # What the error says may quote a part of the URL, which may be the password.
        problem = file.problem(
            Code.NOT_A_REDIS_URL,
            "this is not the URL of a Redis server",
            ("hostkit", "redis", "url"),
            expected="redis://host:port/database, rediss://... (with TLS) or unix://path",
        )
        # Nor is the line shown, for the same reason.
        place = None if problem.place is None else attrs.evolve(problem.place, excerpt="")
        problem = attrs.evolve(problem, place=place)
    return Invalidations(), (problem,)
