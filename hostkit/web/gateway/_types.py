"""What JSON becomes for each kind of annotation, strictly: nothing is converted silently."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NotRequired, Required, get_args, get_origin, is_typeddict

from hostkit.codes import Code
from hostkit.config import Fault, StructureErrors, strict_converter, wrong_type
from hostkit.web.gateway._annotations import annotations_of
from hostkit.web.gateway._members import Members
from hostkit.web.gateway._views import is_protocol, protocol_hook, structure_view

if TYPE_CHECKING:
    from cattrs import Converter

    from hostkit.web.gateway._members import Structure


def make_converter() -> Converter:
    """Make what structures arguments.

    It is as strict as the one for config files, and knows more: a typed dict may have further
    keys; a class with ``from_string`` is read from a string, as are bytes (base64), dates and
    times (ISO 8601); an object for a protocol, or for another class that nothing is known about,
    becomes an object with attributes.
    """
    converter: Converter = strict_converter(lambda cls: _other_hook(cls, converter))
    converter.register_structure_hook_factory(is_textual, _text_hook)
    converter.register_structure_hook(bytes, _structure_base64)
    converter.register_structure_hook_func(lambda cls: cls in {date, datetime}, _structure_iso)
    return converter


def is_textual(cls: Any) -> bool:
    """Whether a class is written as a string, which its ``from_string`` reads."""
    return isinstance(cls, type) and callable(getattr(cls, "from_string", None))


def is_collection(cls: Any) -> bool:
    """Whether an annotation says no more than that there are several values."""
    return (get_origin(cls) or cls) in {Collection, Iterable}


def keys_of(typed_dict: Any) -> tuple[dict[str, Any], list[str]]:
    """List the keys of a typed dict, each with its annotation, and those it cannot be without."""
    hints = annotations_of(typed_dict)
    # What the class itself knows of this it did not read from annotations that are texts.
    required = [
        name
        for name, hint in hints.items()
        if get_origin(hint) is Required
        or (get_origin(hint) is not NotRequired and name in typed_dict.__required_keys__)
    ]
    return {name: _bare(hint) for name, hint in hints.items()}, required


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) in {Required, NotRequired} else hint


def _other_hook(cls: Any, converter: Converter) -> Structure:
    if is_typeddict(cls):
        return _typed_dict_hook(cls, converter)
    if is_protocol(cls):
        return protocol_hook(cls, converter)
    if is_collection(cls):
        (item,) = get_args(cls) or (Any,)
        return converter.get_structure_hook(tuple[item, ...])  # type: ignore[valid-type]
    if isinstance(cls, type) and cls is not object:
        return structure_view
    return lambda value, _: value


def _typed_dict_hook(cls: Any, converter: Converter) -> Structure:
    hints, required = keys_of(cls)
    members = Members(hints, converter)

    def structure_typed_dict(value: Any, _cls: Any) -> dict[str, Any]:
        filled = members.fill(value)
        missing = [
            Fault(Code.MISSING_KEY, f"the key {key!r} is missing")
            for key in required
            if key not in filled
        ]
        if missing:
            raise StructureErrors(tuple(missing))
        return filled

    return structure_typed_dict


def _text_hook(cls: Any) -> Structure:
    def structure_text(value: Any, _cls: Any) -> Any:
        if not isinstance(value, str):
            raise wrong_type(value, "a string")
        return cls.from_string(value)

    return structure_text


def _structure_base64(value: Any, _cls: Any) -> bytes:
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (ValueError, binascii.Error):
            pass
    raise wrong_type(value, "a string in base64")


def _structure_iso(value: Any, cls: Any) -> Any:
    if isinstance(value, str):
        try:
            return cls.fromisoformat(value)
        except ValueError:
            pass
    raise wrong_type(value, "a date in ISO 8601" if cls is date else "a date and time in ISO 8601")
