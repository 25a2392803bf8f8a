"""What a module's class says that it requires: modules before it, and a version of hostkit."""

from __future__ import annotations

import inspect
import operator
import re
import sys
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from hostkit._version import __version__
from hostkit.codes import Code
from hostkit.errors import ConfigErrors, show_path
from hostkit.loading._environment import MODULES
from hostkit.wording import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hostkit.config import HostFile, ModuleEntry
    from hostkit.errors import Problem
    from hostkit.loading._environment import Environment, Offer

_BEFORE: Final = "requires_before"
_VERSION: Final = "requires_hostkit"
_FORMS: Final = "versions such as '>=1.2' or '>=1.2,<2'; the signs are >=, >, <=, <, == and !="
_CLAUSE: Final = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([0-9]+(?:\.[0-9]+)*)\s*")
_SIGNS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}


def check_class(file: HostFile, entry: ModuleEntry, module_class: type) -> None:
    """Make sure that a module can be used with this version, before anything of it is run.

    Args:
        file: The config file.
        entry: The module's entry in it.
        module_class: Its class.

    Raises:
        ConfigErrors: It is for other versions (HK115), or what it says about that (HK115) or about
            modules before it (HK114) cannot be understood.
    """
    problems = [*_about_before(file, entry, module_class)]
    problems += _about_version(file, entry, module_class)
    if problems:
        raise ConfigErrors(tuple(problems))


def _about_before(file: HostFile, entry: ModuleEntry, module_class: type) -> Iterator[Problem]:
    names = _said(module_class, _BEFORE, ())
    if isinstance(names, tuple | list) and all(isinstance(name, str) for name in names):
        return
    yield file.problem(
        Code.NOT_BEFORE,
        f"{_BEFORE} of module {entry.name!r} is {show(names)}, not a tuple of names",
        (*entry.path, "module"),
        expected="dotted paths of classes, or names of installed modules: "
        f'{_BEFORE} = ("package.Module",)',
        hint="ask its author to correct it",
    )


def _about_version(file: HostFile, entry: ModuleEntry, module_class: type) -> Iterator[Problem]:
    wanted = _said(module_class, _VERSION, "")
    clauses = wanted.split(",") if isinstance(wanted, str) and wanted else []
    read = [_CLAUSE.fullmatch(clause) for clause in clauses]
    if not isinstance(wanted, str) or None in read:
        yield file.problem(
            Code.OTHER_VERSION,
            f"{_VERSION} of module {entry.name!r} is {show(wanted)}",
            (*entry.path, "module"),
            expected=_FORMS,
            hint="ask its author to correct it",
        )
        return
    here = _release(__version__)
    if not all(_SIGNS[each[1]](*_alike(here, _release(each[2]))) for each in read if each):
        yield file.problem(
            Code.OTHER_VERSION,
            f"module {entry.name!r} is for hostkit {wanted}, and this is {__version__}",
            (*entry.path, "module"),
            hint="install a version of its package that is for this one, or another hostkit",
        )


def _said(module_class: type, name: str, otherwise: Any) -> Any:
    """Read an attribute of a class without running code of it."""
    return inspect.getattr_static(module_class, name, otherwise)


def _release(version: str) -> tuple[int, ...]:
    """Read the numbers of a version; what marks one before its release is left out."""
    found = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    return tuple(int(number) for number in found[0].split(".")) if found else ()


def _alike(one: Sequence[int], other: Sequence[int]) -> tuple[list[int], list[int]]:
    """Make both equally long, as 1.2 and 1.2.0 are the same release."""
    pairs = [*zip_longest(one, other, fillvalue=0)]
    return [left for left, _ in pairs], [right for _, right in pairs]


def check_order(
    file: HostFile, classes: Sequence[tuple[ModuleEntry, type]], environment: Environment
) -> list[Problem]:
    """Find modules that stand before what they require before them. Nothing is sorted.

    Args:
        file: The config file.
        classes: Its modules that could be imported, with their classes.
        environment: Where they were looked for.

    Returns:
        What is wrong (HK114).
    """
    wanted = [(entry, name) for entry, each in classes for name in _said(each, _BEFORE, ())]
    if not wanted:
        return []
    known = {entry.name: module_class for entry, module_class in classes}
    named = [(each, _names_of(each, known.get(each.name), environment)) for each in file.modules]
    places = {entry.name: place for place, entry in enumerate(file.modules)}
    # What could not be imported may be anything, and is a problem of its own.
    is_open = any(entry.enabled and entry.name not in known for entry in file.modules)
    problems = []
    for entry, name in wanted:
        meant = _meanings(name, environment)
        found = [each for each, names in named if names & meant and each.name != entry.name]
        before = [each for each in found if places[each.name] < places[entry.name]]
        if not any(each.enabled for each in before) and (found or not is_open):
            problems.append(_explain(file, entry, name, found))
    return problems


def _explain(
    file: HostFile, entry: ModuleEntry, name: str, found: Sequence[ModuleEntry]
) -> Problem:
    message = f"module {entry.name!r} must stand after {name}"
    if not found:
        why, hint = "which is not listed", f"add an entry with `module: {name}` before this one"
    elif not any(other.enabled for other in found):
        why, hint = "which is disabled", "enable it, before this one"
    else:
        why = "which stands after it"
        hint = f"move this entry behind that of {found[0].name!r}: nothing is sorted for you"
    places = [
        f"{other.name!r} is {show_path(other.path)}{'' if place is None else f', at {place}'}"
        for other in found
        for place in [file.locate(other.path)]
    ]
    path = (*entry.path, "module")
    return file.problem(
        Code.NOT_BEFORE, f"{message}, {why}", path, details=tuple(places), hint=hint
    )


def _names_of(entry: ModuleEntry, found: type | None, environment: Environment) -> set[str]:
    """All names by which a module may be required: those of the classes that it is a kind of."""
    if isinstance(entry.module, type):
        found = entry.module
    names = set() if found is None else {_path_of(each) for each in found.__mro__}
    return names | _meanings(entry.module, environment) if isinstance(entry.module, str) else names


def _meanings(name: str, environment: Environment) -> set[str]:
    """A name, and the dotted paths that it stands for. Nothing is imported for that."""
    targets = {_dotted(offer) for offer in environment.named(name, MODULES)}
    classes = [_imported(path) for path in (name, *targets)]
    return {name, *targets, *(_path_of(each) for each in classes if each is not None)}


def _dotted(offer: Offer) -> str:
    return offer.target.replace(":", ".")


def _imported(path: str) -> type | None:
    """Find a class by a dotted path that need not be that of its definition."""
    module, _, attribute = path.rpartition(".")
    found = vars(sys.modules[module]).get(attribute) if module in sys.modules else None
    return found if isinstance(found, type) else None


def _path_of(module_class: type) -> str:
    return f"{module_class.__module__}.{module_class.__qualname__}"
