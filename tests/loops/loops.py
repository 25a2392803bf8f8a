"""The event loops that tests of entries run on."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest
import uvloop
from twisted.logger import ILogObserver, LogLevel, globalLogPublisher
from zope.interface import provider

NewLoop = Callable[[], asyncio.AbstractEventLoop]

T = TypeVar("T")


def run_on(new_loop: NewLoop, coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine; no error may be left behind."""
    complaints: list[Any] = []

    @provider(ILogObserver)
    def observe(event: Any) -> None:
        if event["log_level"] >= LogLevel.warn:
            complaints.append(event)

    globalLogPublisher.addObserver(observe)
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.get_loop().set_exception_handler(lambda _, context: complaints.append(context))
            result = runner.run(coroutine)
    finally:
        globalLogPublisher.removeObserver(observe)
    assert complaints == []
    return result


def _on(*loops: NewLoop) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    def decorate(test: Callable[..., Any]) -> Callable[..., None]:
        @functools.wraps(test)
        def run_test(new_loop: NewLoop, **arguments: Any) -> None:
            run_on(new_loop, test(**arguments))

        own = inspect.signature(test).parameters.values()
        given = inspect.Parameter("new_loop", inspect.Parameter.KEYWORD_ONLY)
        keywords = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
        vars(run_test)["__signature__"] = inspect.Signature([*keywords, given])
        parametrized: Callable[..., None] = pytest.mark.parametrize("new_loop", loops)(run_test)
        return parametrized

    return decorate


own_loop = _on(asyncio.new_event_loop)
"""Runs an async test on a loop of its own, where it may leave no error behind."""

both_loops = _on(asyncio.new_event_loop, uvloop.new_event_loop)
"""Runs an async test on Python's own loop, and on uvloop, likewise."""
