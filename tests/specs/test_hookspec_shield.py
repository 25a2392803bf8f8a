from __future__ import annotations

from typing import Any

import pytest

from hostkit import rules
from hostkit.errors import SpecError
from hostkit.specs import hookspec


def test_only_what_is_awaited_can_be_shielded() -> None:
    """The call of a plain function cannot be cancelled, so to shield it is a mistake."""

    def on_start(self: Any) -> None:
        """Called at the start."""

    with pytest.raises(SpecError) as caught:
        hookspec(rules.Notify(), shield=True)(on_start)
    assert "on_start has shield=True, but a plain function cannot be cancelled" in str(caught.value)

    async def on_stop(self: Any) -> None:
        """Called at the end."""

    hookspec(rules.Notify(), shield=True)(on_stop)
