"""`supervise`: `hostkit serve --workers`, which begins processes and watches them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final

from hostkit.cli._problems import show_problems
from hostkit.control.fleet import fleet_commands
from hostkit.control.listening import control_socket
from hostkit.errors import ConfigErrors
from hostkit.process.pid_file import hold_pid_file
from hostkit.process.signals import handle_hangup, handle_signals
from hostkit.process.supervising import Life, line_writer
from hostkit.process.systemd import Notifier
from hostkit.workers import (
    Asking,
    ConfigSource,
    Fleet,
    Spawner,
    Supervisor,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hostkit.config import HostFile

SUPERVISOR: Final = "supervisor"
"""What the supervisor is called where workers are called by their names."""


def worker_command() -> list[str]:
    """Return the program that a worker's process is, and its first arguments."""
    here = {"", os.getcwd()}  # noqa: PTH109
    flags = [] if here & {*sys.path[:1]} else ["-P"]  # as in this process
    return [sys.executable, *flags, "-m", "hostkit.cli._worker"]


def supervise(
    file: HostFile,
    names: Sequence[str],
    options: Mapping[str, Any],
    check: Callable[[HostFile], Any],
    *,
    does_tasks: bool,
) -> int:
    """Serve a file in several processes, until Ctrl-C or SIGTERM.

    Args:
        file: The config file, checked.
        names: The workers' names.
        options: What each process is given.
        check: Finds what is wrong with the settings of a file.
        does_tasks: Whether one of the workers does the work that only one process does.

    Returns:
        The exit code: 0 if it was stopped, 1 or that of the first worker if nothing serves.
    """
    from twisted.internet import reactor as installed  # noqa: PLC0415 -- importing it installs it

    reactor: Any = installed
    write = line_writer(is_json=options["json"])
    fleet = Fleet(names, Spawner(reactor, worker_command(), options, write), reactor)
    fleet.does_tasks = does_tasks
    source = ConfigSource(file.name, check, reactor, len(names))
    notifier = Notifier.from_environment(os.environ, reactor)
    supervisor = Supervisor(fleet, source, reactor, notifier)
    asking = Asking()
    fleet.listeners.append(asking)
    commands = fleet_commands(fleet, supervisor, asking)
    reactor.callWhenRunning(handle_signals, reactor)
    handle_hangup(reactor, supervisor.reload)
    life = Life(fleet, source, supervisor, notifier, reactor, show_problems)
    try:
        with hold_pid_file(file), control_socket(file, reactor, commands):
            return life.until_stopped(file)
    except ConfigErrors as errors:
        show_problems(errors)
        return 1
