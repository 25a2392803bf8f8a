"""``python -m hostkit.cli._worker``: a process of a worker; `hostkit serve --workers` begins it."""

from __future__ import annotations

import io
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any

from hostkit.process.signals import ignore_hangup

if TYPE_CHECKING:
    from hostkit.cli._log import Mask
    from hostkit.host import Host
    from hostkit.workers import Frame, SupervisorChannel


def main() -> None:
    """Serve as the supervisor says, which has begun this process."""
    from hostkit.workers import LINK, read_first  # noqa: PLC0415

    # Ctrl-C in a terminal, and `pkill -HUP`, reach all processes: they are the supervisor's.
    ignore_hangup()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=LINK) as link:
        try:
            options = read_first(link)
        except EOFError:
            sys.exit(1)
        link.settimeout(0)
        sys.path[:] = options["path"]
        sys.exit(_serve(options, link))


def _serve(options: Frame, link: socket.socket) -> int:
    from hostkit.cli._log import LogOptions, logging_to_stderr  # noqa: PLC0415
    from hostkit.cli._log_format import SERVE  # noqa: PLC0415
    from hostkit.cli._reactor import reactor_installed  # noqa: PLC0415

    levels, worker = options["levels"], options["worker"]
    log = LogOptions(levels, options["json"], SERVE, worker, is_whole=options.get("whole", False))
    with logging_to_stderr(log) as mask, reactor_installed(options["reactor"]):
        return work(options, link, mask)


def work(options: Frame, link: socket.socket, mask: Mask) -> int:
    """Build the host, and serve it until the supervisor says that it is over.

    Args:
        options: What the supervisor has given.
        link: This process's end of the link.
        mask: Takes the secrets out of the log.

    Returns:
        The exit code.
    """
    from twisted.internet import reactor as installed  # noqa: PLC0415 -- it is installed by now

    from hostkit.background import Duty  # noqa: PLC0415
    from hostkit.cli._problems import exit_code, show_problems  # noqa: PLC0415
    from hostkit.control.worker import adapted  # noqa: PLC0415
    from hostkit.errors import ConfigErrors  # noqa: PLC0415
    from hostkit.host import build_from_file  # noqa: PLC0415
    from hostkit.workers import SupervisorChannel  # noqa: PLC0415

    reactor: Any = installed
    channel = SupervisorChannel(reactor)
    try:
        host = build_from_file(
            options["file"],
            prepare=lambda file: mask.learn(file.redact),
            change=lambda file: adapted(file, options),
            stream=io.BytesIO(options["text"].encode()),
            worker_name=options["worker"],
            module_path=options["module_path"],
            channel=channel,
            duty=Duty(),
        )
    except ConfigErrors as errors:
        show_problems(errors)
        return exit_code(errors)
    mask.learn(host.receipts.redact)
    return _run(host, channel, options, link)


def _run(host: Host, channel: SupervisorChannel, options: Frame, link: socket.socket) -> int:
    from twisted.internet import reactor as installed  # noqa: PLC0415

    from hostkit.cli._serve import Run  # noqa: PLC0415
    from hostkit.control.commands import commands_of  # noqa: PLC0415
    from hostkit.control.reloader import Reloader  # noqa: PLC0415
    from hostkit.control.worker import (  # noqa: PLC0415
        WorkerNotifier,
        WorkerProgram,
        read_file,
    )
    from hostkit.process.ending import Ending, leave  # noqa: PLC0415
    from hostkit.process.heartbeat import Heartbeat  # noqa: PLC0415
    from hostkit.process.signals import handle_signals  # noqa: PLC0415
    from hostkit.web import GivenSockets, Server  # noqa: PLC0415
    from hostkit.workers import Working  # noqa: PLC0415

    reactor: Any = installed
    sockets = GivenSockets(reactor, options["slot"])
    server = Server(host, sockets)
    assert host.worker.duty is not None  # noqa: S101 -- it was given above
    program = WorkerProgram(host, server, sockets, reactor, host.worker.duty)
    working = Working(program, sockets, channel, read_file)
    host.accompany(working.barrier)  # after the server, so that it is the last one
    host.when_reloaded(working.committed)
    notifier = WorkerNotifier(working.send)
    program.reloader = reloader = Reloader(host, server, notifier)
    program.commands = commands_of(host, server, reloader, reactor)
    ending = Ending(lambda: host.file.settings.stop_timeout_seconds, leave)
    run = Run(server, reactor, notifier, reloader, ending)
    program.begin = run.start
    heartbeat = Heartbeat(reactor)
    reactor.callWhenRunning(handle_signals, reactor)
    reactor.callWhenRunning(signal.signal, signal.SIGINT, signal.SIG_IGN)
    reactor.callWhenRunning(heartbeat.begin)
    reactor.addSystemEventTrigger("after", "shutdown", heartbeat.end)
    working.connect(reactor, link.fileno())
    return run.wait()


if __name__ == "__main__":  # pragma: no branch -- only run, never imported
    main()
