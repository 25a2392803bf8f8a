"""How `hostkit validate` writes what it found out: for people, programs, and services of CI."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import attrs
import click

from hostkit._version import __version__
from hostkit.cli._options import write_document, write_json
from hostkit.cli._problems import show_absent, show_frames
from hostkit.codes import Code
from hostkit.wording import counted, indented

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hostkit.cli._checking import Report
    from hostkit.errors import Problem

_SARIF: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_SUMMARIES: Final = {str(code): code.summary for code in Code}


def write_text(reports: Sequence[Report]) -> None:
    """Write problems to standard error, the rest to standard output, and a verdict at the end."""
    for report in reports:
        show_frames(_in_order(report))
        is_good = not report.problems
        lines = [*show_absent(report.absent), *report.notes]
        if report.skipped:
            lines.append(f"not checked, because of {report.depth}: {', '.join(report.skipped)}")
        for line in lines:
            click.echo(indented(line), err=not is_good)
        count = _count(len(report.problems), len(report.warnings))
        said = indented(f"{report.file}: {count} ({report.summary})")
        if not is_good:
            prefix = f"{report.file}: " if len(reports) > 1 else ""
            said = indented(f"{prefix}{count} found")
        click.echo(click.style(said, fg="red") if report.problems else said, err=not is_good)
    if len(reports) > 1:
        _sum_up(reports)


def write_errors(reports: Sequence[Report], *, strict: bool) -> None:
    """Write only what the exit code is about, to standard error.

    Args:
        reports: What was found out.
        strict: Whether that are warnings, too.
    """
    for report in reports:
        show_frames(_in_order(report) if strict else report.problems)


def _in_order(report: Report) -> tuple[Problem, ...]:
    both = (*report.problems, *report.warnings)
    return tuple(sorted(both, key=lambda problem: problem.position))


def _count(problems: int, warnings: int) -> str:
    counts = [counted(problems, "problem") if problems else "no problems"]
    if warnings:
        counts.append(counted(warnings, "warning"))
    return ", ".join(counts)


def _sum_up(reports: Sequence[Report]) -> None:
    problems = sum(len(report.problems) for report in reports)
    warnings = sum(len(report.warnings) for report in reports)
    bad = sum(bool(report.problems) for report in reports)
    many = counted(len(reports), "file")
    count = _count(problems, warnings)
    said = f"{count} found in {bad} of {many}" if problems else f"{many}: {count}"
    click.echo(said, err=bool(problems))


def write_object(reports: Sequence[Report]) -> None:
    """Write one JSON object; `docs/command.md` describes it."""
    write_document(
        problems=sum(len(report.problems) for report in reports),
        warnings=sum(len(report.warnings) for report in reports),
        files=[_as_json(report) for report in reports],
    )


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "file": report.file,
        "problems": [_describe(problem) for problem in report.problems],
        "warnings": [_describe(problem) for problem in report.warnings],
        "absent": [_describe(problem) for problem in report.absent],
        "found": {f"{kind}s": number for kind, number in report.found},
        "notes": list(report.notes),
        "skipped": list(report.skipped),
    }


def _describe(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "code": problem.code or None,
        "message": problem.message,
        # A key that is neither is among the problems; JSON has no dates, and a bool is no index.
        "path": [each if type(each) in {str, int} else str(each) for each in problem.path],
        "line": None if place is None else place.line,
        "column": None if place is None else place.column,
        "details": list(problem.details),
        "expected": problem.expected,
        "hint": problem.hint,
    }


def write_github(reports: Sequence[Report]) -> None:
    """Write a workflow command of GitHub for each problem, which shows it beside the line."""
    for report in reports:
        for problem in _in_order(report):
            fields = {"file": report.file, "title": problem.code or "hostkit"}
            if problem.place is not None:
                fields |= {"line": str(problem.place.line), "col": str(problem.place.column)}
            listed = ",".join(f"{key}={_escape(each, '%:,')}" for key, each in fields.items())
            click.echo(f"::{problem.severity} {listed}::{_escape(_full_message(problem), '%')}")


def _escape(text: str, special: str) -> str:
    """Escape what ends a command or a field of it; the percent sign comes first."""
    for character in f"{special}\r\n":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def write_sarif(reports: Sequence[Report]) -> None:
    """Write a log of SARIF 2.1.0, as services that scan code read it."""
    problems = [(report, problem) for report in reports for problem in _in_order(report)]
    codes = sorted({problem.code for _, problem in problems if problem.code})
    driver = {
        "name": "hostkit",
        "version": __version__,
        "rules": [{"id": code, "shortDescription": {"text": _SUMMARIES[code]}} for code in codes],
    }
    results = [_result(report, problem) for report, problem in problems]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    write_json({"$schema": _SARIF, "version": "2.1.0", "runs": [run]})


def _result(report: Report, problem: Problem) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(report.file)}}
    if problem.place is not None:
        location["region"] = {
            "startLine": problem.place.line,
            "startColumn": problem.place.column,
        }
    rule = {"ruleId": problem.code} if problem.code else {}
    return rule | {
        "level": problem.severity,
        "message": {"text": _full_message(problem)},
        "locations": [{"physicalLocation": location}],
    }


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(file)


def _full_message(problem: Problem) -> str:
    """Write a problem without its place, which these formats have fields for."""
    _, *further = attrs.evolve(problem, place=None).render().split("\n")
    return "\n".join([problem.message, *(line.strip().removeprefix("= ") for line in further)])


WRITERS: Final[Mapping[str, Callable[[Sequence[Report]], None]]] = {
    "text": write_text,
    "json": write_object,
    "github": write_github,
    "sarif": write_sarif,
}
"""What writes reports, by the name of the format."""
