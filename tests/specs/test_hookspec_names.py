"""What a hook may be called."""

from __future__ import annotations

import pytest

from hostkit import rules
from hostkit.errors import SpecError
from hostkit.specs import hookspec


def test_a_hook_is_no_private_method() -> None:
    """Modules register by its name, which Python or pluggy would treat in a special way."""

    def __init__(self: object) -> None:  # noqa: N807
        """Called now and then."""

    with pytest.raises(SpecError, match="cannot be called __init__") as caught:
        hookspec(rules.Notify())(__init__)
    assert caught.value.code == "HK303"
