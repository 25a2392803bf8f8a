"""`to_json`: whatever modules give, as JSON; what JSON has no form for is shown by its `repr`."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, TypeAlias

import attrs
from cattrs.preconf.json import make_converter

from hostkit.loops import attempt
from hostkit.web._json import MAX_DEPTH, check_depth
from hostkit.wording import type_name

Show: TypeAlias = Callable[[str], str]
"""Takes the `repr` of a part that JSON has no form for, and returns what stands for it."""

_LONGEST: Final = 300
_UNWRITABLE: Final = object()
_PLAIN: Final = frozenset({bool, type(None)})

_converter: Final = make_converter()
_converter.register_unstructure_hook(bytes, lambda value: base64.b64encode(value).decode())


def to_json(value: Any, show: Show = str) -> Any:
    """Make a value that can be written as JSON, whatever it is.

    Enumerations, dates, bytes (base64), sets, attrs classes and dataclasses are plain data. What
    JSON has no form for (other objects; NaN and infinity; lone surrogates; values that contain
    themselves, or are nested too deep) is shown by its `repr`, and the rest is as it is.

    Args:
        value: The value.
        show: Is called for each part that is shown by its `repr`.
    """
    # The whole at first: most values have nothing odd in them, and cattrs has code for each class.
    plain = _whole(value)
    return _parts(value, show, ()) if plain is _UNWRITABLE else plain


def _whole(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN or (kind is str and value.isascii()):
        return value
    return attempt(_unstructure, value, otherwise=_UNWRITABLE)


def _unstructure(value: Any) -> Any:
    plain = _converter.unstructure(value)
    # A lone surrogate could be escaped, but then hardly a parser takes it.
    written = json.dumps(plain, allow_nan=False, ensure_ascii=False).encode()
    if written.count(b"[") + written.count(b"{") > MAX_DEPTH:
        check_depth(plain)
    return plain


def _parts(value: Any, show: Show, above: tuple[int, ...]) -> Any:
    """Write each part of a value for itself."""
    members = attempt(_members, value, otherwise=None)
    if members is None:
        plain = _whole(value)
        return _shown(value, show) if plain is _UNWRITABLE else plain
    if id(value) in above or len(above) >= MAX_DEPTH:
        return _shown(value, show)
    inside = (*above, id(value))
    if isinstance(members, list):
        return [_parts(member, show, inside) for member in members]
    return {_key(name, show): _parts(part, show, inside) for name, part in members.items()}


def _members(value: Any) -> dict[Any, Any] | list[Any] | None:
    """Take a container apart; `None` if it is not one."""
    if isinstance(value, Mapping):
        return dict(value.items())
    if isinstance(value, AbstractSet) or (
        isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | memoryview)
    ):
        return list(value)
    fields: Any = ()
    if attrs.has(type(value)):
        fields = attrs.fields(type(value))
    elif dataclasses.is_dataclass(type(value)):
        fields = dataclasses.fields(value)
    return {field.name: getattr(value, field.name) for field in fields} or None


def _key(name: Any, show: Show) -> str:
    plain = _whole(name)
    if isinstance(plain, str):
        return plain
    # Numbers, booleans and null are written as they are as values; anything else has no such form.
    is_scalar = plain is None or isinstance(plain, int | float)
    return json.dumps(plain) if is_scalar else _shown(name, show)


def _shown(value: Any, show: Show) -> str:
    text = attempt(repr, value, otherwise=f"<{type_name(value)} that cannot be shown>")
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return show(cut.encode(errors="backslashreplace").decode())
