"""`Findings`: warnings about a file and what it lists, logged as they are found, and collected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

import attrs

from hostkit.errors import Problem

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable

    from hostkit.config._host_file import HostFile
    from hostkit.errors import Path

_NO_CODE: Final = ""

NOTHING_SAID: Final = (
    "%s has neither `modules:` nor `hostkit:` at its top level, so no module is loaded: "
    "are they indented, or is it another file?"
)
"""The warning about a file in which nothing is for hostkit, and which is mostly a mistake."""


@final
@attrs.define
class Findings:
    """Warnings about a config file and what it lists.

    Attributes:
        file: The file, in which they are placed when they are read.
        found: The warnings so far, without places.
    """

    file: HostFile
    found: list[Problem] = attrs.field(factory=list)

    def warn(self, logger: logging.Logger, path: Path, message: str, *args: object) -> None:
        """Log a warning, and collect it.

        Args:
            logger: What logs it.
            path: What in the file it is about, as keys and indexes.
            message: The message, as for `logging`.
            args: What is filled into it.
        """
        from hostkit.logs import COLLECTED  # noqa: PLC0415 -- who has a logger has imported logging

        logger.warning(message, *args, extra=COLLECTED)
        self.note(path, message % args)

    def note(self, path: Path, message: str) -> None:
        """Collect a warning that was logged already."""
        self.found.append(Problem(_NO_CODE, message, path, severity="warning"))

    def collect(self, problems: Iterable[Problem]) -> None:
        """Collect as warnings what would be errors elsewhere, and was logged already."""
        self.found += [attrs.evolve(each, severity="warning") for each in problems]

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """All of them with their places, in the order of the file."""
        found = list(self.found)
        if self.file.says_nothing:  # which is logged before anything is built
            message = NOTHING_SAID % self.file.name
            found.append(Problem(_NO_CODE, message, severity="warning"))
        placed = [self.file.adopt(each) for each in found]
        return tuple(sorted(placed, key=lambda problem: problem.position))
