from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hostkit.config import StructureErrors, structure, structuring_for

from .conftest import Write
from .faulty import fault as fault_in
from .faulty import written


@pytest.mark.parametrize(
    ("text", "cls", "value"),
    [
        ("192.0.2.1", IPv4Address, IPv4Address("192.0.2.1")),
        ("2001:db8::1", IPv6Address, IPv6Address("2001:db8::1")),
        ("1:2:3:4:5:6:7:8", IPv6Address, IPv6Address("1:2:3:4:5:6:7:8")),
        ("192.0.2.0/24", IPv4Network, IPv4Network("192.0.2.0/24")),
        ("2001:db8::/32", IPv6Network, IPv6Network("2001:db8::/32")),
        ("192.0.2.1/24", IPv4Interface, IPv4Interface("192.0.2.1/24")),
        ("2001:db8::1/32", IPv6Interface, IPv6Interface("2001:db8::1/32")),
        ("192.0.2.1", IPv4Address | IPv6Address, IPv4Address("192.0.2.1")),
        ("'::1'", IPv4Address | IPv6Address, IPv6Address("::1")),
        (
            "123e4567-e89b-12d3-a456-426614174000",
            UUID,
            UUID("123e4567-e89b-12d3-a456-426614174000"),
        ),
        ("00000000000000000000000000000010", UUID, UUID(int=16)),
        ("'^a+$'", re.Pattern, re.compile("^a+$")),
        ("'^a+$'", re.Pattern[str], re.compile("^a+$")),
        ("12:30", time, time(12, 30)),
        ("08:30", time, time(8, 30)),
        ("'23:59:59'", time, time(23, 59, 59)),
        ("23:59:59", time, time(23, 59, 59)),
        ("2026-01-31", date, date(2026, 1, 31)),
        ('"2026-01-31"', date, date(2026, 1, 31)),
        ('"2026-01-31 12:00:00"', datetime, datetime(2026, 1, 31, 12)),  # noqa: DTZ001
        ("2026-01-31 12:00:00Z", datetime, datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("200ms", timedelta, timedelta(milliseconds=200)),
        ("1.5h", timedelta, timedelta(minutes=90)),
        ("0.10", Decimal, Decimal("0.10")),
        ("'0.10'", Decimal, Decimal("0.10")),
        ("5", Decimal, Decimal(5)),
        ("1e-3", Decimal, Decimal("0.001")),
        ("0x1F", Decimal, Decimal(31)),
        ("a/b", Path, Path("a/b")),
        ("[a, b]", list[Path], [Path("a"), Path("b")]),
        ("{192.0.2.1: 5}", dict[IPv4Address, int], {IPv4Address("192.0.2.1"): 5}),
    ],
)
def test_types_that_are_written_as_strings(write: Write, text: str, cls: Any, value: Any) -> None:
    """Each has the form that people expect; what YAML 1.1 takes for a number is text again."""
    read = structure(written(write, text), cls)
    assert (read, type(read), str(read)) == (value, type(value), str(value))


@pytest.mark.parametrize(
    ("value", "cls", "code", "message", "expected"),
    [
        (
            "192.0.2.256",
            IPv4Address,
            "HK032",
            "the string '192.0.2.256' is not an IPv4 address",
            "an IPv4 address, such as 192.0.2.1",
        ),
        (
            "192.0.2.1/24",
            IPv4Network,
            "HK032",
            "the string '192.0.2.1/24' is not an IPv4 network",
            "an IPv4 network, such as 192.0.2.0/24",
        ),
        (
            "a)",
            re.Pattern[str],
            "HK032",
            "the string 'a)' is not a regular expression: unbalanced parenthesis at position 1",
            "a regular expression, as a string",
        ),
        (
            "xyz",
            UUID,
            "HK032",
            "the string 'xyz' is not a UUID",
            "a UUID, such as 123e4567-e89b-12d3-a456-426614174000",
        ),
        (
            "12",
            time,
            "HK032",
            "the string '12' is not a time of day",
            "a time of day, such as 08:30 or 23:59:59",
        ),
        (
            750,
            time,
            "HK020",
            "the number 750 is of the wrong type",
            "a time of day, such as 08:30 or 23:59:59",
        ),
        ("x", Decimal, "HK032", "the string 'x' is not a number", "a number, such as 0.10"),
        ("NaN", Decimal, "HK032", "the string 'NaN' is not a number", "a number, such as 0.10"),
        (True, Decimal, "HK020", "true is of the wrong type", "a number, such as 0.10"),
        (
            5,
            timedelta,
            "HK025",
            "the number 5 is not a duration",
            "a number and a unit, such as 200ms, 5s, 1.5m, 1h or 1d",
        ),
        (
            "999999999999d",
            timedelta,
            "HK032",
            "the string '999999999999d' is not a duration",
            "a duration, of at most 999999999 days",
        ),
        (
            "today",
            date,
            "HK032",
            "the string 'today' is not a date",
            "a date, such as 2026-01-31",
        ),
        (5, date, "HK020", "the number 5 is of the wrong type", "a date, such as 2026-01-31"),
        (5, IPv4Address, "HK020", "the number 5 is of the wrong type", None),
    ],
)
def test_what_is_not_of_its_form_is_refused(
    value: Any, cls: Any, code: str, message: str, expected: str | None
) -> None:
    """The message shows the form, and for a pattern what is wrong with it."""
    fault = fault_in(value, cls)
    assert (fault.code, fault.message) == (code, message)
    assert expected in {fault.expected, None}


def test_a_pattern_of_bytes_cannot_be_filled() -> None:
    """A file holds text."""
    assert fault_in("a", re.Pattern[bytes]).code == "HK029"


def test_a_number_keeps_its_digits_only_in_a_file() -> None:
    """A program's float has the digits that Python shows."""
    assert structure(0.1, Decimal) == Decimal("0.1")


def test_a_number_with_two_meanings_is_refused(write: Write) -> None:
    """As for any other number."""
    with pytest.raises(StructureErrors, match="but the number 10 in"):
        structure(written(write, "010"), Decimal)


def test_relative_paths_start_at_the_folder(tmp_path: Path) -> None:
    """Within the load of a module that is the config file's; absolute paths stay."""
    with structuring_for(object, tmp_path):
        assert structure(["a", "/b"], list[Path]) == [tmp_path / "a", Path("/b")]
    assert structure("a", Path) == Path("a")


@pytest.mark.parametrize("text", ["7:05", "25:00", "1:2:3"])
def test_a_wrong_time_is_shown_as_it_is_written(write: Write, text: str) -> None:
    """And not as the number that YAML 1.1 reads."""
    with pytest.raises(StructureErrors) as caught:
        structure(written(write, text), time)
    (fault,) = caught.value.faults
    assert fault.message == f"the string '{text}' is not a time of day"
