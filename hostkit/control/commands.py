"""`commands_of`: what a serving process does for the clients of its control socket."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.defer import Deferred, succeed

from hostkit.config import structure
from hostkit.control._drilling import Drills
from hostkit.control._following import send_receipts
from hostkit.control._previewing import preview
from hostkit.control._refusing import refused
from hostkit.control._reporting import reload_for_client
from hostkit.control._switching import SWITCHES, Switches
from hostkit.loops import start_entry
from hostkit.web.admin import (
    Running,
    Wanted,
    find_receipt,
    modules_of,
    none_left,
    status_of,
)
from hostkit.web.gateway import redacted

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.control.listening import Command, Request
    from hostkit.control.reloader import Outcome, Reloader
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
    switches = Switches(host, reloader)
    drills = Drills(host, server, reloader, switches, reactor)
    server.running = Running(
        now,
        last_reload=lambda: _shown(reloader.last),
        switched=lambda: switches.made,
        drill=lambda: drills.current,
    )

    def show(look: Callable[[], dict[str, Any]], _: Request) -> Deferred[dict[str, Any]]:
        return succeed({"ok": True, **redacted(look(), host.receipts.redact)})

    def reload(request: Request) -> Deferred[dict[str, Any]]:
        redact = host.receipts.redact
        done = reload_for_client(reloader.reload, reactor, redact, request.report)
        return done.addCallback(redacted, redact)

    def switch(command: str, request: Request) -> Deferred[dict[str, Any]]:
        return switches.switch(command, request).addCallback(redacted, host.receipts.redact)

    return {
        "reload": reload,
        "preview": lambda _: start_entry(preview(host, server)),
        "drill": lambda request: start_entry(drills.drill(request)),
        "status": functools.partial(show, lambda: status_of(host, server)),
        **_others(host, reactor),
        **{name: functools.partial(switch, name) for name in SWITCHES},
        "modules": functools.partial(show, lambda: {"modules": modules_of(host)}),
    }


def _shown(outcome: Outcome | None) -> dict[str, Any] | None:
    return None if outcome is None else {"ok": outcome.is_done, "message": outcome.message}


def _others(host: Host, reactor: Any) -> dict[str, Command]:
    return {
        **dict.fromkeys(("restart", "hold", "resume"), lambda _: succeed(refused(_ONE_PROCESS))),
        "receipts": lambda request: send_receipts(
            host, structure(request.arguments, Wanted), request, reactor
        ),
        "receipt": lambda request: succeed(_answer_with(host, str(request.arguments.get("id")))),
    }


def _answer_with(host: Host, receipt_id: str) -> dict[str, Any]:
    found = find_receipt(host.receipts, receipt_id)
    return refused(none_left(host.receipts, receipt_id)) if found is None else {"ok": True, **found}
