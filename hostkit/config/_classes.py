"""Hooks for attrs classes and dataclasses: hostkit's own blocks, and the ``Config`` of modules."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin, is_typeddict

import attrs
from cattrs import ClassValidationError, Converter
from cattrs.cols import namedtuple_dict_structure_factory
from cattrs.gen import make_dict_structure_fn, override
from cattrs.gen.typeddicts import make_dict_structure_fn as make_typeddict_fn

from hostkit.codes import Code
from hostkit.config._annotations import resolve
from hostkit.config._faults import Fault, StructureErrors, faults_of, steps_of
from hostkit.config._fields import Check, settings_of
from hostkit.config._forms import mapping_hint
from hostkit.config._plain import is_absent, shown
from hostkit.config._scalars import wrong_type
from hostkit.wording import show


def register(converter: Converter) -> None:
    """Add the hooks for attrs classes, dataclasses, and types that carry a `Check`."""
    converter.register_structure_hook_factory(_is_decorated, _class_hook)
    converter.register_structure_hook_factory(_has_check, _check_hook)


def register_others(converter: Converter) -> None:
    """Add the hooks for typed dicts and named tuples."""
    converter.register_structure_hook_factory(is_class, _class_hook)


def is_class(cls: Any) -> bool:
    """Whether a type is a class with fields that a mapping fills."""
    base = get_origin(cls) or cls
    return _is_decorated(cls) or is_typeddict(base) or _is_namedtuple(base)


def _is_namedtuple(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cls, "_fields")


def _is_decorated(cls: Any) -> bool:
    base = get_origin(cls) or cls
    return attrs.has(base) or dataclasses.is_dataclass(base)


def _class_hook(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    base = get_origin(cls) or cls
    _check_decorated(base)
    resolve(base)
    overrides, nulls, spared = _overrides_of(base)
    fill = _fill_function(cls, converter, overrides)

    def structure_class(value: Any, _cls: Any) -> Any:
        if not isinstance(value, Mapping):
            raise wrong_type(value, "a mapping", mapping_hint(value, cls))
        odd = [key for key in value if not isinstance(key, str)]
        if odd:
            strings = {key: item for key, item in value.items() if isinstance(key, str)}
            raise _odd_keys(odd, lambda: structure_class(strings, cls))
        if nulls or spared:
            value = {
                key: item
                for key, item in value.items()
                if not (item is None and key in nulls) and not (is_absent(item) and key in spared)
            }
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


def _fill_function(
    cls: Any, converter: Converter, overrides: dict[str, Any]
) -> Callable[[Any, Any], Any]:
    if is_typeddict(get_origin(cls) or cls):
        return make_typeddict_fn(cls, converter, _cattrs_forbid_extra_keys=True)
    if _is_namedtuple(cls):
        forbid_extra_keys = True
        return namedtuple_dict_structure_factory(
            cls, converter, "from_converter", forbid_extra_keys
        )
    return make_dict_structure_fn(
        cls,
        converter,
        _cattrs_forbid_extra_keys=True,
        _cattrs_use_alias=True,
        **overrides,
    )


def _check_decorated(cls: Any) -> None:
    """Refuse a subclass that has fields of its own and is not decorated itself."""
    markers = ("__attrs_attrs__", "__dataclass_fields__")
    is_decorated = any(marker in vars(cls) for marker in markers)
    if is_decorated or is_typeddict(cls) or _is_namedtuple(cls):
        return
    own = vars(cls).get("__annotations__", {})
    forgotten = [name for name, kind in own.items() if "ClassVar" not in str(kind)]
    if forgotten:
        message = f"{cls.__qualname__} has a field {forgotten[0]!r}, but only its base is decorated"
        hint = "ask the module's author to decorate it, too"
        raise StructureErrors((Fault(Code.UNSUPPORTED_TYPE, message, hint=hint),))


def _overrides_of(cls: Any) -> tuple[dict[str, Any], set[str], set[str]]:
    """Read from the settings of a class what cattrs needs.

    Returns:
        That; the keys that may be null; and those whose default is as good as anything that stands
        in for what is absent.
    """
    settings = settings_of(cls) if attrs.has(cls) else {}
    if not settings:
        return {}, set(), set()
    # What is not a setting is filled in later, and a file must not set it.
    overrides = {field.name: override(omit=True) for field in attrs.fields(cls)}
    overrides |= {field.name: override(rename=key) for key, (field, _) in settings.items()}
    nulls = {key for key, (_, each) in settings.items() if each.null_is_default}
    # But a secret that is absent makes a difference by being there.
    optional = {k for k, (field, _) in settings.items() if field.default is not attrs.NOTHING}
    return overrides, nulls, {key for key in optional if settings[key][0].repr}


def _odd_keys(keys: list[Any], build: Callable[[], Any]) -> StructureErrors:
    """Report keys that are not strings, and whatever else is wrong."""
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
    """Run every validator of an instance that could not be made; attrs stops at the first."""
    try:
        # Not thread-safe, as attrs warns: another thread's instances may go unchecked right now.
        # It happens only for a config that is about to be refused.
        with attrs.validators.disabled():
            instance = build()
    except Exception:  # noqa: BLE001 - not a validator refused, then
        return
    for field in attrs.fields(type(instance)):
        if field.validator is not None:
            try:
                field.validator(instance, field, getattr(instance, field.name))
            except Exception as error:  # noqa: BLE001 - whatever it raises is its refusal
                yield from (fault.under(field.alias) for fault in faults_of(error))


def _has_check(cls: Any) -> bool:
    return get_origin(cls) is Annotated and isinstance(get_args(cls)[1], Check)


def _check_hook(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    plain, check = get_args(cls)
    hook = converter.get_structure_hook(plain)

    def structure_checked(value: Any, _cls: Any) -> Any:
        result = hook(value, plain)
        if check.accepts(result):
            return result
        message = f"{show(shown(value))} is not allowed here"
        raise StructureErrors((Fault(Code.NOT_ALLOWED, message, expected=check.expected),))

    return structure_checked
