"""What one scalar without quotes means: in YAML 1.1, as PyYAML reads it, and in YAML 1.2."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

import yaml
from yaml.constructor import SafeConstructor

_INT: Final = re.compile(r"[-+]?[0-9]{1,400}")
_OCTAL: Final = re.compile(r"0o[0-7]{1,400}")
_HEX: Final = re.compile(r"0x[0-9a-fA-F]{1,400}")
_FLOAT: Final = re.compile(
    r"[-+]?(?:\.[0-9]{1,400}|[0-9]{1,400}(?:\.[0-9]{0,400})?)(?:[eE][-+]?[0-9]{1,4})?"
)
_NO_NUMERALS: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_ENDLESS: Final = frozenset({float("inf"), float("-inf")})
BOOLS: Final[dict[str, bool]] = {
    form: value
    for word, value in {**SafeConstructor.bool_values, "y": True, "n": False}.items()
    for form in (word, word.capitalize(), word.upper())
}
"""The booleans of YAML 1.1, those of one letter included, which PyYAML leaves out."""


class Scalars(SafeConstructor):
    """Reads single values as PyYAML does, and the lone `=`, which it forgot."""

    yaml_constructors: ClassVar[dict[str | None, Any]] = {
        **SafeConstructor.yaml_constructors,
        "tag:yaml.org,2002:value": SafeConstructor.construct_yaml_str,
    }


def older(text: str) -> Any:
    """Read a scalar without quotes as PyYAML does; what it cannot read is a string.

    Args:
        text: What is written.
    """
    resolver: Any = yaml.resolver.Resolver()
    tag = resolver.resolve(yaml.ScalarNode, text, (True, False))
    try:
        return Scalars().construct_object(yaml.ScalarNode(tag, text), deep=True)
    except Exception:  # noqa: BLE001 - PyYAML lets its own slips out, too
        return text


def core(text: str) -> Any:
    """Read a plain scalar as YAML 1.2 does, which includes the forms of JSON.

    Args:
        text: What is written.

    Returns:
        A number or a boolean; or the text itself, if it is neither.
    """
    if _INT.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text) or _HEX.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and (number := float(text)) not in _ENDLESS:
        return number
    if _NO_NUMERALS.fullmatch(text):
        return float(text.replace(".", ""))
    return text.lower() == "true" if text.lower() in {"true", "false"} else text


def is_number(value: Any) -> bool:
    """Whether a value is a number, which `True` is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)
