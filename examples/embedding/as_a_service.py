"""A server of its own, which `hostkit status`, `reload` and systemd know as they know `serve`."""

import os
import sys
from typing import Any

from twisted.internet import asyncioreactor

asyncioreactor.install()

from hostkit import Host, start_entry  # noqa: E402 -- after the reactor
from hostkit.control.commands import commands_of  # noqa: E402
from hostkit.control.listening import control_socket  # noqa: E402
from hostkit.control.reloader import Reloader  # noqa: E402
from hostkit.process.pid_file import hold_pid_file  # noqa: E402
from hostkit.process.signals import handle_hangup  # noqa: E402
from hostkit.process.systemd import Notifier  # noqa: E402
from hostkit.web import Server  # noqa: E402


async def serve(server: Server, notifier: Notifier, reloader: Reloader, reactor: Any) -> None:
    """Start, and stop when the reactor does."""
    await server.start()
    reactor.addSystemEventTrigger("before", "shutdown", lambda: start_entry(server.stop()))
    notifier.started()
    reloader.open()


def main(file: str) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    from twisted.internet import reactor  # noqa: PLC0415 -- it is installed

    host = Host.from_file(file).build()
    server, notifier = Server(host, reactor), Notifier.from_environment(os.environ, reactor)
    reloader = Reloader(host, server, notifier)
    handle_hangup(reactor, reloader.reload)
    commands = commands_of(host, server, reloader, reactor)
    running: Any = reactor
    running.callLater(0, start_entry, serve(server, notifier, reloader, running))
    with hold_pid_file(host.file), control_socket(host.file, reactor, commands):
        running.run()


if __name__ == "__main__":
    main(sys.argv[1])
