"""What `hostkit validate` finds out about a file, at one of three depths."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, Final, final

import attrs
import click

from hostkit.codes import Code
from hostkit.config import Findings, examine
from hostkit.errors import ConfigErrors
from hostkit.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.cli._progress import Progress
    from hostkit.config import HostFile
    from hostkit.errors import Problem

STDIN: Final = "-"
"""What stands for standard input among the names of files."""


@final
class Depth(StrEnum):
    """How much of a file's modules is run to check it."""

    BUILD = ""
    NO_BUILD = "--no-build"
    STATIC = "--static"


_SKIPPED: Final = {
    Depth.BUILD: (),
    Depth.NO_BUILD: ("what modules do when they are built", "hooks", "paths"),
    Depth.STATIC: (
        *("whether modules exist", "their configs", "what they do when they are built"),
        *("hooks", "paths", "listeners"),
    ),
}


@final
@attrs.frozen
class Report:
    """What was found out about a file.

    Attributes:
        file: Its name, as it can be shown.
        depth: How it was checked.
        problems: All that is wrong, in the order of the file.
        warnings: What is probably not as it is meant.
        found: What there is in it, by kind, if nothing is wrong.
        absent: What is not there, so that something stood in for it.
        notes: What else there is to say, a line each.
    """

    file: str
    depth: Depth
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    found: tuple[tuple[str, int], ...] = ()
    absent: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def skipped(self) -> tuple[str, ...]:
        """What was not checked."""
        return _SKIPPED[self.depth]

    @property
    def summary(self) -> str:
        """What there is in the file: ``1 module, 2 hooks``."""
        return ", ".join(counted(number, kind) for kind, number in self.found)


@final
@attrs.frozen
class Checker:
    """Checks files.

    Attributes:
        depth: How much of their modules is run.
        without_secrets: Whether something stands in for variables and files that are not there,
            and folders of sockets may be made later: the file is for another machine.
        module_path: Folders in which Python looks for modules before all others.
        progress: Is shown meanwhile.
    """

    depth: Depth
    without_secrets: bool
    module_path: Sequence[str]
    progress: Progress

    def check(self, file: str, number: str = "") -> Report:
        """Check a file.

        Args:
            file: Its name, or ``-`` for standard input.
            number: Which one it is of several, to stand after its name.
        """
        stream = sys.stdin.buffer if file == STDIN else None
        name = "<stdin>" if file == STDIN else file
        report = Report(click.format_filename(name), self.depth)
        self.progress.begin(f"checking {report.file}{number}")
        if self.depth is Depth.BUILD:
            return self._build(name, stream, report)
        try:
            if self.depth is Depth.STATIC:
                return self._read(name, stream, report)
            return self._import(name, stream, report)
        except ConfigErrors as errors:
            return attrs.evolve(report, problems=errors.problems)

    def _read(self, name: str, stream: BinaryIO | None, report: Report) -> Report:
        examined = examine(name, without_secrets=self.without_secrets, stream=stream)
        return attrs.evolve(
            report,
            problems=examined.problems,
            warnings=Findings(examined.file).warnings,
            found=(("module", _count(examined.file)),),
            absent=examined.file.absent,
        )

    def _check_serving(self, file: HostFile, absent: list[Problem]) -> list[Problem]:
        """Find what is wrong with what a server has, but for folders of another machine."""
        from hostkit.cli._options import check_serving  # noqa: PLC0415

        problems = check_serving(file)
        if not self.without_secrets:
            return problems
        absent.extend(problem for problem in problems if problem.code == Code.NO_FOLDER)
        return [problem for problem in problems if problem.code != Code.NO_FOLDER]

    def _import(self, name: str, stream: BinaryIO | None, report: Report) -> Report:
        from hostkit.cli._log import LogOptions, logging_to_stderr  # noqa: PLC0415
        from hostkit.cli._options import steps_of  # noqa: PLC0415
        from hostkit.host import check_configs  # noqa: PLC0415

        absent: list[Problem] = []
        with logging_to_stderr(LogOptions(skips_collected=True)) as mask:
            examined = examine(name, without_secrets=self.without_secrets, stream=stream)
            mask.learn(examined.file.redact)
            self.progress.expect(steps_of(examined.file))
            absent.extend(examined.file.absent)
            report = attrs.evolve(report, found=(("module", _count(examined.file)),))
            try:
                warnings = check_configs(
                    examined,
                    check=lambda file: self._check_serving(file, absent),
                    module_path=self.module_path,
                )
            except ConfigErrors as errors:
                return _failed(attrs.evolve(report, absent=tuple(absent)), errors)
        return attrs.evolve(report, warnings=warnings, absent=tuple(absent))

    def _build(self, name: str, stream: BinaryIO | None, report: Report) -> Report:
        from hostkit.cli._log import LogOptions, logging_to_stderr  # noqa: PLC0415
        from hostkit.cli._options import steps_of  # noqa: PLC0415
        from hostkit.cli._output import show_unbuilt  # noqa: PLC0415
        from hostkit.host import advise, build_from_file  # noqa: PLC0415

        absent: list[Problem] = []
        with logging_to_stderr(LogOptions(skips_collected=True)) as mask:

            def prepare(read: HostFile) -> None:
                mask.learn(read.redact)
                self.progress.expect(steps_of(read))
                absent.extend(read.absent)

            try:
                host = build_from_file(
                    name,
                    check=lambda file: self._check_serving(file, absent),
                    prepare=prepare,
                    without_secrets=self.without_secrets,
                    stream=stream,
                    module_path=self.module_path,
                )
            except ConfigErrors as errors:
                return _failed(attrs.evolve(report, absent=tuple(absent)), errors)
        redact = host.receipts.redact
        warnings = (*host.warnings, *advise(host))
        return attrs.evolve(
            report,
            warnings=tuple(sorted(warnings, key=lambda problem: problem.position)),
            found=(("module", len(host.modules)), ("hook", len(host.chains))),
            absent=tuple(absent),
            notes=tuple(redact(line) for line in show_unbuilt(host)),
        )


def _failed(report: Report, errors: ConfigErrors) -> Report:
    return attrs.evolve(report, problems=errors.problems, warnings=errors.warnings)


def _count(file: HostFile) -> int:
    return sum(entry.enabled for entry in file.modules)
