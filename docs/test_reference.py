"""The reference is complete."""  # noqa: INP001 -- pytest finds it by its path

from __future__ import annotations

import re
from pathlib import Path

import hostkit
from hostkit import codes

DOCS = Path(__file__).parent


def test_every_code_has_a_section() -> None:
    """Codes and titles are those of `hostkit.codes`, in its order."""
    text = (DOCS / "reference" / "problems.md").read_text("utf-8")
    sections = re.findall(r"^## (HK[0-9]{3}): (.+)$", text, re.MULTILINE)
    assert sorted(codes.TITLES.items()) == sections  # noqa: S101


def test_every_code_in_the_source_has_a_title() -> None:
    """No code is used that nobody can look up."""
    sources = (DOCS.parent / "hostkit").rglob("*.py")
    used = {code for path in sources for code in re.findall('"(HK[0-9]{3})"', path.read_text())}
    assert used <= set(codes.TITLES)  # noqa: S101


def test_every_public_name_is_documented() -> None:
    """What `hostkit` offers is on the page about the API, one by one or with its module."""
    text = (DOCS / "reference" / "api.md").read_text("utf-8")
    documented = set(re.findall(r"[.]([A-Za-z_]+)(?:\(\))?$", text, re.MULTILINE))
    documented |= {"__version__", "rules", *vars(hostkit.errors)}
    assert set(hostkit.__all__) <= documented  # noqa: S101
