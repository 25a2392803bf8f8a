from __future__ import annotations

from typing import Any

from hostkit.testing import Client, Recorder, build_host

LISTENER = {"endpoint": "tcp:8080:interface=127.0.0.1", "serve": ["health"]}


def serve(*modules: Any) -> Client:
    """Serve the pages about health, and nothing else."""
    return Client(build_host(modules, categories=[], listeners=[LISTENER]))


async def test_a_process_that_answers_is_alive() -> None:
    """What watches over it asks nothing more, and must not be given an old answer."""
    async with serve() as client:
        answer = await client.get("/health")
    assert (answer.status, answer.json) == (200, {"status": "alive"})
    assert answer.headers["cache-control"] == "no-store"


async def test_a_server_is_ready_or_not() -> None:
    """What sends it requests is notified when to stop, and to ask again; the head is enough."""
    async with serve() as client:
        assert (await client.get("/ready")).json == {"status": "ready"}
        await client.host.stop()
        answer, head = await client.get("/ready"), await client.head("/ready")
    assert (answer.status, answer.json["errcode"]) == (503, "not_ready")
    assert answer.headers["retry-after"] == "1"
    assert (head.status, head.body) == (503, b"")


async def test_a_server_may_be_ready_without_some_modules() -> None:
    """It is sent requests, and what watches it can see which optional modules are missing."""
    geo = {**Recorder(name="geo", no_such_hook=1).entry, "optional": True}
    async with serve(geo) as client:
        answer = await client.get("/ready")
        await client.host.stop()
        assert (await client.get("/ready")).status == 503
    assert (answer.status, answer.json) == (200, {"status": "degraded", "missing": ["geo"]})
