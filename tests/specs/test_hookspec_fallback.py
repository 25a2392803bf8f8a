"""Which hooks may have a fallback."""

from __future__ import annotations

import pytest

from hostkit import rules
from hostkit.errors import SpecError
from hostkit.specs import hookspec


@pytest.mark.parametrize("rule", [rules.Notify(), rules.Collect(), rules.Merge(combine=list)])
def test_a_hook_that_asks_everybody_has_no_fallback(rule: rules.Rule) -> None:
    """A body would throw away what all modules have said, so it is refused."""

    async def ask(self: object, name: str) -> None:
        """Called now and then."""
        raise NotImplementedError(name)

    with pytest.raises(SpecError, match="nothing left for it to decide") as caught:
        hookspec(rule)(ask)
    assert caught.value.code == "HK304"
