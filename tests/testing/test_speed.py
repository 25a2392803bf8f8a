"""How long a test takes that builds a host with one module and asserts one denial."""

from __future__ import annotations

import statistics
import sys
import time
from typing import Final

import pytest

from hostkit import Category, Decision, Deny, ModuleApi, hookspec, rules
from hostkit.testing import assert_denied, build_host, watch_leaks

LIMIT_SECONDS: Final = 2e-3
ROUNDS: Final = 5
"""A machine that does much else takes longer, so the limit holds for the best of some rounds."""


class Comments(Category):
    """Callbacks about comments."""

    @hookspec(rules.FirstDenial())
    async def check_comment(self, text: str) -> Decision:
        """Called before a comment is stored."""


class Strict:
    """Denies all comments."""

    def __init__(self, config: object, api: ModuleApi) -> None:
        api.register(Comments, check_comment=self.check)

    async def check(self, text: str) -> Decision:
        return Deny("banned")


def measure() -> float:
    """Do what such a test does, and give the seconds of the processor that it takes."""
    began = time.process_time()
    with watch_leaks() as leaks:
        host = build_host([Strict], categories=[Comments])
        assert_denied(host.ask("comments.check_comment", "hi"), by=Strict, code="banned")
    assert leaks == []
    return time.process_time() - began


@pytest.mark.skipif(sys.gettrace() is not None, reason="coverage takes most of the time")
def test_a_test_of_a_module_takes_two_milliseconds() -> None:
    """In the middle of two hundred of them, after those that import what they need."""
    measure()
    rounds = (statistics.median(measure() for _ in range(200)) for _ in range(ROUNDS))
    assert any(seconds < LIMIT_SECONDS for seconds in rounds)
