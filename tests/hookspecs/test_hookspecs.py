"""The package as a whole."""

from __future__ import annotations

import hookspecs
from hostkit import Host


def test_all_categories_live_in_one_host() -> None:
    """A host can be built with everything that the package has."""
    host = Host(categories=hookspecs.CATEGORIES).build()
    assert hookspecs.CATEGORIES == host.categories
