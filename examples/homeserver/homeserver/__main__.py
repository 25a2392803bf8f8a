"""Run the homeserver: ``python -m homeserver homeserver.yaml``."""

import logging
import sys
from typing import Any

import click
from twisted.internet import asyncioreactor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.task import react
from twisted.web.server import Site

from homeserver.client_api import root_of
from homeserver.homeserver import OPTIONS, Homeserver
from hostkit import Host, HostkitError, start_entry
from hostkit.web import HostRequest


@click.command
@click.argument("file", type=click.Path(exists=True))
@click.option("--name", default="example.org", show_default=True)
@click.option("--listen", default="tcp:8008:interface=127.0.0.1", show_default=True)
def main(file: str, name: str, listen: str) -> None:
    """Run a homeserver with the modules that FILE lists, until it is stopped."""
    # Before anything imports the reactor: modules may then await asyncio as well as Deferreds.
    asyncioreactor.install()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    react(lambda reactor: start_entry(run(reactor, file, name, listen)).addCallback(_forever))


async def run(reactor: Any, file: str, name: str, listen: str) -> None:
    """Begin to serve, until Ctrl-C or SIGTERM stops the reactor; exit if that is impossible."""
    try:
        await serve(reactor, Host.from_file(file, **OPTIONS).build(), name, listen)
    except (HostkitError, CannotListenError, ValueError, OverflowError) as error:
        sys.exit(str(error))


def _forever(_: object) -> Deferred[None]:
    return Deferred()


async def serve(reactor: Any, host: Host, name: str, listen: str) -> None:
    """Start the modules, then listen; before the reactor stops, do the reverse."""
    site = Site(root_of(host, Homeserver(host, name)), requestFactory=HostRequest, reactor=reactor)
    ports: list[Any] = []

    async def stop() -> None:
        for port in ports:
            await maybeDeferred(port.stopListening)
        await host.stop()

    await host.start()
    reactor.addSystemEventTrigger("before", "shutdown", lambda: start_entry(stop()))
    ports.append(await serverFromString(reactor, listen).listen(site))
    logging.getLogger("homeserver").info("%s listens on %s", name, ports[0].getHost())


if __name__ == "__main__":
    main()
