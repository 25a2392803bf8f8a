"""The promises of the examples' hooks and modules, as their authors test them: with one line."""

from __future__ import annotations

from quickstart.category import Comments
from quickstart.rate_limiter import RateLimiter
from quickstart.word_filter import WordFilter

from hostkit.testing import check_category, check_module

TestComments = check_category(Comments)
TestWordFilter = check_module(
    WordFilter, good=[{"banned": ["casino"]}], bad=[{"banned": 3}, {"baned": []}]
)
TestRateLimiter = check_module(
    RateLimiter,
    good=[{"comments": 1, "per": "5s"}, {"comments": 3, "per": "1m"}],
    bad=[{"unknown": 3}],
)
