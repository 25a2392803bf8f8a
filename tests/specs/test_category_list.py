"""How the categories of a host are given."""

from __future__ import annotations

from typing import Any

import pytest

from hostkit import rules
from hostkit.errors import SpecError
from hostkit.specs import Category, check_categories, hookspec


class Doors(Category):
    """Callbacks about doors."""

    @hookspec(rules.Notify())
    async def on_door_opened(self, door: str) -> None:
        """Called after a door was opened."""


@pytest.mark.parametrize("wrong", [Doors, "doors"])
def test_categories_are_a_list(wrong: Any) -> None:
    """A single one without brackets is reported as such."""
    with pytest.raises(SpecError, match="are a list, not") as caught:
        check_categories(wrong)
    assert caught.value.code == "HK306"
