from __future__ import annotations

from typing import Any

from hostkit.testing import MakeClient, MakeHost
from hostkit.traces import current_trace
from hostkit.web import JsonResource

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Page(JsonResource):
    async def on_GET(self, request: Any) -> Any:  # noqa: N802
        trace = current_trace.get()
        return None if trace is None else trace.headers


class Pages:
    def __init__(self, config: Any, api: Any) -> None:
        api.register_web_resource("/page", Page())  # type: ignore[no-untyped-call]


async def test_a_request_has_its_trace(hostkit_host: MakeHost, hostkit_client: MakeClient) -> None:
    """What is done for it finds the trace, and nothing that comes later does."""
    client = hostkit_client(hostkit_host([Pages], categories=[]))
    headers = {"traceparent": PARENT, "tracestate": "a=b"}
    assert (await client.get("/page", headers=headers)).json == headers
    assert (await client.get("/page")).status == 204
    assert (await client.get("/page", headers={"traceparent": "nonsense"})).status == 204
    assert current_trace.get() is None
