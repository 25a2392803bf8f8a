"""One host in many processes on one machine: a supervisor, and workers that it watches."""

from hostkit.workers._asking import Asked, Asking
from hostkit.workers._barrier import Barrier
from hostkit.workers._channel import SupervisorChannel
from hostkit.workers._files import ConfigSource
from hostkit.workers._fleet import Fleet
from hostkit.workers._link import Frame, Link, read_first
from hostkit.workers._member import Events, Handle, Member, State, Version
from hostkit.workers._process import LINK, Spawner
from hostkit.workers._pulse import Pulse
from hostkit.workers._rolling import Rolling
from hostkit.workers._supervisor import BUSY, Supervisor
from hostkit.workers._transaction import Transaction
from hostkit.workers._worker import Listener, Worker, describe
from hostkit.workers._working import Program, Working

__all__ = [
    "BUSY",
    "LINK",
    "Asked",
    "Asking",
    "Barrier",
    "ConfigSource",
    "Events",
    "Fleet",
    "Frame",
    "Handle",
    "Link",
    "Listener",
    "Member",
    "Program",
    "Pulse",
    "Rolling",
    "Spawner",
    "State",
    "Supervisor",
    "SupervisorChannel",
    "Transaction",
    "Version",
    "Worker",
    "Working",
    "describe",
    "read_first",
]
