"""What becomes of the setting ``redis:``, and of cached methods in the life of a host."""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hostkit import cached
from hostkit.api import ModuleApi
from hostkit.errors import ConfigErrors, ModuleFailedError
from hostkit.host import Host, build_from_file
from hostkit.testing import run
from tests.messages.servers import Place, place

__all__ = ["place"]


class Lookup:
    """A module with a cached method."""

    built: ClassVar[list[Lookup]] = []

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        self.fails = config.get("fails", False)
        self.api = api
        self.asked = 0
        api.register_cached_function(self.name_of)
        self.built.append(self)

    async def start(self) -> None:
        if self.fails:
            raise ValueError("broken")

    @cached()
    async def name_of(self, user: str) -> int:
        self.asked += 1
        return self.asked


@pytest.fixture(autouse=True)
def _fresh() -> None:
    Lookup.built.clear()


def host_of(url: str | None, **config: Any) -> Host:
    """Make a host with one module."""
    settings = {} if url is None else {"redis": {"url": url}}
    modules = [{"module": Lookup, "config": config, "name": "names"}]
    return Host.from_config({"modules": modules, "hostkit": settings}, categories=[])


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if "hostkit" in each.name]


async def test_a_host_alone_needs_no_server() -> None:
    """Entries are dropped in this process, and no thread is begun."""
    async with host_of(None):
        (module,) = Lookup.built
        assert await module.name_of("ann") == 1
        await module.api.invalidate_cache(module.name_of, ("ann",))
        assert await module.name_of("ann") == 2
        assert threads() == []


async def test_hosts_hear_of_each_other(place: Place) -> None:
    """As soon as both are started, and until they are stopped; then nothing of it is left."""
    async with host_of(place.url), host_of(place.url):
        one, other = Lookup.built
        assert [await one.name_of("ann"), await other.name_of("ann")] == [1, 1]
        await one.api.invalidate_cache(one.name_of, ("ann",))
        while await other.name_of("ann") == 1:
            await asyncio.sleep(0)
        assert [await one.name_of("ann"), await other.name_of("ann")] == [2, 2]
        assert len(threads()) == 2
    assert threads() == []


async def test_a_reload_keeps_the_connection(place: Place) -> None:
    """Modules that are kept, and new ones, receive invalidations as before."""
    async with host_of(place.url) as host, host_of(place.url):
        kept, elsewhere = Lookup.built
        file = host.file
        await host.reload(file)
        assert await kept.name_of("ann") == 1
        await elsewhere.api.invalidate_cache(elsewhere.name_of, ("ann",))
        while await kept.name_of("ann") == 1:
            await asyncio.sleep(0)


def test_only_hosts_with_the_key_hear_each_other(place: Place) -> None:
    """Another tenant of the server empties no caches; a reload changes the key."""

    def host(**redis: str) -> Host:
        modules = [{"module": Lookup, "name": "names"}]
        settings = {"redis": {"url": place.url, **redis}}
        return Host.from_config({"modules": modules, "hostkit": settings}, categories=[])

    async def drop(lookup: Lookup) -> None:
        await lookup.api.invalidate_cache(lookup.name_of, ("ann",))

    async def main() -> None:
        async with host(key="k" * 16), host(key="k" * 16), host() as tenant, host(key="o" * 16):
            one, other, stranger, key_of_another = Lookup.built
            assert await other.name_of("ann") == 1
            await drop(stranger)
            await drop(key_of_another)
            await drop(one)
            while await other.name_of("ann") == 1:
                await asyncio.sleep(0)
            assert await other.name_of("ann") == 2
            settings = {"redis": {"url": place.url, "key": "k" * 16}}
            modules = [{"module": Lookup, "name": "names"}]
            await tenant.reload({"modules": modules, "hostkit": settings})
            await drop(stranger)
            while await other.name_of("ann") == 2:
                await asyncio.sleep(0)

    run(main())


async def test_hosts_with_another_channel_do_not_hear_each_other(place: Place) -> None:
    """So several applications can share a server."""

    def host(channel: str) -> Host:
        settings = {"redis": {"url": place.url, "channel": channel}}
        modules = [{"module": Lookup, "name": "names"}]
        return Host.from_config({"modules": modules, "hostkit": settings}, categories=[])

    async with host("a"), host("b"), host("b"):
        one, other, third = Lookup.built
        assert await other.name_of("ann") == 1
        for each in (one, third):
            await each.api.invalidate_cache(each.name_of, ("ann",))
        while await other.name_of("ann") == 1:
            await asyncio.sleep(0)
        assert await other.name_of("ann") == 2


async def test_a_failed_start_leaves_nothing(place: Place) -> None:
    """Neither does one that is cancelled while it waits for the server."""
    with pytest.raises(ModuleFailedError, match="broken"):
        await host_of(place.url, fails=True).start()
    assert threads() == []
    starting = asyncio.create_task(host_of(place.url).start())
    while not threads():
        await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert threads() == []


async def test_a_host_can_be_stopped_while_it_connects(place: Place) -> None:
    """The start ends with an error that says so, and the thread has ended."""
    host = host_of(place.url)
    starting = asyncio.create_task(host.start())
    while not threads():
        await asyncio.sleep(0)
    await host.stop()
    with pytest.raises(Exception, match="the host was stopped while it was starting"):
        await starting
    assert threads() == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://localhost", "it begins with another scheme"),
        ("redis://:hunter2@localhost:port", "its port is not a number; in a password, write %2F"),
        ("redis://localhost?colour=red", "the client has no option 'colour'"),
        ("redis://:hunter2@localhost/0?db=x", "the value of its option 'db' is wrong"),
        ("redis://:hun?ter2@localhost", "it has a character in its password that means something"),
        ("redis://:hun#ter2@localhost", "it has a character in its password that means something"),
        ("redis://:hun/ter2@localhost", "its port is not a number; in a password, write %2F for /"),
        ("redis://localhost:99999", "its port is more than 65535"),
        ("redis://[::1/0", "its host is not one"),
        ("rediss://localhost?ssl_cert_reqs=x", "the value of its option 'ssl_cert_reqs' is wrong"),
        ("redis://localhost?protocol=7", "the value of its option 'protocol' is wrong"),
    ],
)
def test_a_wrong_url_is_a_problem_with_its_place(
    url: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is reported together with problems of modules, without what may be a password."""
    monkeypatch.setenv("URL", url)
    path = tmp_path / "host.yaml"
    path.write_text("modules:\n- module: no.such\nhostkit:\n  redis: {url: !env URL}\n")
    with pytest.raises(ConfigErrors) as caught:
        build_from_file(path, categories=[])
    assert [problem.code for problem in caught.value.problems] == ["HK101", "HK407"]
    problem = caught.value.problems[1]
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (4, 16)
    assert problem.message.startswith(f"this is not the URL of a Redis server: {reason}")
    assert "hun" not in problem.render()
    assert "ter2" not in problem.render()


def test_the_package_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The problem says what to install."""
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(ConfigErrors, match=r"needs the package redis") as caught:
        host_of("redis://localhost").build()
    (problem,) = caught.value.problems
    assert (problem.code, problem.hint) == ("HK110", "pip install 'hostkit-framework[redis]'")
