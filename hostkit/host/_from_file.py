"""A host from a file, with everything that is wrong reported at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hostkit.api import HostServices, ModuleApi
from hostkit.codes import Code
from hostkit.config import Findings, examine
from hostkit.errors import CodedError, ConfigErrors
from hostkit.host._host import Host
from hostkit.host._reading import warn_of_nothing
from hostkit.loading import (
    Environment,
    ModuleLoader,
    check_order,
    find_folders,
    importable,
    load_categories,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO, Unpack

    from hostkit.config import Examined, HostFile, ModuleEntry
    from hostkit.errors import Problem
    from hostkit.host._given import HostOptions

_NONE: Final[tuple[Problem, ...]] = ()


def build_from_file(
    path: str | os.PathLike[str],
    *,
    check: Callable[[HostFile], Iterable[Problem]] = lambda _: (),
    prepare: Callable[[HostFile], None] = lambda _: None,
    change: Callable[[HostFile], HostFile] = lambda file: file,
    without_secrets: bool = False,
    stream: BinaryIO | None = None,
    **options: Unpack[HostOptions],
) -> Host:
    """Make a host from a YAML file, and build it; see ``Host.from_file(path).build()``.

    But if something is wrong with the file, modules whose entries are right are loaded and checked.

    Args:
        path: The file.
        check: Finds what else is wrong with the settings.
        prepare: Is called with what could be read, before anything of a module runs.
        change: Changes what was read before a host is made of it.
        without_secrets: Whether something stands in for what is not there: `HostFile.absent`.
        stream: What is read instead of the file, if it is open already.
        options: As for `Host`.

    Returns:
        The host, built.

    Raises:
        ConfigErrors: All that is wrong, in the order of the file.
    """
    examined = examine(path, without_secrets=without_secrets, stream=stream)
    problems, warnings = list(examined.problems), _NONE
    prepare(examined.file)
    warn_of_nothing(examined.file)
    host = Host(change(examined.file), **options)
    if _has_good_settings(examined):
        try:
            warnings = host.build().warnings
        except ConfigErrors as errors:
            problems += _besides(problems, errors)
            warnings = errors.warnings
        except CodedError as error:
            problems.append(error.problem)
        problems += check(examined.file)
    _raise_all(problems, warnings)
    return host


def _besides(problems: Sequence[Problem], errors: ConfigErrors) -> list[Problem]:
    """Choose what else is wrong: a module whose entry is wrong might be what decides a hook."""
    skipped = {Code.NO_DECIDER} if problems else set[Code]()
    return [each for each in errors.problems if each.code not in skipped]


def check_configs(
    examined: Examined,
    *,
    check: Callable[[HostFile], Iterable[Problem]],
    module_path: Sequence[str | os.PathLike[str]],
) -> tuple[Problem, ...]:
    """Import what a file names and parse the configs of its modules, but build none of them.

    Args:
        examined: The file.
        check: Finds what else is wrong with the settings.
        module_path: As for `Host`.

    Returns:
        Warnings, in the order of the file.

    Raises:
        ConfigErrors: All that is wrong, in the order of the file.
    """
    problems = list(examined.problems)
    findings = Findings(examined.file)
    if _has_good_settings(examined):
        problems += _look_into(findings, module_path)
        problems += check(examined.file)
    _raise_all(problems, findings.warnings)
    return findings.warnings


def _look_into(
    findings: Findings, module_path: Sequence[str | os.PathLike[str]]
) -> Iterator[Problem]:
    file = findings.file
    try:
        environment = Environment(find_folders(file, module_path))
    except ConfigErrors as errors:
        yield from errors.problems
        return
    loader = ModuleLoader(file, ModuleApi, HostServices(), environment, findings)
    with importable(environment.folders):
        try:
            load_categories(file, environment)
        except ConfigErrors as errors:
            yield from errors.problems
        classes: list[tuple[ModuleEntry, type]] = []
        for entry in file.modules:
            if entry.enabled:
                yield from _refusals(loader, entry, classes)
        yield from check_order(file, classes, environment)
    findings.found += environment.warnings


def _refusals(
    loader: ModuleLoader, entry: ModuleEntry, classes: list[tuple[ModuleEntry, type]]
) -> tuple[Problem, ...]:
    try:
        classes.append((entry, loader.check(entry)))
    except ConfigErrors as errors:
        wrong = loader.file.without_stand_ins(errors.problems)
        if not entry.optional:
            return wrong
        loader.findings.collect(wrong)
    return ()


def _has_good_settings(examined: Examined) -> bool:
    """Whether modules can be looked at: wrong settings could make some look wrong that are not."""
    return all(problem.path[:1] == ("modules",) for problem in examined.problems)


def _raise_all(problems: Sequence[Problem], warnings: tuple[Problem, ...]) -> None:
    if problems:
        in_order = sorted(problems, key=lambda problem: problem.position)
        raise ConfigErrors(tuple(in_order), warnings)
