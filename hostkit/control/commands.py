"""`commands_of`: what a serving process does for the clients of its control socket."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.defer import Deferred, succeed

from hostkit.config import structure
from hostkit.control._following import Wanted, find_receipt, send_receipts
from hostkit.control._inspecting import modules_of, status_of
from hostkit.control._previewing import preview
from hostkit.control._refusing import refused
from hostkit.control._reporting import reload_for_client
from hostkit.control._switching import SWITCHES, Switches
from hostkit.loops import start_entry
from hostkit.web.gateway import redacted

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.control.listening import Command, Request
    from hostkit.control.reloader import Reloader
    from hostkit.host import Host
    from hostkit.web import Server

_ONE_PROCESS: Final = (
    "the server is one process: restart it as it was started, or start it with `--workers`"
)


def commands_of(
    host: Host,
    server: Server,
    reloader: Reloader,
    reactor: Any,
    now: Callable[[], float] = time.time,
) -> dict[str, Command]:
    """Name the commands of a serving process, which begins now.

    Args:
        host: The host.
        server: Serves it.
        reloader: Reloads the server.
        reactor: The Twisted reactor.
        now: Reads the time, in seconds since 1970.
    """
    began = now()
    switches = Switches(host, reloader)

    def show(look: Callable[[], dict[str, Any]], _: Request) -> Deferred[dict[str, Any]]:
        return succeed({"ok": True, **redacted(look(), host.receipts.redact)})

    def status() -> dict[str, Any]:
        return status_of(host, server, began, now(), reloader.last) | {"switched": switches.made}

    def reload(request: Request) -> Deferred[dict[str, Any]]:
        redact = host.receipts.redact
        done = reload_for_client(reloader.reload, reactor, redact, request.report)
        return done.addCallback(redacted, redact)

    def switch(command: str, request: Request) -> Deferred[dict[str, Any]]:
        return switches.switch(command, request).addCallback(redacted, host.receipts.redact)

    return {
        "reload": reload,
        "preview": lambda _: start_entry(preview(host, server)),
        "status": functools.partial(show, status),
        **_about_receipts(host, reactor),
        **{name: functools.partial(switch, name) for name in SWITCHES},
        "modules": functools.partial(show, lambda: {"modules": modules_of(host)}),
        **dict.fromkeys(("restart", "hold", "resume"), lambda _: succeed(refused(_ONE_PROCESS))),
    }


def _about_receipts(host: Host, reactor: Any) -> dict[str, Command]:
    return {
        "receipts": lambda request: send_receipts(
            host, structure(request.arguments, Wanted), request, reactor
        ),
        "receipt": lambda request: succeed(find_receipt(host.receipts, request.arguments)),
    }
