from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.trial import unittest as trial

from hostkit import ConfigErrors, Deny
from hostkit.testing import HostTests, Recorder, assert_denied, build_host, run

from .shop import Comments, Words

HOOK = "comments.check_comment"
seen: list[Any] = []


class Base(HostTests):
    """What each kind of test case can do; not a test case itself."""

    async def check(self) -> None:
        host = self.build_host([Words], categories=[Comments])
        seen.append(host)
        client = self.make_client(host)
        assert (await client.get("/words")).text == "casino"
        assert_denied(await host.ask(HOOK, "ann", "casino"), by=Words)


class Plain(Base, unittest.TestCase):
    async def test_all(self) -> None:
        """Hosts and clients are used."""
        await self.check()
        await asyncio.sleep(0)

    def test_plain(self) -> None:
        """A plain test runs what it awaits."""
        host = self.build_host([Words], categories=[Comments])
        assert_denied(host.ask(HOOK, "ann", "casino"), by=Words)
        run(host.start())
        seen.append(host)

    async def test_clock(self) -> None:
        """Time is moved."""
        assert self.clock is self.clock
        await self.clock.advance(5)
        assert self.clock.seconds() == 5
        self.build_host([Words], categories=[Comments])

    def test_config(self) -> None:
        """Files are written."""
        text = "hostkit: {categories: [tests.testing.shop.Comments]}"
        assert self.build_config(text).categories == (Comments,)
        with pytest.raises(ConfigErrors):
            self.build_config("modules: 7")

    async def test_leak(self) -> None:
        """A host is left running."""
        await build_host([Words], categories=[Comments]).start()


class Excused(HostTests, unittest.TestCase):
    excused_leaks = "hosts"

    async def test_leak(self) -> None:
        """A host is left running."""
        await build_host([Words], categories=[Comments]).start()


class Isolated(Base, unittest.IsolatedAsyncioTestCase):
    async def test_all(self) -> None:
        """Hosts and clients are used."""
        await self.check()
        host = self.build_host([Recorder()], categories=[Comments])
        await host.start()
        seen.append(host)
        self.build_host([Recorder(check_comment=Deny("no"))], categories=[Comments])


class Trial(Base, trial.TestCase):
    async def test_all(self) -> None:
        """Hosts and clients are used."""
        host = self.build_host([Words], categories=[Comments])
        await host.start()
        seen.append(host)


# Python's own loader looks for them, and pytest does not.
_cases: tuple[Any, ...] = (Plain, Excused, Isolated, Trial)
for _case in _cases:
    _case.__test__ = False


def outcome_of(case: type[Any], name: str) -> tuple[list[str], list[Any]]:
    """Run a test case, and return its failures and what it has seen."""
    seen.clear()
    result = unittest.TestResult()
    case(name).run(result)
    assert result.testsRun == 1
    return [text for _, text in [*result.failures, *result.errors]], list(seen)


@pytest.mark.parametrize(
    ("case", "name"),
    [(Plain, "test_all"), (Plain, "test_plain"), (Isolated, "test_all")],
)
def test_what_is_made_is_closed(case: type[Any], name: str) -> None:
    """Hosts and clients, wherever they run."""
    failures, hosts = outcome_of(case, name)
    assert (failures, [host.is_running for host in hosts]) == ([], [False] * len(hosts))


@pytest.mark.parametrize("name", ["test_clock", "test_config"])
def test_a_case_has_what_fixtures_have(name: str) -> None:
    """A clock, and config files."""
    assert outcome_of(Plain, name)[0] == []


def test_leaks_fail_the_test() -> None:
    """Unless the class excuses their kind."""
    (failure,), _ = outcome_of(Plain, "test_leak")
    assert "hosts: a host that is running" in failure
    assert "set excused_leaks" in failure
    assert outcome_of(Excused, "test_leak")[0] == []


def test_a_case_makes_its_result() -> None:
    """As any test case, if it is given none."""
    case: Any = Plain("test_clock")
    assert case.run().testsRun == 1


def test_trial_waits_for_what_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its tests and its cleanups return Deferreds."""
    case: Any = Trial("test_all")  # type: ignore[no-untyped-call]
    case._kit = None
    seen.clear()

    class Kit:
        host = staticmethod(build_host)

        async def aclose(self) -> None:
            for host in seen:
                await host.stop()

    case._kit = Kit()
    for step in (case.test_all, case._close_kit):
        waiting: Deferred[None] = step()
        assert waiting.called
    assert not seen[0].is_running


@pytest.mark.hardening
@pytest.mark.parametrize("reactor", ["default", "asyncio"])
def test_trial_runs_the_cases(reactor: str) -> None:
    """Trial itself, on either kind of reactor."""
    command = [sys.executable, "-m", "twisted.trial", f"--reactor={reactor}", f"{__name__}.Trial"]
    root = Path(__file__).parent.parent.parent
    ran = subprocess.run(
        command,
        check=False,
        cwd=root,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert ran.returncode == 0, ran.stdout
