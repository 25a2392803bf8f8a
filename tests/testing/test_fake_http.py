from __future__ import annotations

from typing import Any

import pytest

from hostkit import ModuleApi
from hostkit.http import HttpBusyError, HttpStatusError, HttpUnreachableError
from hostkit.testing import Answer, MakeHost, build_module, fake_http


class Reputation:
    """Asks another server about words."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        self.http = api.http_client

    async def ask(self, word: str) -> Any:
        url = "http://list.example/words"
        return await self.http.get_json(url, params={"word": word}, headers={"X-Key": "k"})


async def test_fakes_stand_in_for_other_servers(hostkit_host: MakeHost) -> None:
    """They see what a module asks, and answer it."""
    servers = fake_http({"http://list.example/words?word=a+b": {"score": 3}})
    host = hostkit_host([Reputation], categories=[], servers=servers)
    module = host.modules[0].instance
    assert await module.ask("a b") == {"score": 3}
    (requested,) = servers.requests
    assert (requested.method, requested.headers["X-Key"]) == ("GET", "k")
    assert host.http_counts[host.modules[0].name].calls == 1


async def test_fakes_fail_as_servers_do() -> None:
    """With the errors that modules get from real ones, and at once: no pause is waited for."""
    answers = iter([503, 503, 503])
    servers = fake_http(
        {
            "http://x/down": ConnectionRefusedError("down"),
            "http://x/busy": lambda _: next(answers),
            "http://x/gone": 410,
            "http://x/moved": Answer(302, {"location": "/there"}),
            "http://x/there?": "here",
            "POST http://x/there?q=1&a=b": "posted",
            "POST http://x/form": lambda asked: asked.body.decode(),
        }
    )
    http = build_module(Reputation, categories=[], servers=servers).api.http_client
    with pytest.raises(HttpUnreachableError, match="GET http://x/down: down"):
        await http.get_json("http://x/down")
    with pytest.raises(HttpBusyError):
        await http.get_json("http://x/busy")
    with pytest.raises(HttpStatusError, match="410 Gone"):
        await http.get_json("http://x/gone")
    with pytest.raises(LookupError, match="nothing answers GET http://x/there;"):
        await http.get_json("http://x/moved")
    assert await http.post_json("http://x/there?q=1", {}, params={"a": "b"}) == "posted"
    form = await http.request("POST", "http://x/form", form={"a": "1 2"})
    assert form.json == "a=1+2"
    assert [each.url for each in servers.requests].count("http://x/busy") == 3
