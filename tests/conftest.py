"""What holds for all tests: their results depend on nothing but the code.

The environment's variables are taken away before the first test (and thus from every program that
tests start), and hypothesis chooses the same examples in every run, wherever it runs.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.files import Write

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


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Have each async test end as a program does that `asyncio.run` runs: its tasks with it.

    All share one event loop, so what one leaves behind would otherwise come to light in another.
    """
    test = pyfuncitem.obj
    if not inspect.iscoroutinefunction(test):
        return

    @functools.wraps(test)
    async def run_test(**arguments: Any) -> None:
        before = asyncio.all_tasks()
        try:
            await test(**arguments)
        finally:
            left = asyncio.all_tasks() - before
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await asyncio.sleep(0)  # for what is to be called when a transport is closed

    pyfuncitem.obj = run_test


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a config file and give its name."""

    def write_file(text: str | bytes) -> str:
        path = tmp_path / "host.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return write_file
