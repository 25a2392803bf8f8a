"""How long a test takes that builds a host with one module and asserts one denial."""

from __future__ import annotations

import statistics
import sys
import time
from typing import Final

import pytest

from hostkit.testing import assert_denied, build_host
from hostkit.testing._leaks import LeakWatch

from .shop import Comments, Words

LIMIT_SECONDS: Final = 2e-3
ROUNDS: Final = 5
"""A machine that does much else takes longer, so the limit holds for the best of some rounds."""


def measure() -> float:
    """Do what such a test does, and give the seconds of the processor that it takes."""
    began = time.process_time()
    watch = LeakWatch()
    watch.begin()
    host = build_host([(Words, {"word": "casino"})], categories=[Comments])
    assert_denied(host.ask("comments.check_comment", "ann", "casino"), by=Words, code="banned")
    assert watch.end() == []
    return time.process_time() - began


@pytest.mark.skipif(sys.gettrace() is not None, reason="coverage takes most of the time")
def test_a_test_of_a_module_takes_two_milliseconds() -> None:
    """In the middle of two hundred of them, after those that import what they need."""
    measure()
    rounds = (statistics.median(measure() for _ in range(200)) for _ in range(ROUNDS))
    assert any(seconds < LIMIT_SECONDS for seconds in rounds)
