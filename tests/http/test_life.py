from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import attrs
import pytest

from hostkit import Host
from hostkit.config import from_mapping
from hostkit.http import HttpCallError, HttpCounts, HttpUnreachableError
from hostkit.testing import build_host
from hostkit.traces import current_trace, read_trace
from tests.http.conftest import Client
from tests.http.servers import Asking, always, cut, serving, silence


def config_of(*modules: dict[str, Any], **http: Any) -> dict[str, Any]:
    """A configuration with these modules and settings."""
    listed = [{"module": Asking, **module} for module in modules]
    return {"modules": listed, "hostkit": {"http": http}}


async def test_requests_end_with_their_module() -> None:
    """What is in flight when the host is stopped is cancelled, and nothing can be begun later."""
    host = Host.from_config(config_of({"name": "a"}), categories=[])
    async with serving(silence) as server:
        async with host:
            http = host.modules[0].instance.http
            task = asyncio.create_task(http.get_raw(f"{server.url}/x"))
            while not server.heard:
                await asyncio.sleep(0)
        await server.closed.wait()
        with pytest.raises(HttpCallError) as raised:
            await task
        with pytest.raises(HttpCallError, match="module 'a' was stopped"):
            await http.get_raw(server.url)
    assert str(raised.value) == f"HK508 GET {server.url}/x is not answered: module 'a' was stopped"


async def test_a_reload_ends_those_of_modules_that_are_gone() -> None:
    """The others go on, and so do the counts of a name."""
    host = Host.from_config(config_of({"name": "a"}, {"name": "b"}), categories=[])
    async with serving(silence) as server, host:
        gone, kept = (
            asyncio.create_task(module.instance.http.get_raw(server.url)) for module in host.modules
        )
        while len(server.heard) < 2:
            await asyncio.sleep(0)
        await host.reload(from_mapping(config_of({"name": "a", "config": {"x": 1}}, {"name": "b"})))
        with pytest.raises(HttpCallError, match="module 'a' was stopped"):
            await gone
        assert not kept.done()
        async with serving(always(200, b"ok")) as other:
            assert await host.modules[0].instance.http.get_raw(other.url) == b"ok"
        assert host.http_counts["a"].calls == 2
        kept.cancel()
        await asyncio.wait({kept})


async def test_a_host_may_be_started_again() -> None:
    """Then its modules may ask again."""
    host = Host.from_config(config_of({}), categories=[])
    async with serving(always(200, b"ok")) as server:
        for _ in range(2):
            async with host:
                assert await host.modules[0].instance.http.get_raw(server.url) == b"ok"
    assert server.connections == 2


async def test_a_start_that_fails_closes_connections() -> None:
    """As a stop does."""

    class Failing(Asking):
        async def start(self) -> None:
            await self.http.get_raw(server.url)
            raise ValueError("no")

    host = build_host([Failing], categories=[])
    async with serving(always(200, b"ok")) as server:
        with pytest.raises(Exception, match="no"):
            await host.start()
        await server.closed.wait()


async def test_a_module_may_ask_while_it_stops() -> None:
    """To sign off, for instance."""

    class Polite(Asking):
        async def stop(self) -> None:
            await self.http.request("DELETE", f"{server.url}/me")

    async with serving(always(204)) as server, build_host([Polite], categories=[]):
        pass
    assert [each.method for each in server.heard] == ["DELETE"]


async def test_calls_are_counted_for_each_module() -> None:
    """In plain numbers, from which metrics are made."""
    host = Host.from_config(config_of({"name": "a"}, {"name": "b"}), categories=[])
    async with host, serving(always(200, b"12345")) as server, serving(always(500)) as broken:
        first, second = (module.instance.http for module in host.modules)
        await first.get_raw(server.url)
        await first.get_raw(server.url)
        await first.request("GET", broken.url)
        async with serving(cut) as closed:
            pass
        with pytest.raises(HttpUnreachableError):
            await first.get_raw(closed.url, retries=1)
        assert host.http_counts["b"] == HttpCounts()
        await second.get_raw(server.url)
    counts = host.http_counts["a"]
    assert attrs.evolve(counts, seconds=0) == HttpCounts(
        calls=4, failures=2, retries=1, received_bytes=10
    )
    assert counts.seconds > 0
    assert host.http_counts["b"].calls == 1


async def test_settings_change_with_a_reload() -> None:
    """For all requests that are sent from then on."""
    host = Host.from_config(config_of({}), categories=[])
    async with host, serving(always(200, b"x" * 2000)) as server:
        http = host.modules[0].instance.http
        assert len(await http.get_raw(server.url)) == 2000
        await host.reload(from_mapping(config_of({}, max_response="1K")))
        assert host.modules[0].instance.http is http
        with pytest.raises(HttpCallError, match="more than 1024 bytes"):
            await http.get_raw(server.url)


async def test_the_trace_is_passed_on(client: Client) -> None:
    """As headers, unless the module sets them itself."""
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    token = current_trace.set(read_trace(parent, "a=b"))
    async with client() as http, serving(always(200)) as server:
        await http.get_raw(server.url)
        await http.get_raw(server.url, headers={"Traceparent": "other"})
        current_trace.reset(token)
        await http.get_raw(server.url)
    first, second, third = (each.headers for each in server.heard)
    assert (first["traceparent"], first["tracestate"]) == (parent, "a=b")
    assert second["traceparent"] == "other"
    assert "traceparent" not in third


def test_traces_are_read() -> None:
    """What is malformed is not passed on."""
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    found = read_trace(parent)
    assert found is not None
    assert found.headers == {"traceparent": parent}
    assert read_trace("00-xyz") is None
    assert read_trace(f"{parent}\r\nX: y") is None
    long = read_trace(parent, "a=" + "b" * 600)
    assert long is not None
    assert long.state == ""


async def test_the_package_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the first request fails, and says how to install it."""
    monkeypatch.setitem(sys.modules, "treq.client", None)
    monkeypatch.delitem(sys.modules, "hostkit.http._transport", raising=False)
    host = build_host([Asking], categories=[])
    async with host:
        with pytest.raises(HttpCallError) as raised:
            await host.modules[0].instance.http.get_raw("http://x.example/")
    assert raised.value.code == "HK500"
    assert "needs the package treq" in str(raised.value)
    assert "pip install 'hostkit-framework[http]'" in str(raised.value)


PROGRAM = """
import asyncio, sys, threading, http.server
from hostkit import Host, start_entry

class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *_): pass

class Asking:
    def __init__(self, config, api):
        self.api = api
    async def start(self):
        print(await self.api.http_client.get_raw(f"http://localhost:{port}/"))
        try:
            await self.api.http_client.get_raw(f"http://localhost:{port}/", timeout_seconds=1e-9)
        except Exception as error:
            print(type(error).__name__, error.code)

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
port = server.server_port

async def main():
    async with Host.from_config({"modules": [{"module": Asking}]}, categories=[]):
        pass

kind = sys.argv[1]
if kind == "asyncio":
    asyncio.run(main())
elif kind == "uvloop":
    import uvloop
    uvloop.run(main())
else:
    if kind == "asyncio-reactor":
        from twisted.internet import asyncioreactor
        asyncioreactor.install()
    from twisted.internet import task
    task.react(lambda reactor: start_entry(main()))
"""


@pytest.mark.parametrize("kind", ["asyncio", "uvloop", "asyncio-reactor", "epoll"])
def test_every_event_loop_works(kind: str) -> None:
    """Of asyncio alone, and of Twisted; nothing is left behind."""
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM, kind],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.returncode) == ("b'ok'\nHttpUnreachableError HK504\n", 0), ran.stderr
