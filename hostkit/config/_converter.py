"""`structure`: from what YAML gives to the classes module authors write.

The hooks for single values, classes and unions have files of their own; those for lists, tuples,
sets and mappings are here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_args, get_origin

from cattrs import BaseValidationError, Converter
from cattrs.cols import list_structure_factory, mapping_structure_factory

from hostkit.codes import Code
from hostkit.config import _classes, _scalars, _texts, _validating
from hostkit.config._annotations import nested_in
from hostkit.config._classes import is_class
from hostkit.config._containers import LISTS, MAPPINGS, UNIONS
from hostkit.config._faults import Fault, StructureErrors, faults_of, text_of
from hostkit.config._forms import list_hint
from hostkit.config._plain import unwrap
from hostkit.config._scalars import wrong_type
from hostkit.config._texts import paths_start_at
from hostkit.config._unions import union_hook
from hostkit.config._validating import is_validating

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")
_Hook: TypeAlias = Callable[[Any, Any], Any]


@contextmanager
def structuring_for(owner: Any, folder: Path | None) -> Iterator[None]:
    """Let `structure` know whose config it is.

    Args:
        owner: The module's class; annotations can name what is in it.
        folder: Where relative paths start that fields of the type `pathlib.Path` take; without one
            they stay relative.
    """
    with nested_in(owner), paths_start_at(folder):
        yield


def structure(value: object, cls: type[T]) -> T:
    """Build a value of a class from plain data, strictly: nothing is converted silently.

    Args:
        value: What YAML gave: mappings, lists, strings, numbers, booleans, dates, `None`.
        cls: An attrs class, dataclass, TypedDict or NamedTuple, pydantic's model or msgspec's
            struct; or any type one of their fields may have.

    Returns:
        A new value; `value` is left as it is.

    Raises:
        StructureErrors: It does not fit. All faults are reported at once.
    """
    faults: tuple[Fault, ...]
    try:
        return _fill(value, cls)
    except StructureErrors as errors:
        faults = errors.faults
    except RecursionError:
        faults = (Fault(Code.TOO_DEEP, "the value is nested too deep"),)
    # Raised here, away from what caused it: that may quote secrets, and would be printed as well.
    raise StructureErrors(faults)


def can_fill(cls: Any) -> bool:
    """Whether a class, or a type made of such, can be filled from a mapping as a whole."""
    if not isinstance(cls, Hashable):  # a constant of the module's own, perhaps
        return False
    base = _base(cls)
    if base in UNIONS:
        return all(can_fill(member) for member in get_args(cls))
    return base in MAPPINGS or is_class(base) or is_validating(base)


def _fill(value: object, cls: type[T]) -> T:
    try:
        hook = _converter().get_structure_hook(cls)
    except StructureErrors:
        raise
    except Exception as error:  # a class can be wrong in as many ways as code can
        raise StructureErrors((_unusable(cls, error),)) from error
    try:
        result: T = hook(value, cls)
    except Exception as error:  # so can the code in it that checks its values
        raise StructureErrors(faults_of(error)) from error
    return result


def _unusable(cls: object, error: Exception) -> Fault:
    return Fault(
        Code.UNSUPPORTED_TYPE,
        f"{getattr(cls, '__qualname__', cls)} cannot be filled from a config file: "
        f"{text_of(error)}",
        hint="ask the module's author to annotate every field, or to write parse_config()",
    )


def strict_converter(
    fallback: Callable[[Any], Callable[[Any, Any], Any]] = _scalars.unsupported,
) -> Converter:
    """Make a converter that converts nothing silently; more hooks can be registered.

    Args:
        fallback: Makes the hook of a type without one of its own.
    """
    converter = Converter(structure_fallback_factory=fallback)
    # cattrs fills any other collection from whatever can be iterated, strings included.
    converter.register_structure_hook_factory(_is_iterable, fallback)
    converter.register_structure_hook_func(
        lambda cls: cls is Any or cls is object, lambda value, _: unwrap(value)
    )
    # Later registrations are asked first.
    _scalars.register(converter)
    _register_containers(converter)
    _texts.register_paths(converter)
    _classes.register(converter)
    return converter


@cache
def _converter() -> Converter:
    """Make the converter of modules' configs, which knows more than what JSON has."""
    converter = strict_converter()
    _texts.register(converter)
    _classes.register_others(converter)
    _validating.register(converter)
    return converter


def _register_containers(converter: Converter) -> None:
    """Add the hooks for all types whose values hold other values."""
    converter.register_structure_hook_factory(lambda cls: _base(cls) in LISTS, _list_hook)
    converter.register_structure_hook_factory(lambda cls: _base(cls) in MAPPINGS, _mapping_hook)
    converter.register_structure_hook_factory(_is_fixed_tuple, _fixed_tuple_hook)
    converter.register_structure_hook_factory(lambda cls: _base(cls) in UNIONS, union_hook)


def _base(cls: Any) -> Any:
    origin: Any = get_origin(cls)
    return cls if origin is None else origin


def _is_iterable(cls: Any) -> bool:
    """Whether the values of a type hold others."""
    base = _base(cls)
    return isinstance(base, type) and issubclass(base, Iterable)


def _list_hook(cls: Any, converter: Converter) -> _Hook:
    build = LISTS[_base(cls)]
    fill = list_structure_factory(cls, converter)
    takes_all = get_args(cls)[:1] in {(), (Any,)}
    item = (*get_args(cls), Any)[0]

    def structure_list(value: Any, _cls: Any) -> Any:
        if not isinstance(value, list | tuple):
            hint = list_hint(value, item, is_class=is_class(item))
            raise wrong_type(value, "a list", hint)
        items = fill(value, cls)
        if takes_all:
            items = [unwrap(item) for item in items]
        try:
            return build(items)
        except TypeError:
            raise wrong_type(value, "a list of single values, for a set") from None

    return structure_list


def _mapping_hook(cls: Any, converter: Converter) -> _Hook:
    fill = mapping_structure_factory(cls, converter)
    takes_all = get_args(cls) in {(), (Any, Any)}

    def structure_mapping(value: Any, _cls: Any) -> Any:
        if not isinstance(value, Mapping):
            raise wrong_type(value, "a mapping")
        items = fill(value, cls)
        return {key: unwrap(item) for key, item in items.items()} if takes_all else items

    return structure_mapping


def _is_fixed_tuple(cls: Any) -> bool:
    return get_origin(cls) is tuple and getattr(cls, "__args__", (...,))[-1:] != (...,)


def _fixed_tuple_hook(cls: Any, converter: Converter) -> _Hook:
    members = get_args(cls)
    hooks = [converter.get_structure_hook(member) for member in members]
    expected = f"a list of {len(members)} values"

    def structure_tuple(value: Any, _cls: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise wrong_type(value, expected)
        if len(value) != len(members):
            message = f"a list of {len(value)} values is not allowed here"
            raise StructureErrors((Fault(Code.NOT_ALLOWED, message, expected=expected),))
        return _fill_each(list(zip(value, members, hooks, strict=True)))

    return structure_tuple


def _fill_each(slots: list[tuple[Any, Any, _Hook]]) -> tuple[Any, ...]:
    items: list[Any] = []
    faults: list[Fault] = []
    for index, (value, member, hook) in enumerate(slots):
        try:
            items.append(hook(value, member))
        except (StructureErrors, BaseValidationError) as error:
            faults += [fault.under(index) for fault in faults_of(error)]
    if faults:
        raise StructureErrors(tuple(faults))
    return tuple(items)
