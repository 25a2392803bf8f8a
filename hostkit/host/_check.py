"""Find everything that is wrong with a config file and its modules, in one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostkit.config import examine
from hostkit.errors import CodedError, ConfigErrors
from hostkit.host._host import Host

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from typing import Unpack

    from hostkit.config import HostFile
    from hostkit.errors import Problem
    from hostkit.host._options import HostOptions


def build_from_file(
    path: str | os.PathLike[str],
    *,
    check: Callable[[HostFile], Iterable[Problem]] = lambda _: (),
    **options: Unpack[HostOptions],
) -> Host:
    """Make a host from a YAML file and build it, as ``Host.from_file(path).build()`` does.

    But where that ends with what is wrong with the file itself, this goes on to load the modules
    whose entries are right, to tell what is wrong with them, too.

    Args:
        path: The file.
        check: Finds what else is wrong with the settings.
        options: As for `Host`.

    Returns:
        The host, built.

    Raises:
        ConfigErrors: All that is wrong, in the order of the file.
    """
    examined = examine(path)
    problems = list(examined.problems)
    host = Host(examined.file, **options)
    # What is wrong with the settings could make modules look wrong that are not.
    if all(problem.path[:1] == ("modules",) for problem in problems):
        try:
            host.build()
        except ConfigErrors as errors:
            problems += errors.problems
        except CodedError as error:
            problems.append(error.problem)
        problems += check(examined.file)
    if problems:
        raise ConfigErrors(tuple(sorted(problems, key=lambda problem: problem.position)))
    return host
