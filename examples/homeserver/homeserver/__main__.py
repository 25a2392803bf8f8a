"""Run the homeserver: ``python -m homeserver homeserver.yaml``."""

from __future__ import annotations

import logging
import sys
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.task import react

from homeserver.homeserver import Homeserver
from homeserver.modules import OPTIONS
from homeserver.settings import Settings
from hostkit import Host, HostkitError


def main(path: str) -> None:
    """Build the homeserver that a file describes, and run it until it is stopped."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        host = Host.from_file(path, **OPTIONS).build()
        homeserver = Homeserver(host, Settings.from_file(path))
    except HostkitError as error:
        sys.exit(str(error))
    react(lambda reactor: Deferred.fromCoroutine(run(reactor, homeserver)))


async def run(reactor: Any, homeserver: Homeserver) -> None:
    """Serve until the reactor is stopped, which Ctrl-C and SIGTERM do."""
    try:
        await homeserver.start(reactor)
    except (HostkitError, CannotListenError, ValueError) as error:
        sys.exit(str(error))
    reactor.addSystemEventTrigger(
        "before", "shutdown", lambda: Deferred.fromCoroutine(homeserver.stop())
    )
    await Deferred()


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 -- the program and the file
        sys.exit("usage: python -m homeserver homeserver.yaml")
    main(sys.argv[1])
