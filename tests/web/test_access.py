from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twisted.web.resource import Resource

from tests.web.conftest import Comments
from tests.web.pages import Echo

if TYPE_CHECKING:
    from hostkit import ModuleApi
    from hostkit.testing import Answer, MakeClient, MakeHost


class Pages:
    """Serves a page, and a tree that has one."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        api.register_web_resource("/words", Echo("words"))
        tree = Resource()
        tree.putChild(b"_hostkit", Echo("leaf"))
        api.register_web_resource("/tree", tree)


@pytest.fixture
def ask(hostkit_host: MakeHost, hostkit_client: MakeClient) -> Any:
    """Give what asks a guarded site for a path."""
    listener = {
        "endpoint": "tcp:8080:interface=127.0.0.1",
        "serve": ["modules", "hooks"],
        "token": "s3cret-s3cret-s3",
        "previous_token": "older-than-that-one",
    }
    client = hostkit_client(hostkit_host([Pages], categories=[Comments], listeners=[listener]))

    async def ask(path: str, *authorization: str) -> Answer:
        return await client.get(path, headers={"authorization": authorization})

    return ask


PRIVATE = [
    "/_hostkit",
    "/_hostkit/",
    "/_hostkit/hooks",
    "/_hostkit/hooks/comments/check_comment",
    "/_hostkit/nothing",
    "/%5fhostkit/hooks",
    "/_hostkit?x=/words",
]


@pytest.mark.parametrize("path", PRIVATE)
@pytest.mark.parametrize(
    "authorization",
    [
        [],
        ["Bearer"],
        ["Bearer "],
        ["Bearer wrong"],
        ["Bearer s3cre"],
        ["Bearer s3cret-s3cret-s3t"],
        ["Bearer S3CRET"],
        ["Bearer s3cret-s3cret-s3 x"],
        ["Bearer gr\u00fcn"],
        ["s3cret-s3cret-s3"],
        ["Basic s3cret-s3cret-s3"],
        ["Bearer s3cret-s3cret-s3", "Bearer wrong"],
    ],
)
async def test_without_the_token_nothing_is_told(
    ask: Any, path: str, authorization: list[str]
) -> None:
    """Not even what exists: all of `/_hostkit` is guarded, however its path is written."""
    answer = await ask(path, *authorization)
    assert (answer.status, answer.json["errcode"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert b"s3cret-s3cret-s3" not in answer.body


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
async def test_the_token_opens(ask: Any, scheme: str) -> None:
    """The scheme may be written in any case, as HTTP says."""
    hooks = await ask("/_hostkit/hooks", f"{scheme} s3cret-s3cret-s3")
    assert "check_comment" in hooks.json["categories"]["comments"]["hooks"]
    assert (await ask("/_hostkit/nothing", f"{scheme} s3cret-s3cret-s3")).status == 404


async def test_two_tokens_are_good_while_they_rotate(ask: Any) -> None:
    """Clients need not change to the new one at the same moment as the server."""
    assert (await ask("/_hostkit/hooks", "Bearer older-than-that-one")).status == 200


@pytest.mark.parametrize("path", ["/words", "/words/_hostkit", "/tree/_hostkit"])
async def test_modules_are_not_guarded(ask: Any, path: str) -> None:
    """Access to a module's pages is the module's affair, whatever tree they are."""
    assert (await ask(path)).status == 200
    assert (await ask("/")).status == 404
