"""What modules forget while they are built."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from hostkit import hookimpl

from .conftest import Site, build_class, problem_of

USE_START = "no event loop runs while modules are built: use start() for what needs one"


class Base:
    """Has something to wait for."""

    def __init__(self, config: Any, api: Any) -> None:
        self.begin()

    def begin(self) -> None: ...

    async def connect(self) -> None: ...

    async def check_comment(self, author: str, text: str) -> None: ...


class CreatesTask(Base):
    def begin(self) -> None:
        asyncio.create_task(self.connect())  # noqa: RUF006 -- it fails


class FindsLoop(Base):
    def begin(self) -> None:
        asyncio.get_running_loop()


class Runs(Base):
    def begin(self) -> None:
        asyncio.get_running_loop().run_until_complete(self.connect())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("module", [CreatesTask, FindsLoop, Runs])
def test_what_needs_a_loop_belongs_into_start(module: type) -> None:
    """The hint says so, and Python does not warn of the coroutine besides."""
    problem = problem_of(module)
    gc.collect()
    assert (problem.code, problem.hint) == ("HK107", USE_START)
    assert "no running event loop" in problem.message


def test_so_does_it_where_a_python_module_is_imported(site: Site) -> None:
    """A task cannot be begun there either."""
    site.write("eager_pkg.py", "import asyncio\nasyncio.get_running_loop()\n")
    problem = problem_of("eager_pkg.Eager")
    assert (problem.code, problem.hint) == ("HK102", USE_START)


class AsyncInit:
    async def __init__(self, config: Any, api: Any) -> None: ...  # type: ignore[misc]


@pytest.mark.filterwarnings("error")
def test_a_constructor_cannot_be_asynchronous() -> None:
    """The hint does not blame its parameters."""
    problem = problem_of(AsyncInit)
    gc.collect()
    assert problem.hint == "__init__ cannot be asynchronous: use start() for what must wait"


class ForgetsAwait(Base):
    def begin(self) -> None:
        asyncio.sleep(1)  # type: ignore[unused-coroutine]
        self.connect()  # type: ignore[unused-coroutine]


@pytest.mark.filterwarnings("error")
def test_a_forgotten_await_is_called_that(caplog: pytest.LogCaptureFixture) -> None:
    """The log names module, coroutine and place, whatever becomes of Python's warnings."""
    build_class(ForgetsAwait, name="words")
    assert [(record.levelname, record.name) for record in caplog.records] == [
        ("WARNING", "hostkit.modules.words"),
        ("WARNING", "hostkit.modules.words"),
    ]
    sleep, connect = caplog.messages
    assert sleep.startswith("an `await` was forgotten while the module was built: the coroutine ")
    assert f"sleep (at {__file__}:" in sleep
    assert f"Base.connect (at {__file__}:" in connect
    assert connect.endswith("what must wait belongs into start()")


class ParsesLater:
    @staticmethod
    def parse_config(config: Any) -> Any:
        async def load() -> None: ...

        return load()

    def __init__(self, config: Any, api: Any) -> None: ...


@pytest.mark.filterwarnings("error")
def test_a_config_that_is_a_coroutine_is_refused() -> None:
    """The constructor would be given something that cannot be used."""
    problem = problem_of(ParsesLater, name="words")
    gc.collect()
    assert problem.code == "HK106"
    assert "parse_config of module 'words' returned the coroutine" in problem.message
    assert problem.message.endswith("load: an `await` is missing")


class Warns(Base):
    def begin(self) -> None:
        warnings.warn("this is old", FutureWarning, stacklevel=1)


def test_other_warnings_are_left_alone() -> None:
    """They are shown as Python and its user want it."""
    with pytest.warns(FutureWarning, match="this is old"):
        build_class(Warns)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        build_class(Warns)
    assert [str(each.message) for each in caught] == ["this is old"]


class SetsUp(Base):
    def begin(self) -> None:
        warnings.filterwarnings("ignore", "set up by a module")


class CleansUp(Base):
    def begin(self) -> None:
        warnings.resetwarnings()
        warnings.showwarning = print  # type: ignore[assignment]


def test_what_a_module_sets_up_stays() -> None:
    """Its filters are for as long as it runs; ours are gone."""
    with warnings.catch_warnings():
        before = list(warnings.filters)
        show = warnings.showwarning
        build_class(SetsUp)
        added = [each for each in warnings.filters if each not in before]
        assert [each[0] for each in added] == ["ignore"]
        assert warnings.showwarning is show
        build_class(CleansUp)
        assert list(warnings.filters) == []
        assert warnings.showwarning is print


class Marked(Base):
    @hookimpl
    async def check_comment(self, author: str, text: str) -> None: ...


class Inherits(Marked):
    def begin(self) -> None: ...


class Registers(Marked):
    def __init__(self, config: Any, api: Any) -> None:
        api.register_hookimpls(self)


class RegistersByName(Marked):
    def __init__(self, config: Any, api: Any) -> None:
        api.register_comments_callbacks(check_comment=self.check_comment)


class RegistersAnother(Marked):
    def __init__(self, config: Any, api: Any) -> None:
        api.register_hookimpls(Marked(config, api))


@pytest.mark.parametrize("module", [Marked, Inherits])
def test_hookimpls_that_are_not_registered_are_reported(
    module: type, caplog: pytest.LogCaptureFixture
) -> None:
    """Marking alone does nothing, unlike in other programs with pluggy."""
    build_class(module, name="words")
    (record,) = caplog.records
    assert (record.levelname, record.name) == ("WARNING", "hostkit.modules.words")
    assert record.getMessage() == (
        "methods are marked with @hookimpl, but not registered: check_comment; "
        "call api.register_hookimpls(self) in __init__"
    )


@pytest.mark.parametrize("module", [Registers, RegistersByName, RegistersAnother, Base])
def test_a_module_that_registers_has_forgotten_nothing(
    module: type, caplog: pytest.LogCaptureFixture
) -> None:
    """Whichever way it registers, and if it marks nothing."""
    build_class(module)
    assert caplog.messages == []


def _again(self: Any, api: Any) -> None:
    api.register_comments_callbacks(check_comment=self.check_comment)


def _as_hookimpl(self: Any, api: Any) -> None:
    api.register_hookimpls(self)


def _another(self: Any, api: Any) -> None:
    api.register_comments_callbacks(check_comment=Marked({}, api).check_comment)


def _function(self: Any, api: Any) -> None:
    api.register_comments_callbacks(check_comment=lambda author, text: None)


@pytest.mark.parametrize(
    ("register", "times"), [(_again, 1), (_as_hookimpl, 1), (_another, 0), (_function, 0)]
)
def test_a_callback_that_is_registered_twice_is_reported(
    register: Callable[[Any, Any], None], times: int, caplog: pytest.LogCaptureFixture
) -> None:
    """It is asked twice, which is hardly meant; several callbacks for a hook are fine."""

    class Twice(Marked):
        def __init__(self, config: Any, api: Any) -> None:
            _again(self, api)
            register(self, api)

    assert len(build_class(Twice, name="words").callbacks) == 2
    expected = (
        "hostkit.modules.words",
        "Marked.check_comment is registered twice for comments.check_comment, so it is asked twice",
    )
    assert [(each.name, each.getMessage()) for each in caplog.records] == [expected] * times
