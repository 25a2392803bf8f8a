"""The hook for attrs classes and dataclasses, a module's ``Config`` above all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_origin

import attrs
from cattrs import ClassValidationError, Converter
from cattrs.gen import make_dict_structure_fn

from hostkit.codes import Code
from hostkit.config._explain import faults_of, steps_of
from hostkit.config._fault import Fault, StructureErrors
from hostkit.config._scalars import wrong_type
from hostkit.wording import show


def register(converter: Converter) -> None:
    """Teach a converter attrs classes and dataclasses."""
    converter.register_structure_hook_factory(_is_class, _class_hook)


def _is_class(cls: Any) -> bool:
    base = get_origin(cls) or cls
    return attrs.has(base) or dataclasses.is_dataclass(base)


def _class_hook(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    base = get_origin(cls) or cls
    if attrs.has(base):
        attrs.resolve_types(base)
    fill = make_dict_structure_fn(
        cls, converter, _cattrs_forbid_extra_keys=True, _cattrs_use_alias=True
    )

    def structure_class(value: Any, _cls: Any) -> Any:
        if not isinstance(value, Mapping):
            raise wrong_type(value, "a mapping")
        odd = [key for key in value if not isinstance(key, str)]
        if odd:
            strings = {key: item for key, item in value.items() if isinstance(key, str)}
            raise _odd_keys(odd, lambda: structure_class(strings, cls))
        try:
            return fill(value, cls)
        except ClassValidationError as error:
            in_fields, _ = error.group_exceptions()
            if in_fields or not attrs.has(base):
                raise
            faults = tuple(_refused_fields(lambda: fill(value, cls)))
            if not faults:
                raise
        raise StructureErrors(faults)

    return structure_class


def _odd_keys(keys: list[Any], build: Callable[[], Any]) -> StructureErrors:
    """Tell of keys that are no strings, and of whatever else is wrong."""
    faults = [
        Fault(
            Code.KEY_NOT_A_STRING,
            f"a key must be a string, but this is {show(key)}",
            steps_of(key),
            hint="write it in quotes",
            is_key=True,
        )
        for key in keys
    ]
    try:
        build()
    except (StructureErrors, ClassValidationError) as error:
        faults += faults_of(error)
    return StructureErrors(tuple(faults))


def _refused_fields(build: Callable[[], Any]) -> Iterator[Fault]:
    """Ask every validator of an instance that could not be made; attrs stops at the first."""
    try:
        # Not thread-safe, as attrs warns: another thread's instances may go unchecked right now.
        # It happens only for a config that is about to be refused.
        with attrs.validators.disabled():
            instance = build()
    except Exception:  # noqa: BLE001 - then it was not a validator that refused
        return
    for field in attrs.fields(type(instance)):
        if field.validator is not None:
            try:
                field.validator(instance, field, getattr(instance, field.name))
            except Exception as error:  # noqa: BLE001 - whatever it raises is its refusal
                yield from (fault.under(field.alias) for fault in faults_of(error))
