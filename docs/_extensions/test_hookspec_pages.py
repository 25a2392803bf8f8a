"""The pages of the categories tell what happens to invalid answers."""  # noqa: INP001 -- as docs/

from __future__ import annotations

import pytest
from _extensions.hookspec_pages import write_page

from hostkit import Category, hookspec, rules

SKIPPED = "is logged, and the next module is asked (`on_invalid: continue`)"


@pytest.mark.parametrize(
    ("on_invalid", "rows"),
    [(None, []), ("raise", []), ("continue", [f"| an invalid answer | {SKIPPED} |"])],
)
def test_a_policy_for_invalid_answers_is_shown_if_it_differs(
    on_invalid: rules.OnError | None, rows: list[str]
) -> None:
    """There is a row of its own for them unless they are treated as exceptions are."""

    class Comments(Category):
        """Callbacks about comments."""

        @hookspec(rules.FirstResult(on_error="raise", on_invalid=on_invalid))
        def folder(self) -> str | None:
            """Called for a folder."""

    lines = write_page(Comments).splitlines()
    assert rows == [line for line in lines if "invalid" in line]  # noqa: S101
