"""`Category`: a named set of hookspecs."""

from __future__ import annotations

import inspect
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from hostkit.codes import Code
from hostkit.errors import RegistrationError, SpecError
from hostkit.specs._hookspec import PROJECT, SPEC_ATTRIBUTE, Hookspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Category:
    """A named set of hookspecs; subclass it and declare each hook with `hookspec`.

    The name is the class name in snake case, unless the subclass sets ``name``. To call the hooks,
    ask a built host for ``host.hooks[TheCategory]``, which is an instance of the subclass.

    A subclass that sets ``exclusive = True`` has one module for all of its hooks: the first one
    that registers for any of them. What others register is left out, with a warning.
    """

    name: ClassVar[str]
    exclusive: ClassVar[bool] = False
    hookspecs: ClassVar[Mapping[str, Hookspec]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "name" not in cls.__dict__:
            cls.name = _WORD_START.sub("_", cls.__name__.lstrip("_")).lower()
        given: object = cls.name
        if not (isinstance(given, str) and _NAME.fullmatch(given)):
            raise SpecError(
                Code.NOT_A_CATEGORY,
                f"category {cls.__qualname__} cannot be called {given!r}",
                expected="small letters, digits and underscores, a letter first",
            )
        specs: dict[str, Hookspec] = {}
        for base in reversed(cls.__mro__):
            for name, value in vars(base).items():
                spec = getattr(value, SPEC_ATTRIBUTE, None)
                if spec is None and hasattr(value, f"{PROJECT}_spec"):
                    raise SpecError(
                        Code.BAD_OPTION,
                        f"{cls.__qualname__}.{name} is marked by pluggy's own HookspecMarker, so "
                        "that it has no rule",
                        hint="write @hookspec(rules.FirstDenial()), or another of hostkit.rules",
                    )
                if isinstance(spec, Hookspec):
                    specs[name] = attrs.evolve(spec, name=name, category=cls.name)
                else:  # what hides a hook of a base class without being one takes it away
                    specs.pop(name, None)
        cls.hookspecs = MappingProxyType(specs)
        for spec in specs.values():
            _check_requires(cls, spec)


def _check_requires(category: type[Category], spec: Hookspec) -> None:
    for hook in spec.requires:
        if hook not in category.hookspecs or hook == spec.name:
            raise SpecError(
                Code.BAD_OPTION,
                f"hookspec {spec.name} requires {hook!r}, which is not another hook of "
                f"{category.__qualname__}",
                expected=", ".join(name for name in category.hookspecs if name != spec.name)
                or "no hook: it is the only one",
            )


def find_spec(hook: Any, categories: Sequence[type[Category]]) -> Hookspec:
    """Find out which hook a method of a category is.

    Args:
        hook: The method, taken from the class or from one of its base classes.
        categories: Those that a host has.

    Raises:
        RegistrationError: It is not a hook (HK216), or of no category that the host has (HK202).
    """
    # What `host.hooks` has is called, and is not a way to name a hook.
    if not (inspect.isfunction(hook) and hasattr(hook, SPEC_ATTRIBUTE)):
        raise RegistrationError(
            Code.NOT_A_HOOK,
            f"this is not a hook: {hook!r}",
            expected="a method of a category, such as Comments.check_comment, without calling it",
        )
    for category in categories:
        for name, spec in category.hookspecs.items():
            if any(vars(base).get(name) is hook for base in category.__mro__):
                return spec
    raise RegistrationError(
        Code.UNKNOWN_CATEGORY,
        f"this host has no category with the hook {hook.__qualname__}",
        expected=", ".join(each.__qualname__ for each in categories) or "none",
    )


def check_categories(categories: Sequence[type[Category]]) -> None:
    """Make sure that categories can live in one host.

    Raises:
        SpecError: One is not a category, has no hooks, is given twice, or shares its name or a
            hook's name with another.
    """
    if isinstance(categories, type | str):
        raise SpecError(
            Code.NOT_A_CATEGORY,
            f"the categories of a host are a list, not {categories!r}",
            hint="write categories=[TheCategory]",
        )
    owners: dict[str, type[Category]] = {}
    names: dict[str, type[Category]] = {}
    for category in categories:
        _check_category(category)
        if category in names.values():
            raise SpecError(
                Code.DUPLICATE_CATEGORY,
                f"category {category.name!r} is given twice",
                details=(_show(category),),
            )
        if names.setdefault(category.name, category) is not category:
            raise SpecError(
                Code.DUPLICATE_CATEGORY,
                f"two categories are called {category.name!r}",
                details=(_show(names[category.name]), _show(category)),
                hint="give one of them another `name`",
            )
        for hook in category.hookspecs:
            if owners.setdefault(hook, category) is not category:
                raise SpecError(
                    Code.DUPLICATE_HOOK,
                    f"two categories declare the hook {hook!r}",
                    details=(_show(owners[hook]), _show(category)),
                    hint="hook names are shared by all categories of a host; rename one of them",
                )


def _check_category(category: object) -> None:
    if not (isinstance(category, type) and issubclass(category, Category)) or category is Category:
        raise SpecError(
            Code.NOT_A_CATEGORY,
            f"{category!r} is not a category",
            expected="a subclass of hostkit.Category",
        )
    if not category.hookspecs:
        raise SpecError(
            Code.NOT_A_CATEGORY,
            f"category {category.__qualname__} declares no hooks",
            hint="mark its methods with @hookspec(rules.…)",
        )


def _show(category: type[Category]) -> str:
    return f"{category.__module__}.{category.__qualname__}"
