"""`Wiring`: which hooks and callbacks of a program its tests have never reached."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, final
from weakref import WeakSet

import pytest

from hostkit.host import Host, watch_hosts
from hostkit.specs import Category

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KEY: Final = "hostkit_wiring"


@final
class Wiring:
    """Fails a run of tests that never reached a hook, or never called a callback.

    What counts is the program's own: what stands below the folder of the run, and not in its tests.
    The processes of xdist are taken together.

    Args:
        config: The configuration of pytest.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._hooks: dict[str, bool] = {}
        self._callbacks: dict[str, bool] = {}
        self._hosts: WeakSet[Host] = WeakSet()
        self._end = watch_hosts(built=self._watch)

    def note(self) -> None:
        """Note what the hosts that there are have called so far."""
        for host in self._hosts:
            for timing in host.timings:
                name = f"{timing.module} for {timing.hook}"
                if name in self._callbacks:
                    self._callbacks[name] |= timing.count > 0

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the run, or hand on to the process that runs the others."""
        self._end()
        self.note()
        self._add(
            {
                spec.full_name: False
                for category in _subclasses(Category)
                if self._is_own(category)
                for spec in category.hookspecs.values()
            },
            {},
        )
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_KEY] = (self._hooks, self._callbacks)
        elif self._missing() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a process of xdist has found."""
        self._add(*getattr(node, "workeroutput", {}).get(_KEY, ({}, {})))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """List what was never reached."""
        missing = self._missing()
        if missing:
            terminalreporter.section("never reached by these tests (--hostkit-unasked=error)")
            for line in missing:
                terminalreporter.line(line)

    def _add(self, hooks: dict[str, bool], callbacks: dict[str, bool]) -> None:
        for known, more in ((self._hooks, hooks), (self._callbacks, callbacks)):
            for name, is_reached in more.items():
                known[name] = known.get(name, False) or is_reached

    def _missing(self) -> list[str]:
        lines = [f"the hook {name} was never called" for name in _false(self._hooks)]
        return lines + [
            f"the callback of {name} was never called" for name in _false(self._callbacks)
        ]

    def _watch(self, host: Host) -> None:
        """See the calls of a host that was built, also of hooks to which no module listens."""
        self._hosts.add(host)
        own = [category for category in host.categories if self._is_own(category)]
        full = {name: spec.full_name for each in own for name, spec in each.hookspecs.items()}
        self._add(dict.fromkeys(full.values(), False), {})
        for module in host.modules:
            if self._is_own(type(module.instance)):
                names = {f"{module.name} for {each.spec.full_name}" for each in module.callbacks}
                self._add({}, dict.fromkeys(names, False))

        def before(hook: str, *_: object) -> None:
            if hook in full:
                self._hooks[full[hook]] = True

        host.plugin_manager.add_hookcall_monitoring(before, lambda *_: None)

    def _is_own(self, cls: type) -> bool:
        file = getattr(sys.modules.get(cls.__module__), "__file__", None)
        if file is None or "site-packages" in file:
            return False
        path = Path(file)
        is_test = path.name.startswith(("test_", "conftest")) or path.stem.endswith("_test")
        return path.is_relative_to(self._config.rootpath) and not is_test


def _false(reached: dict[str, bool]) -> Iterable[str]:
    return sorted(name for name, is_reached in reached.items() if not is_reached)


def _subclasses(cls: type[Category]) -> Iterator[type[Category]]:
    for each in cls.__subclasses__():
        yield each
        yield from _subclasses(each)
