from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hookspecs import BackgroundUpdateController
from hostkit import Host
from hostkit.codes import Code
from hostkit.errors import InvalidValueError

from .hosting import HostError, Spy, answering, call, host_of, problem_of, raising, registering

UPDATE = "on_update"
SIZES = ("default_batch_size", "min_batch_size")
sizes = pytest.mark.parametrize("hook", SIZES)


@asynccontextmanager
async def quick(update_name: str, database_name: str, one_shot: bool) -> AsyncIterator[int]:
    """Control updates as modules mostly do."""
    yield 50 if one_shot else 20


class Gate:
    """Controls updates with an object of a class of its own."""

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments

    async def __aenter__(self) -> int:
        return 30

    async def __aexit__(self, *_: object) -> None:
        return None


def update(host: Host, *, one_shot: bool = False) -> Any:
    """Ask what a batch is to run inside of."""
    return host.hooks[BackgroundUpdateController].on_update("add_index", "main", one_shot)


def milliseconds(host: Host, *, one_shot: bool = False) -> int:
    """Run a batch, and return how long it was to take."""

    async def main() -> int:
        async with update(host, one_shot=one_shot) as duration:
            return int(duration)

    return asyncio.run(main())


def test_without_a_module_updates_have_defaults() -> None:
    """The host waits between batches itself, and a batch has 100 rows."""
    host = host_of(BackgroundUpdateController)
    assert update(host) is None
    assert [call(host, hook, "add_index", "main") for hook in SIZES] == [100, 100]
    assert bool(host.hooks[BackgroundUpdateController].on_update) is False


@pytest.mark.parametrize(("one_shot", "expected"), [(True, 50), (False, 20)])
def test_a_generator_with_a_decorator_controls_updates(one_shot: bool, expected: int) -> None:
    """The call itself waits for nothing; entering what it gives returns the duration."""
    assert (
        milliseconds(host_of(BackgroundUpdateController, {UPDATE: quick}), one_shot=one_shot)
        == expected
    )


def test_an_object_of_any_class_controls_updates() -> None:
    """It needs to work with ``async with``, and gets the arguments as they are."""
    host = host_of(BackgroundUpdateController, {UPDATE: Gate})
    assert milliseconds(host) == 30
    assert update(host, one_shot=True).arguments == ("add_index", "main", True)


def test_sizes_are_what_the_module_says() -> None:
    """The one that a module leaves out stays at 100, which upstream says but does not do."""
    spy = Spy(answer=0)
    host = host_of(BackgroundUpdateController, {UPDATE: quick, SIZES[0]: spy})
    assert [call(host, hook, "add_index", "main") for hook in SIZES] == [0, 100]
    assert spy.calls == [("add_index", "main")]


@sizes
def test_the_main_callback_is_mandatory(hook: str) -> None:
    """Sizes alone control nothing; the host does not start."""
    problem = problem_of(BackgroundUpdateController, {hook: answering(5)})
    assert (problem.code, problem.path) == (Code.INCOMPLETE, ("modules", 0))
    assert f"{hook} is registered without {UPDATE}, which it needs" in problem.message


def test_the_main_callback_is_not_asynchronous() -> None:
    """An ``async def`` without the decorator keeps the host from starting."""
    problem = problem_of(BackgroundUpdateController, {UPDATE: answering(None)})
    assert problem.code == Code.WRONG_KIND
    assert UPDATE in problem.message


@pytest.mark.parametrize("answer", [None, 50, "50", (50,), object], ids=str)
def test_what_cannot_be_entered_is_reported_with_module_and_hook(answer: Any) -> None:
    """The error names the module that gave something unusable."""
    host = host_of(BackgroundUpdateController, {UPDATE: lambda *_: answer})
    with pytest.raises(InvalidValueError, match="an asynchronous context manager") as caught:
        update(host)
    assert caught.value.module == "a"
    assert caught.value.hook == f"background_update_controller.{UPDATE}"


def test_a_generator_without_the_decorator_is_reported_too() -> None:
    """It looks asynchronous, but cannot be entered: the host does not start."""

    async def forgotten(*_: Any) -> AsyncIterator[int]:
        yield 5

    problem = problem_of(BackgroundUpdateController, {UPDATE: forgotten})
    assert problem.code == Code.WRONG_KIND


@sizes
@pytest.mark.parametrize("answer", [None, True, 5.0, "5"], ids=repr)
def test_a_size_is_a_whole_number(hook: str, answer: Any) -> None:
    """Anything else goes to the caller, with module and hook."""
    host = host_of(BackgroundUpdateController, {UPDATE: quick, hook: answering(answer)})
    with pytest.raises(InvalidValueError, match="an answer is an int") as caught:
        call(host, hook, "add_index", "main")
    assert (
        caught.value.module,
        caught.value.hook,
    ) == ("a", f"background_update_controller.{hook}")


def test_an_error_goes_to_the_caller() -> None:
    """It counts as a failure of the update, so it must not get lost."""
    error = HostError(500, "M_UNKNOWN")

    def fail(*_: Any) -> Any:
        raise error

    host = host_of(BackgroundUpdateController, {UPDATE: fail, SIZES[0]: raising(error)})
    with pytest.raises(HostError) as caught:
        update(host)
    assert caught.value is error
    with pytest.raises(HostError):
        call(host, SIZES[0], "add_index", "main")


def test_the_first_module_has_control(caplog: pytest.LogCaptureFixture) -> None:
    """All that a second one registers is left out, with one warning that names both."""
    spy = Spy(answer=7)
    second = {UPDATE: Gate, SIZES[0]: spy, SIZES[1]: spy}
    host = host_of(BackgroundUpdateController, {UPDATE: quick}, second)
    assert milliseconds(host) == 20
    assert [call(host, hook, "add_index", "main") for hook in SIZES] == [100, 100]
    assert spy.calls == []
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("hostkit.host", logging.WARNING)
    assert record.getMessage() == (
        "module 'b' registers for background_update_controller, which only one module can have; "
        "'a' is listed first and has it"
    )


def test_each_module_too_many_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    """However many hooks it registers for."""
    every = {UPDATE: quick, **dict.fromkeys(SIZES, answering(5))}
    host_of(BackgroundUpdateController, every, every, every)
    assert [message.split()[1] for message in caplog.messages] == ["'b'", "'c'"]


def test_a_shadow_module_does_not_have_control(caplog: pytest.LogCaptureFixture) -> None:
    """The one after it has, though it is listed later."""
    name = BackgroundUpdateController.name
    shadow = registering(name, **{UPDATE: Gate, SIZES[0]: answering(5)})
    modules = [
        {"module": shadow, "mode": "shadow"},
        {"module": registering(name, **{UPDATE: quick})},
    ]
    host = Host.from_config({"modules": modules}, categories=[BackgroundUpdateController]).build()
    assert milliseconds(host) == 20
    assert call(host, SIZES[0], "add_index", "main") == 100
    assert caplog.messages == []
