"""A host serves its modules, and its hooks, in a site of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from twisted.web.static import Data

from hostkit import ALLOW, Category, Decision, Host, HostkitError, ModuleApi, hookspec, rules
from hostkit.web import Gateway, Router
from tests.web.conftest import ask
from tests.web.pages import Echo

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "0123456789abcdef"
HOOK = "/_hostkit/hooks/comments/check_comment"


class Comments(Category):
    @hookspec(rules.FirstDenial())
    async def check_comment(self, text: str) -> Decision:
        """Called before a comment is stored."""
        return ALLOW


class Pages:
    """A module that serves pages that tell their names."""

    def __init__(self, config: dict[str, str], api: ModuleApi) -> None:
        for path, name in config.items():
            api.register_web_resource(path, Echo(name))


def pages(**config: str) -> dict[str, Any]:
    served = {f"/{path}": name for path, name in config.items()}
    return {"modules": [{"module": Pages, "name": "pages", "config": served}]}


def host_of(mapping: dict[str, Any]) -> Host:
    return Host.from_config(mapping, categories=[Comments]).build()


def reload(host: Host, mapping: dict[str, Any], then: Callable[[], Any]) -> Any:
    """Start a host, reload it, and return what there is then."""

    async def run() -> Any:
        async with host:
            await host.reload(mapping)
            return then()

    return asyncio.run(run())


def test_modules_are_served_before_and_after_a_reload() -> None:
    """What a request finds is what the modules of this moment have registered."""
    host = host_of(pages(a="old", b="gone"))
    root = Router(host=host)
    assert [ask(root, "GET", path).status for path in ("/a", "/b", "/c")] == [200, 200, 404]

    def answers() -> list[Any]:
        return [
            (each.status, each.body) for each in (ask(root, "GET", f"/{name}") for name in "abc")
        ]

    first, second, third = reload(host, pages(a="new", c="other"), answers)
    assert (first, third) == ((200, b"new: a | "), (200, b"other: c | "))
    assert second[0] == 404


def test_resources_of_the_host_hide_those_of_modules() -> None:
    """Before and after a reload."""
    host = host_of(pages(a="module", b="module"))
    root = Router({"/a": Data(b"host", "text/plain")}, host=host)
    assert [ask(root, "GET", path).body for path in ("/a", "/b")] == [b"host", b"module: b | "]
    assert reload(host, pages(a="new"), lambda: ask(root, "GET", "/a").body) == b"host"


def test_failures_of_modules_are_logged_by_their_names(caplog: pytest.LogCaptureFixture) -> None:
    """The router knows whose resource it is; one of the host's own is no module's."""

    class Broken:
        def __init__(self, config: object, api: ModuleApi) -> None:
            api.register_web_resource("/broken", Echo("broken"))
            api.register_web_resource("/own", Echo("broken"))

    mapping = {"modules": [{"module": Broken, "name": "broken"}]}
    host = host_of(mapping)
    root = Router({"/own": Failing()}, {"/own": "mine"}, host=host)
    assert ask(root, "GET", "/own").status == 500
    assert [record.name for record in caplog.records] == ["hostkit.modules.mine"]


class Failing(Echo):
    def __init__(self) -> None:
        super().__init__("failing")

    def render_GET(self, request: object) -> bytes:  # noqa: N802 -- so named by Twisted
        raise ValueError


def test_only_a_host_that_is_built_can_be_served() -> None:
    """The error says what is missing."""
    with pytest.raises(HostkitError, match="not built yet"):
        Router(host=Host.from_config({}, categories=[Comments]))


@pytest.mark.parametrize("options", [{}, {"token": ""}, {"token": 5}, {"token": b"s3cret"}])
def test_a_gateway_is_guarded_or_said_to_be_open(options: dict[str, Any]) -> None:
    """Nobody serves the hooks to everyone by leaving something out."""
    with pytest.raises(HostkitError, match="unless it has a token") as caught:
        Gateway(host_of({}), **options)
    assert "HK416" in str(caught.value)
    assert ("is empty" in str(caught.value)) is (options.get("token") == "")
    assert isinstance(caught.value, TypeError)


def test_a_token_that_can_be_guessed_is_refused() -> None:
    """As it is for listeners; the message does not show it."""
    with pytest.raises(HostkitError, match="has 15 characters, and can be guessed") as caught:
        Gateway(host_of({}), token=TOKEN[:15])
    assert TOKEN[:15] not in str(caught.value)


def test_a_gateway_that_is_open_answers_everyone() -> None:
    """With `token=None` it is for something else to keep others out."""
    root = Router(Gateway(host_of({}), token=None).resources)
    assert ask(root, "POST", HOOK, b'{"text": "a"}').status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", HOOK), ("GET", "/_hostkit/hooks"), ("GET", "/_hostkit/openapi.json"), ("GET", HOOK)],
)
@pytest.mark.parametrize("sent", [None, "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer"])
def test_a_guarded_gateway_refuses_those_without_the_token(
    method: str, path: str, sent: str | None
) -> None:
    """Whatever they ask for, and whichever other token they have."""
    root = Router(Gateway(host_of({}), token=TOKEN).resources)
    headers = {} if sent is None else {"Authorization": sent}
    answer = ask(root, method, path, b'{"text": "a"}', **headers)
    assert (answer.status, answer.json["errcode"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "bearer"


def test_a_guarded_gateway_answers_those_with_the_token() -> None:
    """All of it, and its document says that a token is needed."""
    root = Router(Gateway(host_of({}), token=TOKEN).resources)
    headers = {"Authorization": f"bearer {TOKEN}"}
    assert ask(root, "POST", HOOK, b'{"text": "a"}', **headers).json == {}
    assert ask(root, "GET", "/_hostkit/hooks", b"", **headers).status == 200
    document = ask(root, "GET", "/_hostkit/openapi.json", b"", **headers).json
    assert document["security"] == [{"token": []}]


def test_web_pages_are_refused_before_the_token_is_looked_at() -> None:
    """A page cannot find out whether a token is right."""
    root = Router(Gateway(host_of({}), token=TOKEN).resources)
    headers = {"Authorization": f"Bearer {TOKEN}", "Origin": "http://evil"}
    assert ask(root, "POST", HOOK, b"{}", **headers).json["errcode"] == "cross_origin"
