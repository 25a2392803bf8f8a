"""Which exceptions of a module that is being loaded are its failures, and which are passed on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from twisted.internet.defer import CancelledError

from hostkit.api import ModuleApi

from .conftest import Site, build_class, problem_of


class Panic(BaseException):
    """What a Rust extension raises when it panics."""


FAILURES: list[BaseException] = [
    Panic("boom"),
    SystemExit("boom"),
    asyncio.CancelledError("boom"),
    CancelledError("boom"),
    BaseExceptionGroup("boom", [Panic("inner")]),
]
PASSED_ON = [
    KeyboardInterrupt(),
    GeneratorExit(),
    BaseExceptionGroup("", [KeyboardInterrupt(), ValueError()]),
]


def raising(error: BaseException) -> Any:
    """Make a function that raises, whatever it is called with."""

    def act(*args: Any, **kwargs: Any) -> Any:
        raise error

    return act


def in_init(error: BaseException) -> type:
    class Broken:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            raise error

    return Broken


def in_parse_config(error: BaseException) -> type:
    class Broken:
        parse_config = staticmethod(raising(error))

        def __init__(self, config: Any, api: ModuleApi) -> None:
            raise NotImplementedError

    return Broken


def in_config_class(error: BaseException) -> type:
    class Broken:
        @attrs.define
        class Config:
            def __attrs_post_init__(self) -> None:
                raise error

        def __init__(self, config: Any, api: ModuleApi) -> None:
            raise NotImplementedError

    return Broken


def in_registration(error: BaseException) -> type:
    class Signed:
        __call__ = raising(error)
        __signature__ = property(raising(error))

    class Broken:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            api.looping_background_call(Signed(), 1000)

    return Broken


def in_callback_registration(error: BaseException) -> type:
    class Signed:
        __call__ = raising(error)
        __signature__ = property(raising(error))

    class Broken:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            api.register_comments_callbacks(check_comment=Signed())

    return Broken


def in_cached_registration(error: BaseException) -> type:
    class Shown:
        __repr__ = raising(error)

    class Broken:
        def __init__(self, config: Any, api: ModuleApi) -> None:
            wrong: Any = Shown()
            api.register_cached_function(wrong)

    return Broken


PLACES = {
    "__init__": in_init,
    "parse_config": in_parse_config,
    "Config": in_config_class,
    "loop": in_registration,
    "callback": in_callback_registration,
    "cached": in_cached_registration,
}
every_place = pytest.mark.parametrize("broken_in", PLACES.values(), ids=PLACES)


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
@every_place
def test_whatever_a_module_raises_is_its_failure(
    broken_in: Callable[[BaseException], type], error: BaseException
) -> None:
    """The problem names the module and what it was doing."""
    problem = problem_of(broken_in(error), {}, name="words")
    step = "parse_config" if broken_in in (in_parse_config, in_config_class) else "__init__"
    assert "boom" in problem.message
    if broken_in is in_config_class and isinstance(error, Exception):
        assert problem.code == "HK028"  # an exception is how such a class refuses its values
        return
    assert problem.code == ("HK107" if step == "__init__" else "HK106")
    assert problem.message.startswith(f"module 'words' failed in {step}: ")


@pytest.mark.parametrize("error", PASSED_ON, ids=lambda error: type(error).__name__)
@every_place
def test_what_ends_the_program_is_passed_on(
    broken_in: Callable[[BaseException], type], error: BaseException
) -> None:
    """Ctrl-C is not the module's failure."""
    with pytest.raises(type(error)) as caught:
        build_class(broken_in(error), {})
    assert caught.value is error


@pytest.mark.parametrize(
    "source",
    [
        "class Panic(BaseException): ...\nraise Panic('boom')",
        "class Words:\n    class Panic(BaseException): ...\n    raise Panic('boom')",
        "raise SystemExit('boom')",
        "import asyncio\nraise asyncio.CancelledError('boom')",
        "from twisted.internet.defer import CancelledError\nraise CancelledError('boom')",
        "raise BaseExceptionGroup('boom', [SystemExit()])",
        "class Panic(BaseException): ...\ndef __getattr__(name): raise Panic('boom')",
    ],
)
def test_whatever_importing_a_module_raises_is_its_failure(site: Site, source: str) -> None:
    """The problem names the module, and the line that raised."""
    site.write("panicking_pkg.py", source)
    problem = problem_of("panicking_pkg.Words", name="words")
    assert problem.code == "HK102"
    assert problem.message.startswith(
        "module 'words' cannot be loaded: importing panicking_pkg raised "
    )
    assert "boom" in problem.message
    assert str(site.folder / "panicking_pkg.py") in problem.details[-1]


def test_an_interrupted_import_is_passed_on(site: Site) -> None:
    """Ctrl-C ends the program also while it imports."""
    site.write("interrupted_pkg.py", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        build_class("interrupted_pkg.Words")


async def test_a_cancellation_is_the_modules_own_in_a_task(site: Site) -> None:
    """Building awaits nothing, so no caller can have been cancelled in the meantime."""
    message = problem_of(in_init(asyncio.CancelledError("boom")), name="words").message
    assert message.startswith("module 'words' failed in __init__: ")
