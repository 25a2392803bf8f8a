"""The event loops that tests of entries run on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import uvloop
from twisted.logger import ILogObserver, LogLevel, globalLogPublisher
from zope.interface import provider

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

both_loops = pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
"""Runs a test on Python's own loop, and on uvloop."""


def run_on(
    new_loop: Callable[[], asyncio.AbstractEventLoop], coroutine: Coroutine[Any, Any, T]
) -> T:
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
