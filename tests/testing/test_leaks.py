from __future__ import annotations

import asyncio
import socket
import sys
import threading
import unittest
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hostkit import Host
from hostkit.testing import (
    HostTests,
    Leak,
    Recorder,
    assert_asked,
    build_host,
    run,
    watch_leaks,
)

from .shop import Comments


def left_by(function: Callable[[], Any]) -> list[Leak]:
    """Watch a function, and return what it leaves behind."""
    with watch_leaks() as leaks:
        function()
    return leaks


@pytest.mark.usefixtures("own_reactor")
def test_calls_of_the_reactor_are_timers() -> None:
    """They are cancelled, and known by the line that has made them."""
    calls: list[Any] = []

    async def leave() -> None:
        from twisted.internet import reactor

        installed: Any = reactor
        calls.append(installed.callLater(99, print))

    (leak,) = left_by(lambda: run(leave()))
    assert (leak.kind, leak.what) == ("timers", "a call of print in 99 s")
    assert leak.place is not None
    assert leak.place.startswith("tests/testing/test_leaks.py:")
    assert not calls[0].active()


@pytest.mark.usefixtures("own_reactor")
def test_threads_of_the_pool_are_not_left_behind() -> None:
    """They wait for others; a thread that ends by itself is no leak either."""

    async def use() -> None:
        from twisted.internet.threads import deferToThread

        await deferToThread(lambda: None)
        await asyncio.to_thread(lambda: None)
        threading.Thread(target=lambda: None).start()

    assert left_by(lambda: run(use())) == []


def test_a_call_that_is_over_is_none() -> None:
    """Nor is one that was cancelled, or one that happens now."""

    async def use() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(99, print).cancel()
        loop.call_later(0, int)
        await asyncio.sleep(0)

    assert left_by(lambda: run(use())) == []


def test_tasks_are_cancelled() -> None:
    """Also those that were not made by the loop, whose place is not known."""
    ends: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.sleep(99)
        finally:
            ends.append("cancelled")

    async def leave() -> None:
        ends.append(str(asyncio.Task(wait(), loop=asyncio.get_running_loop(), name="mine")))
        await asyncio.sleep(0)

    (leak,) = left_by(lambda: run(leave()))
    assert "the task mine" in leak.what
    assert leak.place is None
    assert ends[1:] == ["cancelled"]


@pytest.mark.usefixtures("own_reactor")
def test_tasks_of_an_asyncio_reactor_are_found() -> None:
    """Its loop is not the kit's, and knows no places."""
    from twisted.internet.asyncioreactor import AsyncioSelectorReactor
    from twisted.internet.main import installReactor

    loop = asyncio.new_event_loop()
    reactor: Any = AsyncioSelectorReactor(loop)
    installReactor(reactor)

    async def leave() -> None:
        asyncio.create_task(asyncio.sleep(99), name="late")  # noqa: RUF006
        loop.call_later(99, print)

    (leak,) = left_by(lambda: run(leave()))
    assert "the task late" in leak.what
    assert leak.place is None
    reactor.fireSystemEvent("shutdown")
    loop.close()


@pytest.mark.usefixtures("own_reactor")
def test_what_is_closed_meanwhile_is_let_be() -> None:
    """A timer that the end of a task has cancelled, before it is the timer's turn."""
    timers: list[Any] = []

    async def wait() -> None:
        from twisted.internet import reactor

        installed: Any = reactor
        timers.append(installed.callLater(99, print))
        try:
            await asyncio.sleep(99)
        finally:
            timers[0].cancel()

    async def leave() -> None:
        asyncio.create_task(wait())  # noqa: RUF006
        await asyncio.sleep(0)

    assert [leak.kind for leak in left_by(lambda: run(leave()))] == ["tasks", "timers"]
    assert not timers[0].active()


def test_threads_are_noted_with_their_place() -> None:
    """As Python 3.12 and later report them; what else is begun is left alone, and goes on."""
    ending = threading.Event()
    thread = threading.Thread(target=ending.wait, name="noted")

    def leave() -> None:
        thread.start()
        sys.audit("_thread.start_new_thread", thread.run)
        sys.audit("_thread.start_new_thread", print)

    (leak,) = left_by(leave)
    assert (leak.kind, thread.is_alive()) == ("threads", True)
    assert leak.what.startswith("the thread 'noted', which is at ")
    assert leak.place is not None
    assert leak.place.startswith("tests/testing/test_leaks.py:")
    ending.set()
    thread.join()


@pytest.mark.parametrize("is_closed", [False, True])
def test_hosts_are_stopped_where_they_were_started(is_closed: bool) -> None:
    """On their loop; or, if that is closed, on the kit's."""
    recorder = Recorder()
    loop = asyncio.new_event_loop()

    def leave() -> None:
        loop.run_until_complete(build_host([recorder], categories=[Comments]).start())
        if is_closed:
            loop.close()

    (leak,) = left_by(leave)
    assert (leak.kind, recorder.steps) == ("hosts", ["start", "stop"])
    assert leak.place is not None
    assert leak.place.startswith("tests/testing/test_leaks.py:")
    loop.close()


def test_hosts_that_were_not_built_are_not_seen() -> None:
    """They have nothing to show, and nothing to stop."""

    def leave() -> None:
        Host()
        with pytest.raises(LookupError, match="no host of this test has the hook"):
            assert_asked("check_comment")

    assert left_by(leave) == []


def test_a_leak_shows_its_place() -> None:
    """If that is known."""
    assert str(Leak("tasks", "a task")) == "a task"
    assert str(Leak("timers", "a timer", "x.py:1")) == "a timer, made at x.py:1"


def test_without_a_line_of_the_test_a_place_is_that_of_a_library() -> None:
    """Such as one of Python's, in a thread that runs nothing else."""
    made: list[socket.socket] = []
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        (leak,) = left_by(lambda: made.append(pool.submit(socket.socket).result()))
    assert leak.kind == "sockets"
    assert leak.place is not None
    assert "socket.py:" in leak.place


def test_clients_on_a_loop_that_is_closed_are_left_alone() -> None:
    """Another plugin has closed it, and with it all connections; the host is stopped."""
    recorder = Recorder()

    class Closing(HostTests, unittest.TestCase):
        def test_it(self) -> None:
            """Another plugin runs it on a loop of its own."""
            client = self.make_client(self.build_host([recorder], categories=[Comments]))
            asyncio.run(client.open())
            self.make_client(client.host)

    assert Closing("test_it").run().wasSuccessful()
    assert recorder.steps == ["start", "stop"]
