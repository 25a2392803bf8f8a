from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostkit.config import parse_bytes, parse_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("200ms", 0.2), ("5s", 5), ("1.5s", 1.5), ("2m", 120), ("1h", 3600), ("1d", 86400), ("0s", 0)],
)
def test_durations_are_read_as_seconds(text: str, seconds: float) -> None:
    """Every unit of a duration is understood, fractions included."""
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "s", "-5s", "5 s", "5S", "1e3s", ".5s", "5.s", "٣s", "5s\n", "9" * 400 + "d"]
)
def test_other_texts_are_no_durations(text: str) -> None:
    """Whatever is not a number and a unit is refused, and the message shows the grammar."""
    with pytest.raises(ValueError, match="is not a duration; expected a number and a unit, such"):
        parse_seconds(text)


@pytest.mark.parametrize(
    ("value", "size"),
    [(512, 512), (0, 0), ("512", 512), ("64K", 65536), ("10M", 10485760), ("1G", 1073741824)],
)
def test_sizes_are_read_as_bytes(value: int | str, size: int) -> None:
    """A size is a plain number of bytes, or one with a unit that is a power of 1024."""
    assert parse_bytes(value) == size


@pytest.mark.parametrize("value", ["", "K", "64k", "64KB", "1.5M", "-1", -1, True, "9" * 5000])
def test_other_values_are_no_sizes(value: int | str) -> None:
    """Whatever is not a whole number with a known unit is refused, and the message says how."""
    with pytest.raises(ValueError, match="is not a size; expected a whole number of bytes"):
        parse_bytes(value)


@given(st.integers(0, 10**12), st.sampled_from([("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]))
def test_durations_round_trip(number: int, unit: tuple[str, float]) -> None:
    """A whole number of a unit comes back as exactly that many."""
    name, seconds = unit
    assert round(parse_seconds(f"{number}{name}") / seconds) == number


@given(st.integers(0, 10**12), st.sampled_from([("", 0), ("K", 10), ("M", 20), ("G", 30)]))
def test_sizes_round_trip(number: int, unit: tuple[str, int]) -> None:
    """A number of a unit comes back as exactly that many bytes."""
    name, bits = unit
    assert parse_bytes(f"{number}{name}") == number << bits
