"""How the gateway writes results and other values as JSON, and what it says of their types."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, Union, get_args, get_origin

import attrs
from cattrs.preconf.json import make_converter

from hostkit.loops import attempt
from hostkit.rules import (
    NO_ANSWER,
    AsWritten,
    Collect,
    Continue,
    Exclusive,
    FirstDenial,
    FirstResult,
    Gives,
    GivesAnswer,
    GivesList,
    GivesValue,
    Merge,
    Rule,
)
from hostkit.web._json import MAX_DEPTH, check_depth
from hostkit.web.gateway._entries import (
    KEY,
    VALUE,
    entries_of,
    has_tuple_keys,
    unstructure_entries,
)
from hostkit.web.gateway._structuring import annotations_of
from hostkit.wording import clean, type_name

if TYPE_CHECKING:
    from hostkit.specs import Hookspec

Show: TypeAlias = Callable[[str], str]
"""Takes the `repr` of a part that JSON has no form for, whole, and returns what stands for it."""

LONGEST_SHOWN: Final = 300
"""How many characters are shown of a part that JSON has no form for."""

_UNWRITABLE: Final = object()
_PLAIN: Final = frozenset({bool, type(None)})

_converter: Final = make_converter()
_converter.register_unstructure_hook_factory(has_tuple_keys, unstructure_entries)
_converter.register_unstructure_hook(bytes, lambda value: base64.b64encode(value).decode())


def _shorten(text: str) -> str:
    return clean(text, str, LONGEST_SHOWN)


def to_json(value: Any, show: Show = _shorten, hint: Any = None) -> Any:
    """Make a value that can be written as JSON, whatever it is.

    Enumerations, dates, bytes (base64), sets, attrs classes and dataclasses are plain data; a
    mapping with tuples for keys is a list of entries. What
    JSON has no form for (other objects; NaN and infinity; lone surrogates; values that contain
    themselves, or are nested too deep) is shown by its `repr`, and the rest is as it is.

    Args:
        value: The value.
        show: Is called for each part that is shown by its `repr`.
        hint: The annotation of the value, which counts only for mappings with tuples for keys: of
            an empty one nothing else says that it is written as a list of entries.
    """
    # The whole at first: most values have nothing odd in them, and cattrs has code for each class.
    plain = _whole(value, hint)
    return _parts(value, show, ()) if plain is _UNWRITABLE else plain


def _whole(value: Any, hint: Any = None) -> Any:
    kind = type(value)
    if kind in _PLAIN or (kind is str and value.isascii()):
        return value
    unstructure = _unstructure if hint is None else partial(_unstructure, hint=hint)
    return attempt(unstructure, value, otherwise=_UNWRITABLE)


def _unstructure(value: Any, hint: Any = None) -> Any:
    plain = _converter.unstructure(value, hint)
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
    entries = entries_of(members) if isinstance(members, dict) else None
    if entries is not None:
        parts = [(_parts(name, show, inside), _parts(part, show, inside)) for name, part in entries]
        return [{KEY: name, VALUE: part} for name, part in parts]
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
    return show(text.encode(errors="backslashreplace").decode())


def result_hint(spec: Hookspec) -> Any:
    """Say what callers of a hook get, as far as annotations say.

    Args:
        spec: The hook; if it can deny, one of which an argument can be replaced.

    Returns:
        An annotation; `Any` if the rule is not known, or a function of it not annotated.
    """
    answer = annotations_of(spec.function).get("return", Any)
    match spec.rule:
        case FirstDenial():
            return answer
        case Merge(combine=combine, stop_at=token):
            combined = _returned(combine)
            return combined if token is NO_ANSWER else _either(combined, type(token))
        case Collect(read=read):
            return list[answer if read is None else _read_by(read)]  # type: ignore[misc]
        case FirstResult() | Exclusive() as rule:
            return _first(rule, answer)
        case other:
            return _declared(type(other), answer)


def _first(rule: FirstResult[Any] | Exclusive[Any], answer: Any) -> Any:
    if rule.read is not None:
        return _either(_read_by(rule.read), type(rule.default))
    if rule.default is None:
        return answer
    passes = isinstance(rule, FirstResult)
    return _either(_without(answer, NoneType) if passes else answer, type(rule.default))


def _declared(rule: type[Rule[Any]], answer: Any) -> Any:
    """Say what the class of a rule declares about its results: ``Rule[Gives[bool]]``."""
    bases = [base for cls in rule.__mro__ for base in vars(cls).get("__orig_bases__", ())]
    gives: Any = next((get_args(base)[0] for base in bases if get_origin(base) is Rule), None)
    of = (*get_args(gives), Any)[0]
    known: dict[Any, Any] = {
        AsWritten: answer,
        Gives: of,
        GivesAnswer: _either(answer, of),
        GivesList: list[answer],
        GivesValue: _either(_without(answer, NoneType), of),
    }
    return known.get(get_origin(gives) or gives, Any)


def _read_by(read: Callable[..., Any]) -> Any:
    return _without(_returned(read), Continue)


def _returned(function: Callable[..., Any]) -> Any:
    if isinstance(function, type):
        return function
    try:
        return annotations_of(function, Continue=Continue).get("return", Any)
    except (AttributeError, KeyError):  # it is not a function, or of no module
        return Any


def _without(hint: Any, kind: type) -> Any:
    """Take a class, and literals of its members, out of a union."""
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    left = [each for each in members if each is not kind and not _is_literal_of(each, kind)]
    return _either(*left)


def _is_literal_of(hint: Any, kind: type) -> bool:
    return get_origin(hint) is Literal and all(isinstance(each, kind) for each in get_args(hint))


def _either(*hints: Any) -> Any:
    """Make a union; with nothing in it, it is `None`, and with `Any`, anything."""
    if Any in hints:
        return Any
    return Union[hints] if hints else NoneType  # noqa: UP007 -- strings have no `|`
