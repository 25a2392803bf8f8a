"""Mappings whose keys are tuples: in JSON, a list of entries, each with its key and its value.

A key of an object in JSON is a string, so ``{("m.room.topic", ""): event}`` has no form as an
object from which any tuple could be read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args, get_origin, get_type_hints

from hostkit.codes import Code
from hostkit.config import Fault, StructureErrors, faults_of, wrong_type
from hostkit.config.schemas import MAPPINGS, UNIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cattrs import Converter

KEY: Final = "key"
VALUE: Final = "value"

_EXPECTED: Final = f"a list of objects with {KEY!r} and {VALUE!r}"


def has_tuple_keys(hint: Any) -> bool:
    """Whether an annotation is that of a mapping with tuples for keys, if only among others."""
    return get_origin(hint) in MAPPINGS and _may_be_tuple(get_args(hint)[0])


def mentions_tuple_keys(hint: Any) -> bool:
    """Whether there is such a mapping in an annotation, at any depth."""
    return has_tuple_keys(hint) or any(mentions_tuple_keys(each) for each in get_args(hint))


def _may_be_tuple(hint: Any) -> bool:
    if get_origin(hint) is Annotated or get_origin(hint) in UNIONS:
        return any(_may_be_tuple(each) for each in get_args(hint))
    base = get_origin(hint) or hint
    return isinstance(base, type) and issubclass(base, tuple)


def structure_entries(hint: Any, converter: Converter) -> Callable[[Any, Any], dict[Any, Any]]:
    """Make the structure hook of a mapping with tuples for keys.

    Args:
        hint: Its annotation.
        converter: Structures keys and values.
    """
    key_hint, value_hint = get_args(hint)
    read_key = _key_hook(key_hint, converter)
    read_value = converter.get_structure_hook(value_hint)

    def structure(given: Any, _hint: Any) -> dict[Any, Any]:
        if given == {}:  # what an empty mapping was before there were entries
            return {}
        if not isinstance(given, list | tuple):
            raise wrong_type(given, _EXPECTED)
        read: dict[Any, Any] = {}
        faults: list[Fault] = []
        for index, entry in enumerate(given):
            try:
                _check_entry(entry)
                key = _part(KEY, entry, read_key, key_hint)
                value = _part(VALUE, entry, read_value, value_hint)
                _check_key(key, read)
            except StructureErrors as error:
                faults += (fault.under(index) for fault in error.faults)
            else:
                read[key] = value
        if faults:
            raise StructureErrors(tuple(faults))
        return read

    return structure


def _part(name: str, entry: Mapping[str, Any], read: Callable[[Any, Any], Any], hint: Any) -> Any:
    try:
        return read(entry[name], hint)
    except Exception as error:  # noqa: BLE001 -- a class may refuse in its own way
        raise StructureErrors(tuple(fault.under(name) for fault in faults_of(error))) from None


def _check_entry(entry: Any) -> None:
    if not isinstance(entry, Mapping):
        raise wrong_type(entry, f"an object with {KEY!r} and {VALUE!r}")
    missing = [name for name in (KEY, VALUE) if name not in entry]
    if missing:
        faults = [Fault(Code.MISSING_KEY, f"the key {name!r} is missing") for name in missing]
        raise StructureErrors(tuple(faults))
    for name in entry:
        if name not in (KEY, VALUE):
            fault = Fault(Code.UNKNOWN_KEY, f"unknown key {name!r}", (name,), _EXPECTED)
            raise StructureErrors((fault,))


def _check_key(key: Any, read: dict[Any, Any]) -> None:
    message = f"the key {key!r} stands twice"
    try:
        if key not in read:
            return
    except TypeError:
        message = "a list or an object within a key cannot be looked up"
    raise StructureErrors((Fault(Code.NOT_ALLOWED, message, (KEY,)),))


def key_form(hint: Any) -> Any:
    """Say how a key is written: a named tuple as the tuple that it is."""
    if _is_named(hint):
        types = get_type_hints(hint)
        return tuple[tuple(types.get(name, Any) for name in hint._fields)]  # type: ignore[misc]
    return hint


def _is_named(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields")


def _key_hook(hint: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    form = key_form(hint)
    read: Callable[[Any, Any], Any] = converter.get_structure_hook(form)
    return (lambda value, _: hint(*read(value, form))) if _is_named(hint) else read


def unstructure_entries(hint: Any, converter: Converter) -> Callable[[Any], list[dict[str, Any]]]:
    """Make the unstructure hook of a mapping with tuples for keys.

    Args:
        hint: Its annotation.
        converter: Unstructures keys and values.
    """
    value_hint = get_args(hint)[1]
    inner = value_hint if mentions_tuple_keys(value_hint) else None

    def unstructure(given: Any) -> list[dict[str, Any]]:
        return [
            {KEY: converter.unstructure(key), VALUE: converter.unstructure(value, inner)}
            for key, value in given.items()
        ]

    return unstructure


def entries_of(given: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]] | None:
    """List the entries of a mapping of which a key is a tuple; `None` for any other."""
    return iter(given.items()) if any(isinstance(key, tuple) for key in given) else None
