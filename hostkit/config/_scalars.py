"""Single values: taken as they are, except durations and sizes, which are written with units.

No ``"no"`` becomes a boolean and no ``"5"`` a number.
"""

from __future__ import annotations

import re
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal, NewType, get_args, get_origin

from hostkit.codes import Code
from hostkit.config._faults import Fault, StructureErrors
from hostkit.config._plain import bare, is_absent, is_secret, read_as, readings, shown, why_string
from hostkit.wording import did_you_mean, either, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from cattrs import Converter

Seconds = NewType("Seconds", float)
"""A field type: a duration, written ``200ms 5s 2m 1h 1d``, held in seconds."""

Bytes = NewType("Bytes", int)
"""A field type: a size, written ``512 64K 10M 1G``, held in bytes."""

_DURATION_FORM: Final = "a number and a unit, such as 200ms, 5s, 1.5m, 1h or 1d"
_SIZE_FORM: Final = "a whole number of bytes, or one with a unit, such as 64K, 10M or 1G"

_EXPECTED: Final[dict[Any, str]] = {
    bool: "true or false",
    bytes: "binary data (!!binary and base64)",
    float: "a number",
    int: "a whole number",
    str: "a string",
    type(None): "null",
}
# The unit of a longer one cannot be guessed, and Python refuses to print very long numbers.
_LONGEST_SECONDS: Final = 10**9

# As many digits as anyone needs; so the arithmetic below can neither overflow nor be slow.
_DURATION: Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)")
_SIZE: Final = re.compile(r"([0-9]{1,15})([KMG]?)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60}
_BYTES: Final = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}


def parse_seconds(text: str) -> float:
    """Read a duration.

    Args:
        text: A number directly followed by its unit: ``ms``, ``s``, ``m``, ``h`` or ``d``.

    Returns:
        The duration in seconds.

    Raises:
        ValueError: It is not a duration. The message shows what one looks like.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{show(text)} is not a duration; expected {_DURATION_FORM}")
    number, unit = float(match[1]), match[2]
    # Dividing is exact where multiplying by 0.001 is not.
    return number / 1000 if unit == "ms" else number * _SECONDS[unit]


def parse_bytes(value: int | str) -> int:
    """Read a size; its units are powers of 1024.

    Args:
        value: A whole number of bytes, or a number directly followed by ``K``, ``M`` or ``G``.

    Returns:
        The size in bytes.

    Raises:
        ValueError: It is not a size. The message shows what one looks like.
    """
    if isinstance(value, str) and (match := _SIZE.fullmatch(value)):
        return int(match[1]) * _BYTES[match[2]]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError(f"{show(value)} is not a size; expected {_SIZE_FORM}")


def register(converter: Converter) -> None:
    """Add the hooks for all types whose values are a single thing."""
    # cattrs looks these up by class, with their subclasses: `bool` and every `StrEnum` too.
    for cls in (str, int, float, bytes):
        converter.register_structure_hook(cls, _structure_scalar)
    converter.register_structure_hook(Enum, _structure_enum)
    converter.register_structure_hook_func(lambda cls: cls in {type(None), None}, _structure_scalar)
    converter.register_structure_hook_func(_is_literal, _structure_literal)
    converter.register_structure_hook_func(lambda cls: cls is Seconds, structure_seconds)
    converter.register_structure_hook_func(lambda cls: cls is Bytes, _structure_bytes)


def wrong_type(value: Any, expected: str, hint: str | None = None) -> StructureErrors:
    """Build the error for a value of another type than the one needed.

    Args:
        value: The value.
        expected: What would have been right.
        hint: How to write that; by default a hint about quotes, if they make the difference.
    """
    value = shown(value)
    if isinstance(value, str) and expected in {_EXPECTED[bool], _EXPECTED[int], _EXPECTED[float]}:
        hint = why_string(value, is_boolean=expected == _EXPECTED[bool])
    elif expected == _EXPECTED[str] and isinstance(value, bool | int | float | date):
        hint = "write it in quotes"
    message = f"{show(value)} is of the wrong type"
    return StructureErrors((Fault(Code.WRONG_TYPE, message, expected=expected, hint=hint),))


def unsupported(cls: Any) -> Callable[[Any, Any], Any]:
    """Make the hook of a type that cannot be filled: it refuses every value."""
    name = cls.__name__ if isinstance(cls, type) else str(cls)
    fault = Fault(
        Code.UNSUPPORTED_TYPE,
        f"the type {name} cannot be filled from a config file",
        hint="ask the module's author to use another field type, or to write parse_config()",
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
    plain, value = value, read_as(value, cls)
    if cls is float and type(value) is int:
        return _to_float(value)
    if type(value) is not cls:
        raise wrong_type(shown(plain) if is_secret(plain) else value, _EXPECTED[cls])
    return value


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
    plain, value = value, shown(value)
    for each in readings(plain, [written for written, _ in choices]):
        for written, chosen in choices:
            # Without the types `true` would be 1.
            if type(written) is type(each) and written == each:
                return chosen
    names = [written for written, _ in choices if isinstance(written, str)]
    fault = Fault(
        Code.NOT_A_CHOICE,
        f"{show(value)} is not one of the choices",
        expected=either([_in_yaml(written) for written, _ in choices]),
        hint=did_you_mean(value, names) if isinstance(value, str) else None,
    )
    raise StructureErrors((fault,))


def _in_yaml(choice: Any) -> str:
    if choice is None:
        return "null"
    return repr(choice).lower() if isinstance(choice, bool) else repr(choice)


def structure_seconds(value: Any, _cls: Any) -> float:
    """Fill a `Seconds`."""
    hint = None
    if is_absent(value):
        return 1.0
    number = read_as(value, int) if isinstance(bare(value), int) else bare(value)
    if isinstance(number, str):
        try:
            return parse_seconds(number)
        except ValueError:
            pass
    elif type(number) in {int, float} and 0 < number < _LONGEST_SECONDS:
        hint = f"write a unit: {number}s"
    message = f"{show(shown(value))} is not a duration"
    fault = Fault(Code.NOT_A_DURATION, message, expected=_DURATION_FORM, hint=hint)
    raise StructureErrors((fault,))


def _structure_bytes(value: Any, _cls: Any) -> int:
    if is_absent(value):
        return 1
    number = read_as(value, int) if isinstance(bare(value), int) else bare(value)
    try:
        return parse_bytes(number)
    except ValueError:
        fault = Fault(Code.NOT_A_SIZE, f"{show(shown(value))} is not a size", expected=_SIZE_FORM)
    raise StructureErrors((fault,))
