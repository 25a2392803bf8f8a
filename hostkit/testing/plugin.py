"""The plugin for pytest: fixtures, async tests, and leaks that fail the test that left them.

It is loaded wherever hostkit is installed, so it imports nothing but pytest until a test needs it:
what is tested is measured by coverage from its first line.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

from hostkit.testing._reactor import choose_reactor, leave_reactor

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from hostkit.testing._clock import Clock
    from hostkit.testing._fixtures import Kit, MakeClient, MakeConfig, MakeHost
    from hostkit.testing._leaks import LeakWatch

_FIXTURES: Final = {"hostkit_host", "hostkit_client", "hostkit_clock", "hostkit_config"}
_OTHERS: Final = {"asyncio", "anyio", "trio", "twisted"}
"""Marks with which other plugins claim async tests."""

_KIT: Final = "_hostkit_kit"
_asking: Final[list[pytest.FixtureRequest]] = []
"""The request of the fixture that is being set up, if that is the kit."""

_watch: Final = pytest.StashKey["LeakWatch"]()
_wiring: Final = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options of the command and of the ini file."""
    # A distribution with a plugin has all of its packages' assertions rewritten, which takes a
    # second in the first run of the tests, and a tenth of one in all others. pytest has no option
    # for that; if it calls this otherwise one day, it takes that time again.
    rewritten = getattr(pluginmanager.rewrite_hook, "_must_rewrite", set[str]())
    rewritten -= {"hostkit", "hookspecs"}
    parser.addini(
        "hostkit_watch",
        "which tests are watched for what they leave behind: those that build a `hosts`, or only "
        "those that use `fixtures` of hostkit or are marked with it",
        default="hosts",
    )
    parser.addini(
        "hostkit_reactor",
        "`asyncio`: a reactor that is imported is Twisted's for asyncio, as that of `hostkit "
        "serve`; `default`: Twisted chooses",
        default="asyncio",
    )
    parser.getgroup("hostkit").addoption(
        "--hostkit-unasked",
        choices=("ignore", "error"),
        default="ignore",
        help="error: fail if the tests never reached a hook of this program, or never called a "
        "module's callback",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Announce the mark, and prepare what the options ask for."""
    config.addinivalue_line(
        "markers",
        "hostkit(leaks=KIND, timeout=SECONDS): excuse one kind of what a test leaves behind "
        "(hosts, tasks, timers, threads, sockets); give an async test another time than a minute",
    )
    if config.getini("hostkit_reactor") == "asyncio":
        choose_reactor(_find_loop)
    else:
        leave_reactor()
    if config.getoption("--hostkit-unasked") == "error":
        wiring = _load("_wiring").Wiring(config)
        config.stash[_wiring] = wiring
        config.pluginmanager.register(wiring, "hostkit-unasked")


def _load(name: str) -> Any:
    return importlib.import_module(f"hostkit.testing.{name}")


def _find_loop() -> Any:
    return _load("_loop").kit_loop()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Watch what the test makes, its fixtures included."""
    if _is_watched(item):
        watch = _load("_leaks").LeakWatch()
        item.stash[_watch] = watch
        watch.begin()
    yield


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Excuse what a fixture makes that several tests share, and note what asks for the kit."""
    if fixturedef.argname == _KIT:
        _asking[:] = [request]
    result = yield
    if fixturedef.scope == "function":
        return result
    watch = request.node.stash.get(_watch, None) or request._pyfuncitem.stash.get(_watch, None)  # noqa: SLF001
    if watch is not None:
        watch.excuse()
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Close what the test has left behind, and fail it."""
    watch = item.stash.get(_watch, None)
    try:
        yield
    finally:
        if watch is not None:
            del item.stash[_watch]
            _finish(item, watch)


def _finish(item: pytest.Item, watch: LeakWatch) -> None:
    wiring = item.config.stash.get(_wiring, None)
    if wiring is not None:
        wiring.note()
    uses_kit = bool(watch.hosts) or _is_ours(item)
    leaks = watch.end()
    message = _load("_leaks").report(leaks, _option(item, "leaks"))
    if uses_kit and message is not None:
        pytest.fail(message, pytrace=False)


def _is_watched(item: pytest.Item) -> bool:
    if _is_ours(item):
        return True
    return "hostkit.host" in sys.modules and item.config.getini("hostkit_watch") == "hosts"


def _is_ours(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    return not _FIXTURES.isdisjoint(names) or item.get_closest_marker("hostkit") is not None


def _option(item: pytest.Item, name: str) -> Any:
    marker = item.get_closest_marker("hostkit")
    if marker is None:
        return None
    unknown = set(marker.kwargs) - {"leaks", "timeout"}
    kinds = _load("_leaks").KINDS
    if unknown or marker.args or marker.kwargs.get("leaks", kinds[0]) not in kinds:
        raise pytest.UsageError(
            f"{item.nodeid}: the mark hostkit takes leaks= one of {', '.join(kinds)}, and "
            "timeout= a number of seconds"
        )
    return marker.kwargs.get(name)


@pytest.hookimpl
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is an ``async def``, unless another plugin does."""
    function = pyfuncitem.obj
    if not inspect.iscoroutinefunction(function) or _is_twisteds(pyfuncitem.config):
        return None
    if not _OTHERS.isdisjoint(mark.name for mark in pyfuncitem.iter_markers()):
        return None
    arguments = {
        name: pyfuncitem.funcargs[name]
        for name in pyfuncitem._fixtureinfo.argnames  # noqa: SLF001 -- as other plugins do
    }
    seconds = _option(pyfuncitem, "timeout")
    options = {} if seconds is None else {"timeout": seconds}
    _load("_loop").run(function(**arguments), **options)
    return True


def _is_twisteds(config: pytest.Config) -> bool:
    """Whether pytest-twisted runs all tests on its reactor."""
    plugin = sys.modules.get("pytest_twisted")
    return plugin is not None and config.pluginmanager.is_registered(plugin)


@pytest.fixture(name=_KIT)
def hostkit_kit() -> Iterator[Kit]:
    """What the test uses; clients are closed before hosts."""
    # The fixture `request` would take longer than the rest of this.
    request = _asking.pop()

    def find_folder() -> Path:
        folder: Path = request.getfixturevalue("tmp_path")
        return folder

    def find_clock() -> Clock | None:
        is_used = "hostkit_clock" in request.fixturenames
        return request.getfixturevalue("hostkit_clock") if is_used else None

    kit: Kit = _load("_fixtures").Kit(find_folder, find_clock)
    yield kit
    kit.close()


@pytest.fixture
def hostkit_clock() -> Clock:
    """Time that the test moves; hosts of ``hostkit_host`` and ``hostkit_config`` go by it."""
    clock: Clock = _load("_clock").Clock()
    return clock


@pytest.fixture
def hostkit_host(_hostkit_kit: Kit) -> MakeHost:
    """Build hosts, which are stopped at the end of the test."""
    return _hostkit_kit.host


@pytest.fixture
def hostkit_client(_hostkit_kit: Kit) -> MakeClient:
    """Make clients of hosts, which are closed at the end of the test."""
    return _hostkit_kit.client


@pytest.fixture
def hostkit_config(_hostkit_kit: Kit) -> MakeConfig:
    """Write config files, and build their hosts, which are stopped at the end of the test."""
    return _hostkit_kit.config
