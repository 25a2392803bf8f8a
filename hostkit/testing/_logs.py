"""`capture_logs`: what a module, or hostkit itself, has logged."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, final

from hostkit.logs import MODULES

if TYPE_CHECKING:
    from collections.abc import Iterator


@final
class CapturedLogs(logging.Handler):
    """Records of a log.

    Attributes:
        records: The records, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.records.append(record)

    @property
    def messages(self) -> list[str]:
        """Their messages."""
        return [record.getMessage() for record in self.records]

    @property
    def text(self) -> str:
        """A line for each: ``WARNING the message``."""
        return "\n".join(f"{each.levelname} {each.getMessage()}" for each in self.records)


@contextlib.contextmanager
def capture_logs(module: str | None = None, level: int = logging.DEBUG) -> Iterator[CapturedLogs]:
    """Capture what is logged meanwhile.

    Args:
        module: The name of a module, for what is logged by it or about it; by default everything
            that hostkit and its modules log.
        level: What is at least so severe.
    """
    logger = logging.getLogger("hostkit" if module is None else MODULES + module)
    captured = CapturedLogs()
    captured.setLevel(level)
    before = logger.level
    logger.addHandler(captured)
    logger.setLevel(min(level, before) if before else level)
    try:
        yield captured
    finally:
        logger.removeHandler(captured)
        logger.setLevel(before)
