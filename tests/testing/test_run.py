from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import Any

import pytest
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.main import installReactor

from hostkit.testing import run

from .conftest import REACTOR
from .projects import HEAD


def test_everything_can_be_awaited() -> None:
    """A coroutine, a Deferred, a future's coroutine; or a function that makes one."""

    async def main() -> str:
        await asyncio.sleep(0)
        return await succeed("both")

    assert run(main()) == "both"
    assert run(succeed("deferred")) == "deferred"
    assert run(main) == "both"


def test_exceptions_are_raised() -> None:
    """As they are."""

    async def main() -> None:
        raise ValueError("out of order")

    with pytest.raises(ValueError, match="out of order"):
        run(main())


def test_a_running_loop_is_refused() -> None:
    """Where one runs, things are awaited."""

    async def main() -> None:
        with pytest.raises(RuntimeError, match=r"await it: `await \.\.\.`"):
            run(asyncio.sleep(0))
        with pytest.raises(RuntimeError, match="await it"):
            run(succeed(None))

    run(main())


@pytest.mark.usefixtures("own_reactor")
def test_what_takes_too_long_says_where() -> None:
    """It is cancelled, and the error names the line at which it waits."""
    ends: list[str] = []

    async def inner() -> None:
        try:
            await asyncio.sleep(60)  # here
        finally:
            ends.append("cancelled")

    with pytest.raises(TimeoutError, match=r"^not done after 0.01 s, at tests/testing/test_run.py"):
        run(inner(), timeout=0.01)
    assert ends == ["cancelled"]
    with pytest.raises(TimeoutError, match=r"^not done after 0.01 s$"):
        run(Deferred(), timeout=0.01)


@pytest.mark.usefixtures("own_reactor")
def test_the_reactor_runs_on_the_same_loop() -> None:
    """Threads, Deferreds and asyncio work in one test; the pool does not keep the process alive."""

    async def main() -> tuple[str, bool]:
        from twisted.internet import reactor
        from twisted.internet.threads import deferToThread

        installed: Any = reactor
        later: Deferred[None] = Deferred()
        installed.callLater(0, later.callback, None)
        await later
        await asyncio.sleep(0)
        await deferToThread(lambda: None)
        return await deferToThread(
            lambda: (type(installed).__name__, threading.current_thread().daemon)
        )

    assert run(main()) == ("AsyncioSelectorReactor", True)
    assert run(main()) == ("AsyncioSelectorReactor", True)


@pytest.mark.usefixtures("own_reactor")
def test_an_asyncio_reactor_of_others_is_used() -> None:
    """It is started, and its loop runs what is awaited."""
    loop = asyncio.new_event_loop()
    reactor: Any = AsyncioSelectorReactor(loop)
    installReactor(reactor)

    async def main() -> bool:
        return asyncio.get_running_loop() is loop

    assert run(main()) is True
    assert reactor.running
    assert run(main()) is True
    reactor.fireSystemEvent("shutdown")
    loop.close()


@pytest.mark.usefixtures("own_reactor")
def test_a_reactor_that_does_not_run_is_named() -> None:
    """What waits for it waits for ever, and the error says why."""

    class Still:
        running = False

    sys.modules[REACTOR] = Still()  # type: ignore[assignment]
    try:
        with pytest.raises(TimeoutError, match="reactor that is installed, Still, does not run"):
            run(Deferred(), timeout=0.01)
    finally:
        del sys.modules[REACTOR]


def test_the_loop_of_a_process_is_made_once() -> None:
    """And closed at its end."""
    code = """
import asyncio, atexit
from hostkit.testing import run

async def main():
    return asyncio.get_running_loop()

atexit.register(lambda: print("closed", loop.is_closed()))
loop = run(main())
print("one", run(main()) is loop)
"""
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.splitlines() == ["one True", "closed True"]


def test_the_choice_can_be_left_to_twisted(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the kit does not take part in the import of the reactor."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    tests = """
def test_reactor():
    run(asyncio.sleep(0))
    from twisted.internet import reactor
    assert type(reactor).__name__ != "AsyncioSelectorReactor"
"""
    project.makepyfile(test_words=HEAD + tests)
    project.runpytest_subprocess("-p", "hostkit.testing.plugin").assert_outcomes(passed=1)


def test_what_refuses_to_end_is_left_after_a_second() -> None:
    """It may end later, when nothing waits for it any more."""

    class Loop(asyncio.SelectorEventLoop):
        skipped = 0.0

        def time(self) -> float:
            return super().time() + self.skipped

    loop = Loop()
    ending = asyncio.Event()
    ends: list[str] = []

    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            loop.skipped = 2
        await ending.wait()
        ends.append("late")

    with pytest.raises(
        TimeoutError, match=r"^not done after 0\.01 s, at tests/testing/test_run\.py:"
    ):
        run(stubborn(), timeout=0.01, loop=loop)
    ending.set()
    run(asyncio.sleep(0.001), loop=loop)
    loop.close()
    assert ends == ["late"]


def test_what_has_no_place_has_none() -> None:
    """A Deferred does not show who waits for it."""
    with pytest.raises(TimeoutError, match=r"^not done after 0.01 s(;|$)"):
        run(Deferred(), timeout=0.01)
