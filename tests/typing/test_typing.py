from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.mark.mypy
def test_type_checkers_see_what_is_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mypy agrees with every `assert_type`, and finds an error on each line that says so."""
    api = pytest.importorskip("mypy.api", reason="mypy is not installed")
    monkeypatch.chdir(ROOT)
    output, trouble, status = api.run([str(HERE.relative_to(ROOT))])
    assert ("", 0) == (trouble, status), output
