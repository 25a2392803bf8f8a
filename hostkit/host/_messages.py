"""How the processes of a host are connected, as the setting ``redis:`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from hostkit.codes import Code
from hostkit.messages import Keys, Messages, RedisChannel

if TYPE_CHECKING:
    from hostkit.config import HostFile, Settings
    from hostkit.errors import Problem
    from hostkit.messages import Channel


def make_messages(
    file: HostFile, worker: str | None, given: Channel | None = None
) -> tuple[Messages, tuple[Problem, ...]]:
    """Connect the processes of the host as the setting ``redis:`` says.

    Args:
        file: The config file.
        worker: The name of this process, if it has one.
        given: What connects them otherwise, if anything does.

    Returns:
        The link to the other processes; and what is wrong with the setting: the package for it is
        not installed (HK110), or its URL cannot be read (HK407).
    """
    redis = file.settings.redis
    if redis is None:
        return Messages(given, worker=worker), ()
    try:
        channel = RedisChannel(redis.url, redis.channel)
    except ModuleNotFoundError:
        problem = file.problem(
            Code.EXTRA_MISSING,
            "`redis:` needs the package redis, which is not installed",
            ("hostkit", "redis"),
            hint="pip install 'hostkit-framework[redis]'",
        )
    except ValueError as error:
        problem = file.problem(
            Code.NOT_A_REDIS_URL,
            f"this is not the URL of a Redis server: {error}",
            ("hostkit", "redis", "url"),
            expected="redis://host:port/database, rediss://... (with TLS) or unix://path",
        )
        # The line is not shown, since it may have a password.
        place = None if problem.place is None else attrs.evolve(problem.place, excerpt="")
        problem = attrs.evolve(problem, place=place)
    else:
        messages = Messages(channel, redis.channel, worker)
        messages.use_keys(keys_of(file.settings))
        return messages, ()
    return Messages(), (problem,)


def keys_of(settings: Settings) -> Keys:
    """Take the keys of messages from a config file."""
    redis = settings.redis
    return Keys() if redis is None else Keys(redis.key, redis.previous_key)
