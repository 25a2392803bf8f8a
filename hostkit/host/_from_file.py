"""`build_from_file`: a host from a file, with everything that is wrong reported at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.codes import Code
from hostkit.config import examine
from hostkit.errors import CodedError, ConfigErrors
from hostkit.host._host import Host
from hostkit.host._reading import warn_of_nothing

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from typing import Unpack

    from hostkit.config import HostFile
    from hostkit.errors import Problem
    from hostkit.host._given import HostOptions


def build_from_file(
    path: str | os.PathLike[str],
    *,
    check: Callable[[HostFile], Iterable[Problem]] = lambda _: (),
    prepare: Callable[[HostFile], None] = lambda _: None,
    without_secrets: bool = False,
    **options: Unpack[HostOptions],
) -> Host:
    """Make a host from a YAML file and build it, as ``Host.from_file(path).build()`` does.

    But if something is wrong with the file, modules whose entries are right are loaded and checked.

    Args:
        path: The file.
        check: Finds what else is wrong with the settings.
        prepare: Is called with what could be read, before anything of a module runs.
        without_secrets: Whether something stands in for what ``!env`` and ``!file`` name and is not
            there. `HostFile.absent` lists it; a module for which that is not enough is left out.
        options: As for `Host`.

    Returns:
        The host, built.

    Raises:
        ConfigErrors: All that is wrong, in the order of the file.
    """
    examined = examine(path, without_secrets=without_secrets)
    problems = list(examined.problems)
    prepare(examined.file)
    warn_of_nothing(examined.file)
    host = Host(examined.file, **options)
    # What is wrong with the settings could make modules look wrong that are not.
    if all(problem.path[:1] == ("modules",) for problem in problems):
        try:
            host.build()
        except ConfigErrors as errors:
            # A module whose entry is wrong might be the one that decides a hook.
            skipped = {Code.NO_DECIDER} if problems else set[Code]()
            problems += [each for each in errors.problems if each.code not in skipped]
        except CodedError as error:
            problems.append(error.problem)
        problems += check(examined.file)
    if problems:
        raise ConfigErrors(tuple(sorted(problems, key=lambda problem: problem.position)))
    return host
