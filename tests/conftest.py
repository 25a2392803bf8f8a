"""What holds for all tests: their results depend on nothing but the code.

The environment's variables are taken away before the first test (and thus from every program that
tests start), and hypothesis chooses the same examples in every run, wherever it runs.
"""

from __future__ import annotations

import os

from hypothesis import settings

KEPT = (
    "COVERAGE_",
    "HOME",
    "LANG",
    "LC_",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTEST_",
    "SYSTEMROOT",
    "TMP",
)
"""How the names begin of the variables that Python, coverage and pytest need in order to run."""

settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", max_examples=1000, deadline=None)
settings.load_profile("same")  # unless there is `--hypothesis-profile`


def pytest_configure() -> None:
    """Take away what might change results, such as proxies, colours and tokens."""
    for name in [name for name in os.environ if not name.startswith(KEPT)]:
        del os.environ[name]
