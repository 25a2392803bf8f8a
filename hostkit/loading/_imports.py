"""Import what a config file names, by dotted path or by entry point: modules and categories."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import attrs

from hostkit.codes import Code
from hostkit.errors import CodedError, ConfigErrors, SpecError
from hostkit.loading._environment import CATEGORIES, MODULES, normalize
from hostkit.loading._failures import NO_LOOP, causes, frames, is_about_loops, pass_on
from hostkit.loading._folders import find_beside, find_hidden
from hostkit.logs import step_logged
from hostkit.presenting import exception_line, presentable
from hostkit.specs import check_categories
from hostkit.wording import did_you_mean, either

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hostkit.config import HostFile, ModuleEntry
    from hostkit.errors import Path, Problem
    from hostkit.loading._environment import Environment, Offer
    from hostkit.specs import Category


_ALSO_OF_CATEGORIES: Final = frozenset({Code.AMBIGUOUS_NAME, Code.HIDDEN_MODULE})


class NotLoadableError(CodedError):
    """What the config file names cannot be imported.

    Attributes:
        missing: The Python module that was looked for, if there is no such module.
    """

    missing: str | None = None


def describe(file: HostFile, error: CodedError, what: str, path: Path) -> Problem:
    """Say what the config file names that cannot be loaded, where, and why.

    Args:
        file: The config file.
        error: Why.
        what: What is named.
        path: Where.
    """
    hint = error.problem.hint
    if isinstance(error, NotLoadableError) and error.missing is not None:
        hint = find_beside(error.missing, file) or hint
    message = f"{what} cannot be loaded: {error.problem.message}"
    return file.adopt(attrs.evolve(error.problem, message=message, path=path, hint=hint))


def find_class(file: HostFile, entry: ModuleEntry, environment: Environment) -> type:
    """Import the class of a module.

    Args:
        file: The config file.
        entry: The module's entry in it.
        environment: Where classes are looked for.

    Raises:
        ConfigErrors: It cannot be imported, or is not a class.
    """
    path = (*entry.path, "module")
    found: object = entry.module
    if isinstance(entry.module, str):
        try:
            with step_logged("imported", f"class of module {entry.name!r}"):
                found = find_object(entry.module, MODULES, environment)
        except NotLoadableError as error:
            problem = describe(file, error, f"module {entry.name!r}", path)
            raise ConfigErrors((problem,)) from error
    if isinstance(found, type):
        return found
    problem = file.problem(
        Code.NOT_A_CLASS,
        f"module {entry.name!r} is not a class but {type(found).__name__} {found!r}",
        path,
        expected="a class that is built with its config and the module api",
    )
    raise ConfigErrors((problem,))


def load_categories(file: HostFile, environment: Environment) -> tuple[type[Category], ...]:
    """Load the categories that a config file names, or else all that are installed.

    Args:
        file: The config file, of which ``hostkit: categories:`` is read.
        environment: Where it is looked for.

    Raises:
        ConfigErrors: Some of them cannot be loaded; all of these are reported.
    """
    named = file.settings.categories
    # Several installed distributions may offer one category under one name.
    names = tuple(sorted({offer.name for offer in environment.offers(CATEGORIES)}))
    if named is not None:
        names = named
    found: list[Any] = []
    problems: list[Problem] = []
    for index, name in enumerate(names):
        path: Path = ("hostkit", "categories", index) if named is not None else ("hostkit",)
        try:
            with step_logged("loaded", f"category {name!r}"):
                category = find_object(name, CATEGORIES, environment)
            check_categories([category])
        except (NotLoadableError, SpecError) as error:
            problem = describe(file, error, f"category {name!r}", path)
            if error.code not in _ALSO_OF_CATEGORIES:
                problem = attrs.evolve(problem, code=Code.CATEGORY_NOT_LOADABLE)
            problems.append(problem)
        else:
            if category not in found:
                found.append(category)
    if problems:
        raise ConfigErrors(tuple(problems))
    return tuple(found)


def find_object(name: str, group: str, environment: Environment) -> Any:
    """Import what a name in the config file stands for.

    Of a group's entry points only the one that is named is imported: the others may be broken, or
    run code that the operator never asked for.

    Args:
        name: The name of an entry point in the group, alone or as ``distribution:name``, or the
            dotted path to a class.
        group: The entry point group.
        environment: Where it is looked for.

    Raises:
        NotLoadableError: There is no such thing (HK101, HK103, HK108), importing it raised (HK102),
            or the name has several meanings (HK111).
    """
    offers = environment.offers(group)
    found = environment.named(name, group)
    if found:
        return _load_offer(name, found)
    # The three ways in which a name cannot be a dotted path, each with its likeliest cause.
    if ":" in name:
        raise _unknown(name, group, offers, _colon_hint(name, offers))
    if "." not in name:
        hint = did_you_mean(name, _names(offers)) or "is its package installed here?"
        raise _unknown(name, group, offers, hint)
    if "" in name.split("."):
        raise _unknown(name, group, offers, "no part of a dotted path is empty")
    module_name = name.rpartition(".")[0]
    hidden = find_hidden(module_name, environment.folders)
    if hidden is not None:
        own, other = hidden
        raise NotLoadableError(
            Code.HIDDEN_MODULE,
            f"{own} cannot be imported, since {other} has its name",
            hint="rename one of them: hosts in one process share Python's modules",
        )
    return _load_path(name)


def _load_offer(name: str, offers: Sequence[Offer]) -> Any:
    """Import what entry points of one name stand for, if they agree.

    Which one is first depends on the order of folders, which must not decide what is run.
    """
    offer = offers[0]
    if any(each.target != offer.target for each in offers):
        raise _ambiguous(name, f"it is offered by {' and '.join(map(str, offers))}", offers)
    path, _, attribute = offer.target.partition(":")
    found = _load(path, attribute, name)
    if _is_path(name) and offer.name == name:
        _check_path(name, offers, found)
    return found


def _is_path(name: str) -> bool:
    return "." in name and ":" not in name and "" not in name.split(".")


def _check_path(name: str, offers: Sequence[Offer], found: object) -> None:
    """Make sure that an entry point does not take the place of a class with that dotted path."""
    try:
        other = _load_path(name)
    except NotLoadableError as error:
        if error.code in {Code.NO_SUCH_PYTHON_MODULE, Code.NO_SUCH_ATTRIBUTE}:
            return
    else:
        # `words.filter` may well be a Python module, and the name of what it offers.
        if other is found or not isinstance(other, type):
            return
    reason = f"it is offered by {offers[0]}, and is the dotted path of another class"
    raise _ambiguous(name, reason, offers)


def _ambiguous(name: str, reason: str, offers: Sequence[Offer]) -> NotLoadableError:
    choices = {offer.full_name: None for offer in offers}
    # One distribution that offers two things by one name leaves nothing to choose by.
    is_clear = len(choices) == len(offers)
    return NotLoadableError(
        Code.AMBIGUOUS_NAME,
        f"{name!r} is ambiguous: {reason}",
        details=tuple(f"{each} offers {each.target}" for each in offers),
        expected=either(choices) if is_clear else "the dotted path of the class",
        hint="or uninstall the package that is not meant",
    )


def _names(offers: Sequence[Offer]) -> list[str]:
    """List the names that are enough to choose one of some offers."""
    targets: dict[str, set[str]] = {}
    for offer in offers:
        targets.setdefault(offer.name, set()).add(offer.target)
    names = {each.name if len(targets[each.name]) == 1 else each.full_name for each in offers}
    return sorted(names)


def _colon_hint(name: str, offers: Sequence[Offer]) -> str:
    """Guess what a name with a colon that nothing has was meant to be."""
    distribution = normalize(name.partition(":")[0])
    if any(normalize(each.distribution) == distribution for each in offers):
        full = [each.full_name for each in offers if normalize(each.distribution) == distribution]
        return f"this package offers: {', '.join(sorted(full))}"
    near = did_you_mean(name, [each.full_name for each in offers])
    return near or f"did you mean {name.replace(':', '.')!r}?"


def _unknown(name: str, group: str, offers: Sequence[Offer], hint: str) -> NotLoadableError:
    names = ", ".join(_names(offers))
    return NotLoadableError(
        Code.NOT_INSTALLED,
        f"no installed package offers {name!r} (entry point group {group})",
        expected=f"a dotted path, or one of: {names}" if names else "a dotted path",
        hint=hint,
    )


def _load_path(name: str) -> Any:
    module_name, _, attribute = name.rpartition(".")
    return _load(module_name, attribute, name)


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
        error = presentable(error)
        if _is_missing(error, module_name):
            missing = NotLoadableError(
                Code.NO_SUCH_PYTHON_MODULE,
                f"there is no Python module {error.name!r}",
                details=(f"looked for {name}",) if error.name != name else (),
                hint="check the spelling; is its package installed here, or on PYTHONPATH?",
            )
            missing.missing = module_name
            raise missing from error
        raise NotLoadableError(
            Code.IMPORT_RAISED,
            f"importing {module_name} raised {exception_line(error)}",
            details=(*causes(error), *frames(error, module_name)),
            hint=NO_LOOP if is_about_loops(error) else None,
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
