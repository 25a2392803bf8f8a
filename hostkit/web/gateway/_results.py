"""`result_hint`: what a hook's result is, as an annotation; it follows from the rule."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

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
from hostkit.web.gateway._structuring import annotations_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.specs import Hookspec


def result_hint(spec: Hookspec) -> Any:
    """Say what callers of a hook get, as far as annotations tell.

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
