"""What a listener serves: pages of modules, hooks, and how the server is."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from hostkit.logs import logger_of
from hostkit.web._own_pages import HEALTH, READY, Guard, Health, Ready
from hostkit.web._router import Router
from hostkit.web.admin import ADMIN_PATH, Admin
from hostkit.web.gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.web.resource import IResource

    from hostkit.config import Listener
    from hostkit.host import Host
    from hostkit.web.admin import Serving


@final
class Roots:
    """Makes what listeners serve, by their settings ``serve:``.

    Args:
        host: The host, built.
        server: Serves it.
        is_ready: Whether requests should be sent here.
    """

    def __init__(self, host: Host, server: Serving, is_ready: Callable[[], bool]) -> None:
        self._host = host
        self._is_ready = is_ready
        self._hooks = Gateway(host, token=None).resources  # the `Guard` has the listener's
        self._admin: dict[str, IResource] = {ADMIN_PATH: Admin(host, server)}

    def of(self, listener: Listener) -> IResource:
        """Make what a listener serves.

        Args:
            listener: The listener.
        """
        host, serve = self._host, listener.serve
        resources: dict[str, IResource] = {}
        if "modules" in serve:
            resources |= {path: mount.resource for path, (_, mount) in host.mounts.items()}
        if "hooks" in serve:
            resources |= self._hooks
        if "admin" in serve and listener.tokens:  # a program's own listener was not checked
            resources |= self._admin
        if "health" in serve:
            _warn_of_hidden(listener, host)
            resources |= {
                HEALTH: Health(),  # type: ignore[no-untyped-call]
                READY: Ready(self._is_ready, lambda: [each.name for each in host.missing]),
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
