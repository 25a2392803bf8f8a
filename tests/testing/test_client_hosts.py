from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from hostkit import Deny, Host
from hostkit.testing import Client, Clock, Recorder, build_host, run

from .projects import HEAD
from .shop import Comments, Words

HOOKS = {"endpoint": "tcp:8080:interface=127.0.0.1", "serve": ["hooks"]}
PAGES = {
    "endpoint": "tcp:80:interface=127.0.0.1",
    "serve": ["modules", "health"],
    "limits": {"body": "1K"},
}


def make_host(**settings: Any) -> Host:
    """Build a host with a page and a module that denies everything."""
    strict = Recorder(name="strict", check_comment=Deny("no", "not today"))
    return build_host([Words, strict], categories=[Comments], **settings)


def test_what_a_resource_raised_is_raised() -> None:
    """In the test, when the context ends."""

    async def main() -> None:
        async with Client(make_host()) as client:
            with client.raising():
                assert (await client.get("/words")).status == 200
                logging.getLogger("hostkit.modules.x").error("about no page")
            with pytest.raises(ValueError, match="out of order"), client.raising():
                assert (await client.get("/words?raise")).status == 500
            with pytest.raises(AssertionError, match="gave int"), client.raising():
                await client.get("/words?nonsense")

    run(main())


def test_listeners_are_as_in_the_file() -> None:
    """Each is asked by its number, with its token."""
    listeners = [PAGES, {**HOOKS, "token": "0123456789abcdef"}]
    host = make_host(listeners=listeners)

    async def main() -> None:
        pages, stranger = Client(host), Client(host, listener=1)
        friend = Client(host, listener=1, token="0123456789abcdef")
        await host.start()
        assert (await pages.get("/words")).status == 200
        assert (await stranger.call_hook("comments.check_comment", author="a")).status == 401
        assert (await friend.call_hook("comments.check_comment", author="a")).status == 403
        for client in (pages, stranger, friend, friend):
            await client.close()
        assert host.is_running
        await host.reload(host.file)
        await host.stop()

    run(main())


def test_a_client_starts_its_host_and_stops_it() -> None:
    """Unless it runs already. It has a URL while it is open."""
    host = make_host()

    async def main() -> None:
        client = Client(host)
        with pytest.raises(RuntimeError, match="the client is not open"):
            _ = client.url
        await client.get("/words")
        assert client.url == "http://127.0.0.1:8080"
        assert host.is_running
        await client.close()
        assert not host.is_running

    run(main())


def test_what_is_served_changes_with_the_host() -> None:
    """A reload takes over the pages."""
    host = make_host()

    async def main() -> None:
        async with Client(host) as client:
            await host.reload({"modules": [], "hostkit": {"timing": "exact"}})
            assert (await client.get("/words")).status == 404

    run(main())


def test_a_client_goes_by_the_clock_of_its_host() -> None:
    """Deadlines are those of the listener."""
    clock = Clock()
    host = build_host([Words], categories=[Comments], clock=clock)

    async def main() -> None:
        async with Client(host) as client:
            connection = await client.connect()
            connection.send("GET /words HTTP/1.1\r\n")
            await clock.advance(60)
            assert b" 408 " in await connection.until_closed()

    run(main())


def test_a_connection_that_is_cut_before_its_answer() -> None:
    """Is an error as well."""

    async def main() -> None:
        async with Client(make_host()) as client:

            class Cutting:
                def buildProtocol(self, _: Any) -> Any:  # noqa: N802
                    from twisted.internet.protocol import Protocol

                    class Cut(Protocol):
                        def dataReceived(self, data: bytes) -> None:  # noqa: N802
                            assert self.transport is not None
                            self.transport.loseConnection()

                    return Cut()

            client._reactor.ports[0].factory = Cutting()
            with pytest.raises(ConnectionResetError, match="before there was an answer"):
                await client.get("/words")

    run(main())


@pytest.mark.parametrize("turns", [1, 8, 100])
def test_a_request_can_be_cancelled(turns: int) -> None:
    """Before it has an answer, and while that is read."""

    async def main() -> None:
        async with Client(make_host()) as client:
            held = asyncio.ensure_future(client.get("/words?hold"))
            for _ in range(turns):
                await asyncio.sleep(0)
            held.cancel()
            with pytest.raises(asyncio.CancelledError):
                await held

    run(main())


def test_a_port_needs_a_reactor_on_this_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what has one."""
    import sys

    class Still:
        _asyncioEventloop = object()  # noqa: N815

    monkeypatch.setitem(sys.modules, "twisted.internet.reactor", Still())
    monkeypatch.setattr("twisted.internet.reactor", Still(), raising=False)

    async def main() -> None:
        with pytest.raises(RuntimeError, match="needs a reactor that runs, and Still does not"):
            await Client(make_host(), serve=True).get("/words")

    asyncio.run(main())


@pytest.mark.parametrize(
    ("reactor", "way"),
    [
        ("default", "remove `hostkit_reactor = default` from pytest's ini file"),
        ("asyncio", "run the test with hostkit's plugin"),
    ],
)
def test_a_port_needs_a_reactor_that_runs(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, reactor: str, way: str
) -> None:
    """The error says what has chosen it, or where it runs."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    project.makeini(f"[pytest]\nhostkit_reactor = {reactor}\n")
    tests = f"""
def test_port():
    async def main():
        client = Client(build_host([Words], categories=[Comments]), serve=True)
        with pytest.raises(RuntimeError, match="{way}"):
            await client.get("/")

    asyncio.run(main())
"""
    project.makepyfile(test_words=HEAD + tests)
    ran = project.runpytest_subprocess("-p", "hostkit.testing.plugin")
    ran.assert_outcomes(passed=1)


def test_a_client_works_without_asyncio(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a coroutine that Twisted drives, as trial does, time is the reactor's."""
    clock = Clock()
    monkeypatch.setitem(__import__("sys").modules, "twisted.internet.reactor", clock)
    monkeypatch.setattr("twisted.internet.reactor", clock, raising=False)

    async def main() -> int:
        async with Client(make_host()) as client:
            return (await client.get("/words")).status

    status: list[int] = []
    Deferred.fromCoroutine(main()).addCallback(status.append)
    for _ in range(20):
        clock.advance(0)
    assert status == [200]
