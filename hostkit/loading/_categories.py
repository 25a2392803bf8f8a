"""Find the categories of a host that were not given as classes."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import attrs

from hostkit.codes import Code
from hostkit.errors import ConfigErrors, SpecError
from hostkit.loading._imports import CATEGORIES, NotLoadableError, find_object
from hostkit.specs import check_categories

if TYPE_CHECKING:
    from hostkit.config import HostFile
    from hostkit.errors import Path, Problem
    from hostkit.specs import Category


def load_categories(file: HostFile) -> tuple[type[Category], ...]:
    """Load the categories that a config file names, or else all that are installed.

    Args:
        file: The config file; what it says under ``hostkit: categories:`` counts.

    Raises:
        ConfigErrors: One of them cannot be had; all of them are told.
    """
    named = file.settings.categories
    # Several installed distributions may offer one category under one name.
    names = named if named is not None else tuple(sorted(entry_points(group=CATEGORIES).names))
    found: list[Any] = []
    problems: list[Problem] = []
    for index, name in enumerate(names):
        path: Path = ("hostkit", "categories", index) if named is not None else ("hostkit",)
        try:
            category = find_object(name, CATEGORIES)
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
