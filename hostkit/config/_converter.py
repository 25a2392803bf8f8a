"""`structure`: from what YAML gives to the classes module authors write."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from cattrs import Converter

from hostkit.codes import Code
from hostkit.config import _check, _classes, _containers, _scalars
from hostkit.config._explain import faults_of, text_of
from hostkit.config._fault import Fault, StructureErrors

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def structure(value: object, cls: type[T]) -> T:
    """Build a value of a class from plain data, strictly: nothing is converted silently.

    Args:
        value: What YAML gave: mappings, lists, strings, numbers, booleans, dates, `None`.
        cls: An attrs class or a dataclass, or any type one of their fields may have.

    Returns:
        A new value; `value` is left as it is.

    Raises:
        StructureErrors: It does not fit. All faults are told at once.
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


def _fill(value: object, cls: type[T]) -> T:
    try:
        hook = _converter().get_structure_hook(cls)
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
        hint="tell the module's author: annotate every field, or write parse_config()",
    )


def strict_converter(
    fallback: Callable[[Any], Callable[[Any, Any], Any]] = _scalars.unsupported,
) -> Converter:
    """Make a converter that converts nothing silently; more can be taught to it.

    Args:
        fallback: Makes the hook of a type that the converter was not taught.
    """
    converter = Converter(structure_fallback_factory=fallback)
    # cattrs fills any other collection from whatever can be iterated, strings included.
    converter.register_structure_hook_factory(_containers.is_iterable, fallback)
    # Later registrations are asked first.
    for layer in (_scalars, _containers, _classes, _check):
        layer.register(converter)
    return converter


_converter = cache(strict_converter)
