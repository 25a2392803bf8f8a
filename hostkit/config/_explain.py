"""From the exceptions cattrs gathers to faults."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import attrs
from cattrs import (
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
)

from hostkit.codes import Code
from hostkit.config._fault import Fault, StructureErrors
from hostkit.errors import ConfigError
from hostkit.wording import either, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator


def faults_of(error: Exception) -> tuple[Fault, ...]:
    """Find every fault an exception tells of, with paths relative to the structured value.

    Raises:
        RecursionError: This is what the exception tells of; its path would be endless.
    """
    match error:
        case StructureErrors():
            return error.faults
        case ConfigError():
            return (Fault(Code.REFUSED_BY_CLASS, error.message, error.path),)
        case RecursionError():
            raise error
        case ClassValidationError():
            return tuple(_in_class(error))
        case IterableValidationError():
            return tuple(_in_items(error))
        case _:
            return (Fault(Code.REFUSED_BY_CLASS, text_of(error)),)


def text_of(error: Exception) -> str:
    """Read an exception's message; the validators of attrs put it first of many arguments."""
    if error.args and isinstance(error.args[0], str) and not isinstance(error, KeyError):
        return error.args[0]
    return f"{type(error).__name__}: {error}"


def _in_class(error: ClassValidationError) -> Iterator[Fault]:
    keys = _keys_of(error.cl)
    in_fields, others = error.group_exceptions()
    misspelt: set[str | None] = set()
    for each in others:
        if not isinstance(each, ForbiddenExtraKeysError):
            yield from faults_of(each)
            continue
        for key in sorted(map(str, each.extra_fields)):
            near = nearest(key, keys.values())
            misspelt.add(near)
            yield _unknown_key(key, near, sorted(keys.values()))
    for each, note in in_fields:
        key = keys.get(note.name, note.name)
        if not isinstance(each, KeyError):
            yield from (fault.under(key) for fault in faults_of(each))
        elif key not in misspelt:  # a misspelt required key is one mistake, not two
            yield Fault(Code.MISSING_KEY, f"the key {key!r} is missing", hint=f"add {key!r}")


def _keys_of(cls: Any) -> dict[str, str]:
    """List the fields of a class that a mapping may fill, each with the key it is written as."""
    if attrs.has(cls):
        return {field.name: field.alias or field.name for field in attrs.fields(cls) if field.init}
    if dataclasses.is_dataclass(cls):
        return {field.name: field.name for field in dataclasses.fields(cls) if field.init}
    return {}


def _unknown_key(key: str, near: str | None, known: list[str]) -> Fault:
    expected = either(known) if known else "no keys at all"
    hint = None if near is None else f"did you mean {near!r}?"
    return Fault(Code.UNKNOWN_KEY, f"unknown key {key!r}", (key,), expected, hint, is_key=True)


def _in_items(error: IterableValidationError) -> Iterator[Fault]:
    in_items, others = error.group_exceptions()
    for each in others:
        yield from faults_of(each)
    for each, note in in_items:
        is_key = note.startswith("Structuring mapping key")
        for fault in faults_of(each):
            yield attrs.evolve(fault.under(*steps_of(note.index)), is_key=fault.is_key or is_key)


def steps_of(key: Any) -> tuple[str | int, ...]:
    """Make a path of a key; one that is no string or number cannot be named in it."""
    return (key,) if isinstance(key, str | int) else ()
