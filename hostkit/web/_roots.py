"""What a listener serves: pages of modules, hooks, and how the server is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.logs import logger_of
from hostkit.web._own_pages import HEALTH, READY, Guard, Health, Ready
from hostkit.web._router import Router

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twisted.web.resource import IResource

    from hostkit.config import Listener
    from hostkit.host import Host


def root_of(
    listener: Listener,
    host: Host,
    gateway: Mapping[str, IResource],
    is_ready: Callable[[], bool],
) -> IResource:
    """Make what a listener serves, by its setting ``serve:``.

    Args:
        listener: The listener.
        host: The host, built.
        gateway: The resources of the hooks, by path.
        is_ready: Whether requests should be sent here.
    """
    resources: dict[str, IResource] = {}
    if "modules" in listener.serve:
        resources |= {path: mount.resource for path, (_, mount) in host.mounts.items()}
    if "hooks" in listener.serve:
        resources |= gateway
    if "health" in listener.serve:
        _warn_of_hidden(listener, host)
        resources |= {
            HEALTH: Health(),  # type: ignore[no-untyped-call]
            READY: Ready(is_ready, lambda: [each.name for each in host.missing]),
        }
    modules = {path: module.name for path, (module, _) in host.mounts.items()}
    router = Router(resources, modules, redact=host.receipts.redact)
    return Guard(router, listener.tokens) if listener.tokens else router


def _warn_of_hidden(listener: Listener, host: Host) -> None:
    for path in (HEALTH, READY):
        if "modules" in listener.serve and path in host.mounts:
            module, _ = host.mounts[path]
            logger_of(module.name).warning(
                "%s: module %r is not served at %s, since `health` is",
                listener.endpoint,
                module.name,
                path,
            )


def always_served(listener: Listener) -> tuple[bytes, ...]:
    """Return the paths that are served even if there are too many requests.

    Args:
        listener: The listener.
    """
    return (HEALTH.encode(), READY.encode()) if "health" in listener.serve else ()
