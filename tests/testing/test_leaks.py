from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hostkit import Host
from hostkit.testing import Recorder, build_host, run
from hostkit.testing._fixtures import Kit
from hostkit.testing._leaks import Leak, LeakWatch, _audit, _close, _threads, close_host, report
from hostkit.testing._loop import KitLoop
from hostkit.testing._places import place_here
from hostkit.testing._seen import hosts_seen, place_of_host

from .shop import Comments

if TYPE_CHECKING:
    from collections.abc import Callable


def left_by(function: Callable[[], Any]) -> list[Leak]:
    """Watch a function, and return what it leaves behind."""
    watch = LeakWatch()
    watch.begin()
    try:
        function()
    finally:
        leaks = watch.end()
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


def test_what_is_closed_meanwhile_is_let_be() -> None:
    """A call that has happened while the others were closed, and threads, which nothing closes."""

    class Happened:
        def active(self) -> bool:
            return False

    _close("timers", Happened())
    _close("threads", threading.current_thread())


def test_threads_are_noted_with_their_place() -> None:
    """As Python 3.12 and later report them; what else is begun is left alone."""
    thread = threading.Thread(target=lambda: None, name="noted")
    watch = LeakWatch()
    watch.begin()
    _audit("_thread.start_new_thread", (thread.run,))
    _audit("_thread.start_new_thread", (print,))
    assert _threads[thread].startswith("tests/testing/test_leaks.py")
    assert watch.end() == []


def test_hosts_are_stopped_where_they_were_started() -> None:
    """On their loop; or, if that is closed, on the kit's."""
    recorder = Recorder()
    host = build_host([recorder], categories=[Comments])
    loop = asyncio.new_event_loop()
    loop.run_until_complete(host.start())
    close_host(host)
    assert recorder.steps == ["start", "stop"]
    loop.run_until_complete(host.start())
    loop.close()
    close_host(host)
    assert recorder.steps == ["start", "stop"] * 2
    close_host(host)
    close_host(Host())


def test_hosts_that_were_not_built_are_not_seen() -> None:
    """They have nothing to show; their place is known."""
    watch = LeakWatch()
    watch.begin()
    host = Host()
    assert hosts_seen() == []
    assert place_of_host(host).startswith("tests/testing/test_leaks.py")
    assert watch.hosts == [host]
    assert watch.end() == []
    assert place_of_host(host).startswith("tests")


def test_a_report_leaves_out_what_is_excused() -> None:
    """And there is none without leaks."""
    leaks = [Leak("tasks", "a task"), Leak("timers", "a timer", "x.py:1")]
    assert report([]) is None
    assert report(leaks[:1], "tasks") is None
    text = report(leaks, "tasks")
    assert text is not None
    assert text.splitlines()[1] == "  timers: a timer, made at x.py:1"


def test_a_place_is_one_of_the_test() -> None:
    """Without one, it is where Python is."""
    assert place_here().startswith("tests/testing/test_leaks.py:")
    namespace: dict[str, Any] = {"place_here": place_here}
    places: list[str] = []
    namespace["places"] = places
    code = "def here():\n    places.append(place_here(frame))\n"
    exec(code, namespace)

    class Frame:
        f_back = None
        f_lineno = 7
        f_code = namespace["here"].__code__

    namespace["frame"] = Frame()
    namespace["here"]()
    assert places == ["<string>:7"]


def test_loops_that_are_closed_are_left_alone() -> None:
    """Nothing can be left on them."""
    loop = KitLoop()
    loop.close()
    assert left_by(lambda: None) == []


def test_clients_on_a_loop_that_is_closed_are_left_alone() -> None:
    """Another plugin has closed it, and with it all connections; the host is stopped."""
    recorder = Recorder()
    kit = Kit(Path)
    client = kit.client(kit.host([recorder], categories=[Comments]))
    asyncio.run(client.open())
    kit.client(client.host)
    kit.close()
    assert recorder.steps == ["start", "stop"]
