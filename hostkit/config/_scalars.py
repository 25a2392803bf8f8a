"""Hooks that take single values as they are: no ``"no"`` becomes a boolean, no ``"5"`` a number."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from hostkit.codes import Code
from hostkit.config._fault import Fault, StructureErrors
from hostkit.config._units import DURATION, SIZE, Bytes, Seconds, parse_bytes, parse_seconds
from hostkit.wording import did_you_mean, either, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from cattrs import Converter

_EXPECTED: Final[dict[Any, str]] = {
    bool: "true or false",
    bytes: "binary data (!!binary and base64)",
    date: "a date, such as 2026-01-31",
    datetime: "a date and a time, such as 2026-01-31 12:00:00",
    float: "a number",
    int: "a whole number",
    str: "a string",
    type(None): "null",
    Path: "a path, as a string",
}
# Of longer ones nobody knows the unit; and Python prints no number of any length.
_LONGEST_SECONDS: Final = 10**9
_IS_STRING: Final = "a value in quotes, or from !env or !file, is always a string"


def register(converter: Converter) -> None:
    """Teach a converter all types whose values are a single thing."""
    # cattrs looks these up by class, with their subclasses: `bool` and every `StrEnum` too.
    for cls in (str, int, float, bytes, Path):
        converter.register_structure_hook(cls, _structure_scalar)
    converter.register_structure_hook(Enum, _structure_enum)
    converter.register_structure_hook_func(
        lambda cls: cls in {date, datetime, type(None), None}, _structure_scalar
    )
    converter.register_structure_hook_func(_is_literal, _structure_literal)
    converter.register_structure_hook_func(lambda cls: cls is Seconds, _structure_seconds)
    converter.register_structure_hook_func(lambda cls: cls is Bytes, _structure_bytes)


def wrong_type(value: Any, expected: str) -> StructureErrors:
    """Build the error for a value of another type than the one needed."""
    hint = None
    if isinstance(value, str) and expected in {_EXPECTED[bool], _EXPECTED[int], _EXPECTED[float]}:
        hint = _IS_STRING
    elif expected == _EXPECTED[str] and isinstance(value, bool | int | float | date):
        hint = "write it in quotes"
    message = f"{show(value)} is of the wrong type"
    return StructureErrors((Fault(Code.WRONG_TYPE, message, expected=expected, hint=hint),))


def unsupported(cls: Any) -> Callable[[Any, Any], Any]:
    """Make the hook of a type nobody taught the converter: it refuses every value."""
    name = cls.__name__ if isinstance(cls, type) else str(cls)
    fault = Fault(
        Code.UNSUPPORTED_TYPE,
        f"the type {name} cannot be filled from a config file",
        hint="tell the module's author: use another field type, or write parse_config()",
    )

    def refuse(_value: Any, _cls: Any) -> Any:
        raise StructureErrors((fault,))

    return refuse


def _structure_scalar(value: Any, cls: Any) -> Any:
    if isinstance(cls, type) and issubclass(cls, Enum):
        return _structure_enum(value, cls)
    if cls is None:
        cls = type(None)
    if cls not in _EXPECTED:
        return unsupported(cls)(value, cls)
    if cls is float and type(value) is int:
        return _to_float(value)
    if type(value) is not (str if cls is Path else cls):
        raise wrong_type(value, _EXPECTED[cls])
    return Path(value) if cls is Path else value


def _is_literal(cls: Any) -> bool:
    origin: Any = get_origin(cls)
    return origin is Literal


def _to_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise wrong_type(value, _EXPECTED[float]) from None


def _structure_enum(value: Any, cls: type[Enum]) -> Any:
    return _choose(value, [(member.value, member) for member in cls])


def _structure_literal(value: Any, cls: Any) -> Any:
    return _choose(value, [(_plain(choice), choice) for choice in get_args(cls)])


def _plain(choice: Any) -> Any:
    return choice.value if isinstance(choice, Enum) else choice


def _choose(value: Any, choices: list[tuple[Any, Any]]) -> Any:
    for written, chosen in choices:
        # Without the types `true` would be 1.
        if type(written) is type(value) and written == value:
            return chosen
    names = [written for written, _ in choices if isinstance(written, str)]
    fault = Fault(
        Code.NOT_A_CHOICE,
        f"{show(value)} is not one of the choices",
        expected=either([repr(written) for written, _ in choices]),
        hint=did_you_mean(value, names) if isinstance(value, str) else None,
    )
    raise StructureErrors((fault,))


def _structure_seconds(value: Any, _cls: Any) -> float:
    hint = None
    if isinstance(value, str):
        try:
            return parse_seconds(value)
        except ValueError:
            pass
    elif type(value) in {int, float} and 0 < value < _LONGEST_SECONDS:
        hint = f"write a unit: {value}s"
    message = f"{show(value)} is not a duration"
    fault = Fault(Code.NOT_A_DURATION, message, expected=DURATION, hint=hint)
    raise StructureErrors((fault,))


def _structure_bytes(value: Any, _cls: Any) -> int:
    try:
        return parse_bytes(value)
    except ValueError:
        fault = Fault(Code.NOT_A_SIZE, f"{show(value)} is not a size", expected=SIZE)
    raise StructureErrors((fault,))
