"""Entries work as soon as an asyncio reactor is installed, also before it runs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.python import threadable

from hostkit.loops import enter, start_entry

INSTALL = "from twisted.internet import asyncioreactor; asyncioreactor.install()\n"

WORK = """
import asyncio
from twisted.internet import defer, reactor, task
from hostkit import Category, Host, enter, hookspec, rules, start_entry

class Texts(Category):
    @hookspec(rules.FirstResult())
    async def find(self, text: str) -> str | None:
        '''Called for each text.'''

class Both:
    def __init__(self, config, api):
        api.register(Texts, find=self.find)
    async def start(self):
        await asyncio.sleep(0)
    async def find(self, text):
        async with asyncio.timeout(30):
            await asyncio.sleep(0.001)
        await task.deferLater(reactor, 0.001, lambda: None)
        return text.upper()

async def work():
    async with Host.from_config({"modules": [{"module": Both}]}, categories=[Texts]) as host:
        print(await host.hooks[Texts].find("done"), flush=True)
"""


def run(*command: str, folder: Path) -> str:
    """Run a program, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "begin",
    [
        "task.react(lambda _: start_entry(work()))",
        "task.react(lambda _: defer.Deferred.fromCoroutine(enter(work())))",
        "start_entry(work()).addBoth(lambda _: reactor.stop())\nreactor.run()",
        "defer.ensureDeferred(enter(work())).addBoth(lambda _: reactor.stop())\nreactor.run()",
    ],
)
def test_a_program_may_begin_before_its_reactor_runs(tmp_path: Path, begin: str) -> None:
    """With `react`, or with anything that is begun before `reactor.run()`."""
    (tmp_path / "program.py").write_text(f"{INSTALL}{WORK}\n{begin}\n", "utf-8")
    assert run("program.py", folder=tmp_path) == "DONE\n"


def test_a_loop_of_ones_own_may_be_given_to_the_reactor(tmp_path: Path) -> None:
    """It is the reactor's loop that counts, and not the one that asyncio knows as its own."""
    install = (
        "import asyncio\nfrom twisted.internet import asyncioreactor\n"
        "asyncioreactor.install(asyncio.new_event_loop())\n"
    )
    begin = "task.react(lambda _: start_entry(work()))"
    (tmp_path / "program.py").write_text(f"{install}{WORK}\n{begin}\n", "utf-8")
    assert run("program.py", folder=tmp_path) == "DONE\n"


def test_tests_of_trial_may_enter(tmp_path: Path) -> None:
    """Trial calls a test before the reactor runs, and runs it for each anew."""
    tests = """
from twisted.trial.unittest import TestCase

class WorkTests(TestCase):
    async def test_entered(self):
        await enter(work())
    def test_started(self):
        return start_entry(work())
    async def test_entered_again(self):
        await enter(work())
"""
    (tmp_path / "test_work.py").write_text(f"{WORK}{tests}", "utf-8")
    command = ("-m", "twisted.trial", "--reactor=asyncio", "test_work")
    printed = run(*command, folder=tmp_path)
    assert printed.count("DONE") == 3
    assert "PASSED (successes=3)" in printed


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.AbstractEventLoop]:
    """Install a reactor, of which this is the loop, and which does not run."""
    loop = asyncio.new_event_loop()
    reactor = SimpleNamespace(_asyncioEventloop=loop)
    monkeypatch.setitem(sys.modules, "twisted.internet.reactor", reactor)
    monkeypatch.setattr(threadable, "ioThread", None)
    yield loop
    if not loop.is_closed():
        loop.run_until_complete(asyncio.sleep(0))  # tasks that have nothing left to do
        loop.close()


def result_of(deferred: Deferred[Any]) -> list[Any]:
    results: list[Any] = []
    deferred.addBoth(results.append)
    return results


def test_what_has_nothing_to_wait_for_is_done_at_once(waiting: asyncio.AbstractEventLoop) -> None:
    """As it is when the loop runs; and no loop seems to run afterwards."""

    async def add(one: int, two: int) -> int:
        asyncio.get_running_loop().call_soon(int)
        return one + two

    assert result_of(start_entry(add(1, 2))) == [3]
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


def test_an_entry_can_be_cancelled_before_the_loop_runs(waiting: asyncio.AbstractEventLoop) -> None:
    """It ends when the loop does run."""
    seen: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            seen.append("ended")

    entry = start_entry(wait())
    results = result_of(entry)
    entry.cancel()
    assert seen == []
    waiting.run_until_complete(asyncio.sleep(0))
    waiting.run_until_complete(asyncio.sleep(0))
    assert seen == ["ended"]
    assert results[0].check(CancelledError)


def test_entries_may_be_nested_before_the_loop_runs(waiting: asyncio.AbstractEventLoop) -> None:
    """Each has a task of its own, which is the current one while it runs."""

    async def inner() -> asyncio.Task[Any] | None:
        return asyncio.current_task()

    async def outer() -> list[Any]:
        mine = asyncio.current_task()
        other = await enter(inner())
        entry = await start_entry(inner())
        return [mine is not None, other is mine, entry not in (None, mine)]

    results = result_of(start_entry(outer()))
    waiting.run_until_complete(asyncio.sleep(0))
    assert results == [[True, True, True]]


def test_another_thread_has_no_part_in_it(
    waiting: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it is known which thread is the reactor's, tasks are not made on another one."""
    monkeypatch.setattr(threadable, "ioThread", threading.get_ident() + 1)

    async def task() -> object:
        return asyncio.current_task() if waiting.is_running() else "none"

    assert result_of(start_entry(task())) == ["none"]


def test_a_loop_that_is_closed_is_not_waited_for(waiting: asyncio.AbstractEventLoop) -> None:
    """It will never run again, so Twisted drives the coroutine."""
    waiting.close()
    fired: Deferred[int] = Deferred()

    async def wait() -> int:
        return await fired

    results = result_of(start_entry(wait()))
    fired.callback(5)
    assert results == [5]
