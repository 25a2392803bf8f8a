from __future__ import annotations

from typing import Annotated, Any

import pytest

from hostkit.config import Fault, StructureErrors, structure
from hostkit.config._check import Check

_EVEN: Any = Annotated[int, Check(lambda number: number % 2 == 0, "an even number")]


def test_a_checked_value_is_taken() -> None:
    """What the check accepts is taken as the plain type would."""
    assert structure(4, _EVEN) == 4


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (3, Fault("HK027", "the number 3 is not allowed here", expected="an even number")),
        (
            None,
            Fault("HK020", "null is of the wrong type", expected="a whole number"),
        ),
    ],
)
def test_a_checked_value_is_refused(value: Any, fault: Fault) -> None:
    """The check is asked only about values of the right type, and says what it allows."""
    with pytest.raises(StructureErrors) as caught:
        structure(value, _EVEN)
    assert caught.value.faults == (fault,)


def test_other_annotations_mean_nothing() -> None:
    """A type annotated for someone else is its plain type."""
    annotated: Any = Annotated[int, "a note"]
    assert structure(5, annotated) == 5
