"""A program with a module, whose tests are run by pytest in this process."""

from __future__ import annotations

import re

import pytest

# What a test in this process imports first is imported again by the next: Twisted refuses that.
from hostkit.testing import *  # noqa: F403

INI = """
[pytest]
hostkit_reactor = default
markers =
    asyncio: of another plugin
"""

WORDS = """
from hostkit import ALLOW, Category, Decision, Deny, hookspec, rules

class Comments(Category):
    @hookspec(rules.FirstDenial())
    async def check_comment(self, text: str) -> Decision:
        '''Called before a comment is stored.'''

    @hookspec(rules.Notify())
    async def on_posted(self, text: str) -> None:
        '''Called after a comment was stored.'''

class Words:
    def __init__(self, config, api):
        self.word = config.get("word", "casino")
        api.register_comments_callbacks(check_comment=self.check, on_posted=self.note)

    async def check(self, text):
        return Deny("banned") if self.word in text else ALLOW

    async def note(self, text):
        pass
"""

HEAD = """
import asyncio, socket, threading
import pytest
from hostkit.testing import *
from words import Comments, Words
"""


def make_project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Write a program with a module."""
    pytester.makeini(INI)
    pytester.makepyfile(words=WORDS)
    pytester.syspathinsert()
    return pytester


def run_tests(project: pytest.Pytester, tests: str, *options: str) -> pytest.RunResult:
    """Run some tests of the program."""
    project.makepyfile(test_words=HEAD + tests)
    others = [f"-pno:{name}" for name in ("xdist", "randomly", "asyncio", "twisted")]
    return project.runpytest_inprocess(*others, *options)


def shown(result: pytest.RunResult) -> str:
    """Return what pytest shows, without what differs from run to run."""
    return re.sub(r"0x[0-9a-f]+|fd=\d+", "...", result.stdout.str())
