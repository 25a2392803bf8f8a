"""Types whose values are written as strings: addresses, paths, patterns, times of day and so on."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin
from uuid import UUID

from hostkit.codes import Code
from hostkit.config._faults import Fault, StructureErrors
from hostkit.config._plain import Plain, is_secret, read_as, shown
from hostkit.config._scalars import Seconds, structure_seconds, wrong_type
from hostkit.wording import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from cattrs import Converter

_folder: Final[ContextVar[Path | None]] = ContextVar("_folder", default=None)


@contextmanager
def paths_start_at(folder: Path | None) -> Iterator[None]:
    """Let relative paths start at a folder; without one they stay as they are written.

    Args:
        folder: The config file's folder, if there is a file.
    """
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def _path(text: str) -> Path:
    folder = _folder.get()
    return Path(text) if folder is None else folder / text


def _time(text: str) -> time:
    if ":" not in text:
        raise ValueError("no minutes")
    return time.fromisoformat(text)


_FORMS: Final[dict[Any, tuple[Callable[[str], Any], str]]] = {
    IPv4Address: (IPv4Address, "an IPv4 address, such as 192.0.2.1"),
    IPv6Address: (IPv6Address, "an IPv6 address, such as 2001:db8::1"),
    IPv4Network: (IPv4Network, "an IPv4 network, such as 192.0.2.0/24"),
    IPv6Network: (IPv6Network, "an IPv6 network, such as 2001:db8::/32"),
    IPv4Interface: (IPv4Interface, "an IPv4 address with its network, such as 192.0.2.1/24"),
    IPv6Interface: (IPv6Interface, "an IPv6 address with its network, such as 2001:db8::1/32"),
    Path: (_path, "a path, as a string"),
    UUID: (UUID, "a UUID, such as 123e4567-e89b-12d3-a456-426614174000"),
    re.Pattern: (re.compile, "a regular expression, as a string"),
    time: (_time, "a time of day, such as 08:30 or 23:59:59"),
}
_DATES: Final[dict[Any, str]] = {
    date: "a date, such as 2026-01-31",
    datetime: "a date and a time, such as 2026-01-31 12:00:00",
}
_NUMBER: Final = "a number, such as 0.10"


def register(converter: Converter) -> None:
    """Add the hooks for all types whose values are written as strings."""
    converter.register_structure_hook_func(_is_text, _structure_text)
    converter.register_structure_hook_func(_is_decimal, _structure_decimal)
    converter.register_structure_hook_func(lambda cls: cls is timedelta, _structure_timedelta)
    converter.register_structure_hook_func(lambda cls: cls in _DATES, _structure_date)


def register_paths(converter: Converter) -> None:
    """Add the hook for paths."""
    # By class, since cattrs has a hook of that kind for it, which would be found first.
    converter.register_structure_hook(Path, lambda value, _: _structure_text(value, Path))


def _is_text(cls: Any) -> bool:
    # `re.Pattern[bytes]` is not what a file can hold.
    return _base(cls) in _FORMS and get_args(cls) in {(), (str,)}


def _base(cls: Any) -> Any:
    origin: Any = get_origin(cls)
    return cls if origin is None else origin


def _structure_text(value: Any, cls: Any) -> Any:
    base = _base(cls)
    parse, expected = _FORMS[base]
    text = _text_of(value, base)
    if not isinstance(text, str):
        raise wrong_type(value, expected)
    try:
        return parse(text)
    except (ValueError, re.error) as error:
        # What other errors say is the value again, which may be a secret.
        why = f": {error}" if isinstance(error, re.error) else ""
    # `25:00` stands there, and not the number that YAML 1.1 reads.
    is_odd = isinstance(value, Plain) and ":" in text and not is_secret(value)
    raise _bad_form(text if is_odd else value, expected, why)


def _bad_form(value: Any, expected: str, why: str = "") -> StructureErrors:
    kind = expected.partition(",")[0]
    message = f"{show(shown(value))} is not {kind}{why}"
    return StructureErrors((Fault(Code.BAD_FORM, message, expected=expected),))


def _text_of(value: Any, cls: Any) -> Any:
    """Find what is written; `12:30` is a time, although YAML 1.1 reads a number."""
    if isinstance(value, Plain) and cls not in {Path, re.Pattern}:
        return value.text
    return read_as(value, str)


def _is_decimal(cls: Any) -> bool:
    # Whoever asks for one has imported it.
    return "decimal" in sys.modules and cls is sys.modules["decimal"].Decimal


def _structure_decimal(value: Any, cls: type[Decimal]) -> Decimal:
    number = read_as(value, float)
    if type(number) not in {int, float, str}:
        raise wrong_type(value, _NUMBER)
    # As it is written: to a float, 0.10 and 0.1 are one.
    text = value.text if isinstance(value, Plain) else str(number)
    for written in (text, number):
        with suppress(ArithmeticError):  # `decimal.InvalidOperation`
            decimal = cls(written)
            if decimal.is_finite():
                return decimal
    raise _bad_form(value, _NUMBER)


def _structure_date(value: Any, cls: Any) -> Any:
    read = read_as(value, cls)
    if type(read) is cls:
        return read
    if not isinstance(read, str):
        raise wrong_type(value, _DATES[cls])
    try:  # JSON has no dates of its own
        return cls.fromisoformat(read)
    except ValueError:
        raise _bad_form(value, _DATES[cls]) from None


def _structure_timedelta(value: Any, _cls: Any) -> timedelta:
    try:
        return timedelta(seconds=structure_seconds(value, Seconds))
    except OverflowError:
        raise _bad_form(value, "a duration, of at most 999999999 days") from None
