"""Import what a config file names, by dotted path or by entry point: modules and categories."""

from __future__ import annotations

import importlib
from importlib.metadata import EntryPoints, entry_points
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import attrs

from hostkit.codes import Code
from hostkit.errors import CodedError, ConfigErrors, SpecError
from hostkit.loading._failures import causes, innermost_frame, pass_on
from hostkit.specs import check_categories
from hostkit.wording import did_you_mean, exception_line

if TYPE_CHECKING:
    from hostkit.config import HostFile
    from hostkit.errors import Path, Problem
    from hostkit.specs import Category

MODULES: Final = "hostkit.modules"
"""The entry point group that modules are installed in."""

CATEGORIES: Final = "hostkit.categories"
"""The entry point group that categories are installed in."""


class NotLoadableError(CodedError):
    """What the config file names cannot be imported."""


def load_categories(file: HostFile) -> tuple[type[Category], ...]:
    """Load the categories that a config file names, or else all that are installed.

    Args:
        file: The config file, of which ``hostkit: categories:`` is read.

    Raises:
        ConfigErrors: Some of them cannot be loaded; all of these are reported.
    """
    named = file.settings.categories
    points = entry_points(group=CATEGORIES)
    # Several installed distributions may offer one category under one name.
    names = named if named is not None else tuple(sorted(points.names))
    found: list[Any] = []
    problems: list[Problem] = []
    for index, name in enumerate(names):
        path: Path = ("hostkit", "categories", index) if named is not None else ("hostkit",)
        try:
            category = find_object(name, CATEGORIES, points)
            check_categories([category])
        except (NotLoadableError, SpecError) as error:
            problem = attrs.evolve(
                error.problem,
                code=Code.CATEGORY_NOT_LOADABLE,
                message=f"category {name!r} cannot be loaded: {error.problem.message}",
                path=path,
            )
            problems.append(file.adopt(problem))
        else:
            if category not in found:
                found.append(category)
    if problems:
        raise ConfigErrors(tuple(problems))
    return tuple(found)


def find_object(name: str, group: str, points: EntryPoints) -> Any:
    """Import what a name in the config file stands for.

    Of a group's entry points only the one that is named is imported: the others may be broken, or
    run code that the operator never asked for.

    Args:
        name: The name of an entry point in the group, or the dotted path to a class.
        group: The entry point group.
        points: All entry points of the group.

    Raises:
        NotLoadableError: There is no such thing (HK101, HK103, HK108), or importing it raised
            (HK102).
    """
    point = next(iter(points.select(name=name)), None)
    if point is not None:
        # Behind the path may stand extras, in brackets.
        path, _, attribute = point.value.partition("[")[0].partition(":")
        return _load(path.strip(), attribute.strip(), name)
    # The three ways in which a name cannot be a dotted path, each with its likeliest cause.
    if ":" in name:
        raise _unknown(name, group, points, f"did you mean {name.replace(':', '.')!r}?")
    if "." not in name:
        hint = did_you_mean(name, sorted(points.names)) or "is its package installed here?"
        raise _unknown(name, group, points, hint)
    if "" in name.split("."):
        raise _unknown(name, group, points, "no part of a dotted path is empty")
    module_name, _, attribute = name.rpartition(".")
    return _load(module_name, attribute, name)


def _unknown(name: str, group: str, points: EntryPoints, hint: str) -> NotLoadableError:
    installed = ", ".join(sorted(points.names))
    return NotLoadableError(
        Code.NOT_INSTALLED,
        f"no installed package offers {name!r} (entry point group {group})",
        expected=f"a dotted path, or one of: {installed}" if installed else "a dotted path",
        hint=hint,
    )


def _load(module_name: str, attribute: str, name: str) -> Any:
    # `EntryPoint.load` refuses module names with hyphens, which `import_module` takes.
    try:
        found: Any = importlib.import_module(module_name)
        for part in filter(None, attribute.split(".")):
            found = _attribute(found, part, module_name)
    except NotLoadableError:
        raise
    except BaseException as error:
        pass_on(error)
        if _is_missing(error, module_name):
            raise NotLoadableError(
                Code.NO_SUCH_PYTHON_MODULE,
                f"there is no Python module {error.name!r}",
                details=(f"looked for {name}",) if error.name != name else (),
                hint="check the spelling; is its package installed here, or on PYTHONPATH?",
            ) from error
        frame = innermost_frame(error, module_name)
        raise NotLoadableError(
            Code.IMPORT_RAISED,
            f"importing {module_name} raised {exception_line(error)}",
            details=(*causes(error), *((frame,) if frame is not None else ())),
        ) from error
    return found


def _is_missing(error: BaseException, module_name: str) -> TypeGuard[ModuleNotFoundError]:
    """Whether it is the module itself that is missing, or a package it is in."""
    return (
        isinstance(error, ModuleNotFoundError)
        and error.name is not None
        and f"{module_name}.".startswith(f"{error.name}.")
    )


def _attribute(owner: Any, name: str, module_name: str) -> Any:
    try:
        return getattr(owner, name)
    except AttributeError as error:
        public = [known for known in dir(owner) if not known.startswith("_")]
        raise NotLoadableError(
            Code.NO_SUCH_ATTRIBUTE,
            f"Python module {module_name} has no {name!r}",
            hint=did_you_mean(name, public),
        ) from error
