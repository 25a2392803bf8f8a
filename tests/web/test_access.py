from __future__ import annotations

import pytest
from twisted.web.resource import Resource

from hostkit.web import Router
from hostkit.web._own_pages import Guard
from tests.web.conftest import Answer, Echo, Wire


def ask(path: str, *authorization: str) -> Answer:
    """Ask a guarded site for a path."""
    resources = {"/words": Echo("words"), "/_hostkit/hooks": Echo("hooks")}
    wire = Wire(Guard(Router(resources), ("s3cret", "older")))
    lines = "".join(f"Authorization: {line}\r\n" for line in authorization)
    assert wire._protocol is not None
    wire._protocol.dataReceived(f"GET {path} HTTP/1.0\r\n{lines}\r\n".encode())
    return wire.answer


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
        ["Bearer s3crett"],
        ["Bearer S3CRET"],
        ["Bearer s3cret x"],
        ["Bearer gr\u00fcn"],
        ["s3cret"],
        ["Basic s3cret"],
        ["Bearer s3cret", "Bearer wrong"],
    ],
)
def test_without_the_token_nothing_is_told(path: str, authorization: list[str]) -> None:
    """Not even what exists: all of `/_hostkit` is guarded, however its path is written."""
    answer = ask(path, *authorization)
    assert (answer.status, answer.json["errcode"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "bearer"
    assert b"s3cret" not in answer.body


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_the_token_opens(scheme: str) -> None:
    """The scheme may be written in any case, as HTTP says."""
    assert ask("/_hostkit/hooks", f"{scheme} s3cret").body == b"hooks: _hostkit/hooks | "
    assert ask("/_hostkit/nothing", f"{scheme} s3cret").status == 404


def test_two_tokens_are_good_while_they_rotate() -> None:
    """Clients need not change to the new one at the same moment as the server."""
    assert ask("/_hostkit/hooks", "Bearer older").status == 200


@pytest.mark.parametrize("path", ["/words", "/words/_hostkit"])
def test_modules_are_not_guarded(path: str) -> None:
    """Who may see a module's pages is the module's affair."""
    assert ask(path).status == 200
    assert ask("/").status == 404


def test_what_is_guarded_may_be_any_tree() -> None:
    """The guard stands before it, and asks it for what is below."""
    root = Resource()
    root.putChild(b"words", Echo("words"))
    guard = Guard(root, ("s3cret",))
    wire = Wire(guard)
    wire.send("GET", "/words")
    assert wire.answer.status == 200
