from __future__ import annotations

from typing import Protocol

import pytest

from hostkit.config import load
from hostkit.errors import ConfigErrors, Problem
from tests.files import Write

__all__ = ["Write"]

FULL = """\
server_name: example.org
secret: !vault key
common: &common {banned: [casino], pattern: "ca[s5]ino"}

modules:
  - module: wordfilter.WordFilter      # a comment
    config: {<<: *common, since: 2026-01-31}
    name: words
    enabled: true
    mode: shadow
    on_error: continue
    timeout: 200ms
  - module: wordfilter.WordFilter
    config:
      x:
      - any
      - !env HOSTKIT_TEST
  - module: wordfilter.WordFilter
    config:
hostkit:
  listeners:
    - {endpoint: "tcp:8080:interface=127.0.0.1", serve: [modules, hooks, health, metrics]}
    - endpoint: unix:/run/x
  redis: {url: redis://127.0.0.1:6379/0}
  categories: [comments]
  timing: exact
  receipts: 10
  background_tasks_on: w1
"""
"""A file with every block and most settings."""


class ProblemsOf(Protocol):
    def __call__(self, text: str | bytes) -> tuple[Problem, ...]: ...


@pytest.fixture
def problems_of(write: Write) -> ProblemsOf:
    """Load a file that is wrong and give its problems."""

    def load_wrong(text: str | bytes) -> tuple[Problem, ...]:
        with pytest.raises(ConfigErrors) as caught:
            load(write(text))
        return caught.value.problems

    return load_wrong
