"""`preview`: what a reload would change, without doing it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import attrs

from hostkit.config import check_reloadable, load
from hostkit.control._refusing import refused
from hostkit.errors import ConfigErrors
from hostkit.host import compare
from hostkit.loops import in_thread
from hostkit.web.gateway import redacted

if TYPE_CHECKING:
    from hostkit.config import HostFile
    from hostkit.host import Changes, Host
    from hostkit.web import Server


async def preview(host: Host, server: Server) -> dict[str, Any]:
    """Read the file of a serving process again, and compare it with what it has.

    Modules are not built: their constructors may do what must be done once.

    Args:
        host: The host.
        server: Serves it.

    Returns:
        What is written by the control socket.
    """
    name = host.file.name
    try:
        # As in a reload: a long file takes seconds.
        file = await in_thread(functools.partial(load, name), "hostkit-reading")
        _check(host, server, file)
    except ConfigErrors as errors:
        return refused(f"would not be reloaded: {errors}")
    changes = compare(host.file, file)
    message = f"reloading {name} would change {'this:' if changes else 'nothing'}"
    described = redacted(describe(changes), file.redact)
    return {"ok": True, "message": message, "builds": changes.builds, **described}


def _check(host: Host, server: Server, file: HostFile) -> None:
    problems = server.check(file)
    try:
        check_reloadable(host.file, file)
    except ConfigErrors as errors:
        problems += errors.problems
    if problems:
        raise ConfigErrors(tuple(sorted(problems, key=lambda problem: problem.position)))


def describe(changes: Changes) -> dict[str, Any]:
    """Make what is written of changes, as data and as a text.

    Args:
        changes: The changes.
    """
    return {"changes": attrs.asdict(changes), "shown": str(changes)}
