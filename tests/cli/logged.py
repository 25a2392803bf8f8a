"""What commands log: a module that does what a test says, and a reactor that runs nothing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol, final

from twisted.internet.testing import MemoryReactorClock

from hostkit.logs import MODULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit import ModuleApi


@final
class IdleReactor(MemoryReactorClock):
    """A reactor that has ended as soon as it runs, so that nothing is served."""

    runs = 0

    def run(self) -> None:
        self.runs += 1


class Acting:
    """A module that does something when it is built."""

    act: Callable[[], object] = staticmethod(lambda: None)

    def __init__(self, config: Any, api: ModuleApi) -> None:
        type(self).act()

    async def start(self) -> None: ...


class Logged(Protocol):
    """Runs a command with a module that acts so, and gives what goes to standard error."""

    def __call__(
        self, act: Callable[[], object], *command: str, secrets: tuple[str, ...] = ()
    ) -> str: ...


def write_record(message: object = "hello", raised: Any = None, **attributes: Any) -> None:
    """Log a record of a module at a certain time; other attributes may be given to it."""
    record = logging.LogRecord(f"{MODULES}a.B", logging.WARNING, "", 1, message, (), raised)
    record.created, record.msecs = 1_769_861_403.0625, 62.5
    vars(record).update(attributes)
    logging.getLogger(record.name).handle(record)
