"""Values of settings that are of the right type and yet not allowed."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit.config import from_mapping
from hostkit.errors import ConfigErrors


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({"hostkit": {"receipts": 2**63}}, "a number from 1 to 1000000"),
        ({"hostkit": {"receipts": 0}}, "a number from 1 to 1000000"),
        ({"modules": [{"module": "a.B", "name": "x\ny"}]}, "a name on one line, not empty"),
        ({"modules": [{"module": "a.B", "name": ""}]}, "a name on one line, not empty"),
    ],
)
def test_what_is_out_of_bounds_is_refused(mapping: dict[str, Any], expected: str) -> None:
    """Memory has an end, and a name that could forge lines of a log is no name."""
    with pytest.raises(ConfigErrors) as caught:
        from_mapping(mapping)
    (problem,) = caught.value.problems
    assert ("HK027", expected) == (problem.code, problem.expected)
