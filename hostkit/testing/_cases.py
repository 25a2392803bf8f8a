"""`HostTests`: the kit for test cases of unittest, and of Twisted's trial."""

from __future__ import annotations

import functools
import inspect
import sys
import tempfile
import unittest
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hostkit.loops import start_entry
from hostkit.testing._clock import Clock
from hostkit.testing._fixtures import Kit
from hostkit.testing._leaks import LeakWatch, report
from hostkit.testing._loop import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostkit.testing._fixtures import MakeClient, MakeConfig, MakeHost
    from hostkit.testing._leaks import Kind


class HostTests:
    """Mixed into a test case of unittest or trial, it has what the fixtures of pytest have.

    ``class WordsTest(HostTests, unittest.TestCase)``: what the methods below make is closed after
    each test, its ``async def`` tests are run, and what a test leaves behind fails it.

    Attributes:
        excused_leaks: The kind of what its tests may leave behind; see `Leak.kind`.
    """

    excused_leaks: ClassVar[Kind | None] = None
    _kit: Kit
    _clock: Clock | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if issubclass(cls, unittest.IsolatedAsyncioTestCase):
            return
        for name, function in list(vars(cls).items()):
            if name.startswith("test") and inspect.iscoroutinefunction(function):
                setattr(cls, name, _entered(function))

    def run(self, result: Any = None) -> Any:
        """Run the test; what it leaves behind is a failure of it."""
        case: Any = self
        result = case.defaultTestResult() if result is None else result
        self._kit = Kit(self._find_folder, lambda: self._clock)
        self._clock = None
        watch = LeakWatch()
        watch.begin()
        case.addCleanup(self._close_kit)
        if isinstance(self, unittest.IsolatedAsyncioTestCase):
            self.addAsyncCleanup(self._kit.aclose)
        ran: Any = super().run(result)  # type: ignore[misc]
        message = report(watch.end(), self.excused_leaks, "set excused_leaks")
        if message is not None:
            result.addFailure(self, (AssertionError, AssertionError(message), None))
        return ran

    @property
    def clock(self) -> Clock:
        """Time that the test moves; hosts that are built after it was first used go by it."""
        if self._clock is None:
            self._clock = Clock()
        return self._clock

    @property
    def build_host(self) -> MakeHost:
        """Build a host that is stopped after the test."""
        return self._kit.host

    @property
    def make_client(self) -> MakeClient:
        """Make a client of a host that is closed after the test."""
        return self._kit.client

    @property
    def build_config(self) -> MakeConfig:
        """Build the host of a config file; it is stopped after the test."""
        return self._kit.config

    def _find_folder(self) -> Path:
        folder = tempfile.TemporaryDirectory()
        case: Any = self
        case.addCleanup(folder.cleanup)
        return Path(folder.name)

    def _close_kit(self) -> Any:
        # Trial waits for what a cleanup returns; the others have an event loop of their own.
        return start_entry(self._kit.aclose()) if _is_trial(type(self)) else self._kit.close()


def _is_trial(cls: type) -> bool:
    trial = sys.modules.get("twisted.trial.unittest")
    return trial is not None and issubclass(cls, trial.TestCase)


def _entered(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a test of an ``async def``, in which asyncio and Deferreds can be awaited."""

    @functools.wraps(function)
    def test(self: HostTests) -> Any:
        return start_entry(function(self)) if _is_trial(type(self)) else run(function(self))

    return test
