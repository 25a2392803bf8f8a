"""The promises of the hooks of the examples, as a host tests them: with one line."""

from __future__ import annotations

from quickstart.category import Comments

from hostkit.testing import check_category

TestComments = check_category(Comments)
