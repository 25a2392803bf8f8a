"""Which process does background work, and the loops that modules register."""

from __future__ import annotations

import functools
import math
from typing import Any

import pytest

from hostkit.api import HostServices, ModuleApi, Registrations
from hostkit.background import Worker, function_name
from hostkit.errors import RegistrationError


def job(*args: Any, **kwargs: Any) -> None:
    raise NotImplementedError


class Job:
    def __call__(self) -> None:
        raise NotImplementedError

    def method(self) -> None:
        raise NotImplementedError


class Nameless(Job):
    __name__ = ""


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (job, "job"),
        (Job().method, "method"),
        (functools.partial(job, 1), "job"),
        (functools.partial(functools.partial(Job().method)), "method"),
        (Job(), "Job"),
        (Nameless(), "Nameless"),
    ],
)
def test_a_loop_has_a_name(function: Any, name: str) -> None:
    """Also if its function has none."""
    assert function_name(function) == name


@pytest.fixture
def api() -> ModuleApi:
    """Make the api of a module."""
    return ModuleApi("m", Registrations(), HostServices(worker=Worker("w1", "w1")))


def test_a_module_can_ask_in_which_process_it_is(api: ModuleApi) -> None:
    """The name of the process, and whether it is the one for background work."""
    assert (api.worker_name, api.should_run_background_tasks()) == ("w1", True)
    alone = ModuleApi("m", Registrations(), HostServices())
    assert (alone.worker_name, alone.should_run_background_tasks()) == (None, True)


def test_a_description_is_the_modules_or_the_functions(api: ModuleApi) -> None:
    """The module's takes precedence."""
    assert api.looping_background_call(job, 1).description == "job"
    assert api.looping_background_call(job, 1, desc="tidy").description == "tidy"


def test_arguments_are_passed_on(api: ModuleApi) -> None:
    """By position and by name."""
    given: list[Any] = []

    def note(*args: Any, **kwargs: Any) -> None:
        given.append((args, kwargs))

    api.looping_background_call(note, 1, 2, 3, word=4)._function()
    assert given == [((2, 3), {"word": 4})]


@pytest.mark.parametrize("msec", [0, -1, math.nan, math.inf, "1000", None, True])
def test_an_interval_is_positive_and_finite(api: ModuleApi, msec: Any) -> None:
    """The error shows the value."""
    with pytest.raises(ValueError, match="in milliseconds, a number greater than zero, not "):
        api.looping_background_call(job, msec)


def test_a_function_is_passed_without_calling_it(api: ModuleApi) -> None:
    """The error has the code of callbacks, and a hint if the function was called."""

    async def work() -> None:
        raise NotImplementedError

    wrong: Any
    for wrong, has_hint in ((work(), True), ("work", False)):
        with pytest.raises(RegistrationError) as caught:
            api.looping_background_call(wrong, 1000)
        assert caught.value.code == "HK203"
        assert ("without calling it" in str(caught.value)) is has_hint


@pytest.mark.parametrize(
    ("arguments", "why"),
    [((), "missing a required argument: 'user'"), (("ann", 2), "too many positional arguments")],
)
def test_a_function_must_accept_its_arguments(
    api: ModuleApi, arguments: tuple[Any, ...], why: str
) -> None:
    """The error comes at registration, not at each run."""

    def greet(user: str) -> None:
        raise NotImplementedError

    with pytest.raises(RegistrationError, match=why) as caught:
        api.looping_background_call(greet, 1000, *arguments)
    assert caught.value.code == "HK203"
    assert "arguments for greet(user: 'str') -> 'None'" in str(caught.value)


def test_a_function_may_have_no_signature(api: ModuleApi) -> None:
    """Like some that are written in C; then its arguments are not checked."""
    api.looping_background_call(dict.fromkeys, 1000, ())
    api.looping_background_call(type, 1000, "anything")
