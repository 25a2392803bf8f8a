"""Find the class that a config file names: by dotted path, or by entry point."""

from __future__ import annotations

import importlib
from importlib.metadata import EntryPoints, entry_points
from typing import Any, Final

from hostkit.codes import Code
from hostkit.errors import CodedError
from hostkit.loading._frames import causes, innermost_frame
from hostkit.wording import did_you_mean, exception_line

MODULES: Final = "hostkit.modules"
"""The entry point group that modules are installed in."""

CATEGORIES: Final = "hostkit.categories"
"""The entry point group that categories are installed in."""


class NotLoadableError(CodedError):
    """What the config file names cannot be had."""


def find_object(name: str, group: str, points: EntryPoints | None = None) -> Any:
    """Import what a name in the config file stands for.

    Args:
        name: The name of an entry point in the group, or the dotted path to a class.
        group: The entry point group. Of its entry points only the one that is named is loaded.
        points: The entry points of the group, if they were looked for already.

    Raises:
        NotLoadableError: There is no such thing (HK101, HK103, HK108), or importing it raised
            (HK102).
    """
    if points is None:
        points = entry_points(group=group)
    point = next(iter(points.select(name=name)), None)
    if point is not None:
        # Behind the path may stand extras, in brackets.
        path, _, attribute = point.value.partition("[")[0].partition(":")
        return _load(path.strip(), attribute.strip(), name)
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
    # `EntryPoint.load` refuses module names with hyphens, which `import_module` does not mind.
    try:
        found: Any = importlib.import_module(module_name)
        for part in filter(None, attribute.split(".")):
            found = _attribute(found, part, module_name)
    except NotLoadableError:
        raise
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module_name}.".startswith(f"{error.name}."):
            raise NotLoadableError(
                Code.NO_SUCH_PYTHON_MODULE,
                f"there is no Python module {error.name!r}",
                details=(f"looked for {name}",) if error.name != name else (),
                hint="check the spelling; is its package installed here, or on PYTHONPATH?",
            ) from error
        raise _import_raised(module_name, error) from error
    except (Exception, SystemExit) as error:
        raise _import_raised(module_name, error) from error
    return found


def _import_raised(module_name: str, error: BaseException) -> NotLoadableError:
    frame = innermost_frame(error, module_name)
    return NotLoadableError(
        Code.IMPORT_RAISED,
        f"importing {module_name} raised {exception_line(error)}",
        details=(*causes(error), *((frame,) if frame is not None else ())),
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
