"""The files of a new package, from the templates beside this file."""

from __future__ import annotations

import sys
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

_SUFFIX: Final = ".in"


def render(folders: Iterable[str], values: Mapping[str, str]) -> dict[str, str]:
    """Fill in templates.

    Args:
        folders: Those of `hostkit/cli/templates` that the package is made of.
        values: What stands for each ``$name``.

    Returns:
        The text of each file, by its path.
    """
    root = files("hostkit.cli") / "templates"
    return {
        path.replace("package/", f"{values['package']}/"): Template(text).substitute(values)
        for folder in folders
        for path, text in _read(root / folder)
    }


def _read(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _read(each, f"{above}{each.name}/")
        else:
            yield above + each.name.removesuffix(_SUFFIX), each.read_text("utf-8")


def write_imports(names: Iterable[tuple[str, str]], package: str) -> str:
    """Write the imports of a file as ruff sorts them.

    Args:
        names: Each with the Python module it is imported from; an empty name imports the module.
        package: The file's own package.
    """
    groups: dict[int, dict[str, set[str]]] = {}
    for module, name in names:
        top = module.partition(".")[0]
        group = 2 if top == package else int(top not in sys.stdlib_module_names)
        groups.setdefault(group, {}).setdefault(module, set()).add(name)
    return "\n\n".join("\n".join(_lines(groups[number])) for number in sorted(groups))


def _lines(modules: Mapping[str, set[str]]) -> Iterator[str]:
    yield from (f"import {module}" for module in sorted(modules) if "" in modules[module])
    for module in sorted(modules):
        names = sorted(modules[module] - {""}, key=_order)
        if names:
            yield f"from {module} import {', '.join(names)}"


def _order(name: str) -> tuple[int, str]:
    """Sort constants before classes, and these before functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)
