"""What the gateway takes for a call, and what it answers to everything else."""

from __future__ import annotations

import json
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest

from hostkit import ALLOW, Category, Host, Keyed, hookspec, rules
from hostkit.testing import Recorder, build_host
from tests.web.conftest import HOOKS, ask, call, hooks_of, make_host

if TYPE_CHECKING:
    from hostkit.testing import Answer

CHECK = f"{HOOKS}/comments/check_comment"
PING = f"{HOOKS}/comments/ping"
ANN = b'{"author": "ann"}'


def send(
    path: str = CHECK,
    body: bytes = ANN,
    *,
    method: str = "POST",
    host: Host | None = None,
    **headers: str,
) -> Answer:
    """Send a request to the gateway of a host that allows everything."""
    host = host or make_host(check_comment=lambda *_: ALLOW)
    return ask(hooks_of(host), method, path, body, **headers)


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json; charset=utf-8",
        'Application/JSON;charset="UTF-8"',
        "application/problem+json",
    ],
)
def test_json_may_be_called_so(kind: str) -> None:
    """All names of JSON in UTF-8 are understood."""
    assert send(content_type=kind).status == 200


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "text/plain",
        "text/json",
        "application/json; charset=latin-1",
        "application/jsonp",
        "",
    ],
)
def test_other_formats_answer_415(kind: str) -> None:
    """What a form could send is refused, whatever the body is, and before it is read."""
    answer = send(body=b"{", content_type=kind)
    assert (answer.status, answer.json["errcode"]) == (415, "not_json")
    assert answer.json["error"].endswith(f"not with {kind!r}")


@pytest.mark.parametrize("path", [CHECK, PING, HOOKS, "/_hostkit/openapi.json", f"{HOOKS}/x"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_web_pages_are_refused(path: str, origin: str) -> None:
    """A request that a browser sends for a page does not reach a module."""
    calls: list[object] = []
    method = "POST" if path in {CHECK, PING} else "GET"
    host = make_host(check_comment=lambda *args: calls.append(args))
    answer = send(path, origin=origin, method=method, host=host)
    assert (answer.status, answer.json["errcode"], calls) == (403, "cross_origin", [])


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "the body is not JSON: "),
        (b"\xff", "the body is not JSON: "),
        (b'{"author": "\xe4"}', "the body is not JSON: "),
        (b'{"author": "\\ud800"}', "the body is not JSON: "),
        (b'{"author": NaN}', "the body is not JSON: NaN is not a number in JSON"),
        (b'{"author": "a", "author": "b"}', "the body is not JSON: the key 'author' stands twice"),
        (b"[" * 200_000, "the body is not JSON: "),
        (b'{"author": ' + b"[" * 101 + b"]" * 101 + b"}", "the body is not JSON: it is nested"),
        (b"[]", "the body must be a JSON object"),
        (b'"ann"', "the body must be a JSON object"),
        (b"null", "the body must be a JSON object"),
    ],
)
def test_bodies_that_are_no_object_answer_400(body: bytes, error: str) -> None:
    """Bodies that are not strictly JSON objects are refused, with the reason."""
    answer = send(body=body)
    assert (answer.status, answer.json["errcode"]) == (400, "bad_arguments")
    assert answer.json["error"].startswith(error)
    assert "field" not in answer.json


def test_a_call_can_be_explained() -> None:
    """With ?explain=1 the answer has a step for every module."""
    answer = send(f"{CHECK}?explain=1").json
    assert list(answer) == ["trace"]
    trace = answer["trace"]
    assert (trace["hook"], trace["outcome"]) == ("comments.check_comment", "allow")
    (step,) = trace["steps"]
    assert (step["module"], step["outcome"], step["shadow"]) == ("words", "continue", False)
    assert step["seconds"] > 0


def test_denials_failures_and_results_can_be_explained() -> None:
    """The trace stands next to the result, and is that of the receipt which is kept."""
    host = make_host(find_title=RuntimeError("no database"))
    answer = call(host, "comments.find_title?explain=1", text="a")
    assert (answer.status, answer.json["trace"]["id"]) == (503, answer.json["receipt"])
    assert "no database" in answer.json["trace"]["steps"][0]["detail"]
    denied = call(make_host(), "comments.check_name?explain=1", name="x")
    assert (denied.status, denied.json["trace"]["steps"]) == (403, [])
    found = call(make_host(), "comments.find_title?explain=1", text="a")
    assert (found.json["result"], found.json["trace"]["outcome"]) == (None, "result")


class Day(Enum):
    MONDAY = "mon"


class Door:
    """A key without a form in JSON."""

    @classmethod
    def from_string(cls, _: str) -> Door:
        """Find the only door."""
        return DOOR

    def __repr__(self) -> str:
        return "the door"


DOOR = Door()


class Doors(Category):
    @hookspec(rules.Notify(), keyed=Keyed("day"))
    async def on_opened(self, day: Day) -> None:
        """Called when the doors were opened."""

    @hookspec(rules.Notify(), keyed=Keyed("door"))
    async def on_closed(self, door: Door) -> None:
        """Called when a door was closed."""

    @hookspec(rules.Notify(), keyed=Keyed("bell"))
    async def on_rung(self, bell: Any) -> None:
        """Called when a bell was rung."""


def guarded() -> Host:
    """Build a host with a module that listens at each door."""
    keys = {"on_opened": Day.MONDAY, "on_closed": DOOR, "on_rung": "front"}
    answers: dict[str, Any] = {hook: {key: None} for hook, key in keys.items()}
    doorman = Recorder(Doors, **answers)
    return build_host([doorman], categories=[Doors])


@pytest.mark.parametrize(
    ("hook", "body", "key"),
    [
        ("on_opened", b'{"day": "mon"}', "mon"),
        ("on_closed", b'{"door": "main"}', "the door"),
    ],
)
def test_the_trace_of_a_keyed_hook_has_its_key(hook: str, body: bytes, key: str) -> None:
    """Serialised if it can be, and otherwise as its `repr`."""
    answer = send(f"{HOOKS}/doors/{hook}?explain=1", body, host=guarded())
    assert (answer.status, answer.json["trace"]["key"]) == (200, key)


@pytest.mark.parametrize("bell", [b"[]", b"{}", b'["front"]'])
def test_a_key_that_cannot_be_one_is_refused(bell: bytes) -> None:
    """Lists and objects are not keys: no module can have registered for them."""
    answer = send(f"{HOOKS}/doors/on_rung", b'{"bell": ' + bell + b"}", host=guarded())
    assert (answer.status, answer.json["errcode"]) == (400, "bad_arguments")


@pytest.mark.parametrize("query", ["", "?explain=0", "?other=1"])
def test_explanations_are_optional(query: str) -> None:
    """Without the parameter the answer has no trace; other parameters are ignored."""
    answer = send(CHECK + query)
    assert (answer.status, answer.json) == (200, {})


@pytest.mark.parametrize(
    "query", ["?explain=", "?explain=yes", "?explain=1&explain=1", "?explain=%FF"]
)
def test_explain_is_0_or_1(query: str) -> None:
    """Other values are refused before a module is asked."""
    answer = send(f"{CHECK}?explain={query}")
    assert (answer.status, answer.json["errcode"]) == (400, "bad_arguments")
    assert answer.json["field"] == "explain"


def test_a_ping_is_echoed() -> None:
    """Each category answers a ping."""
    answer = send(PING, b'{"id": "AbCd"}')
    assert (answer.status, answer.json) == (200, {"id": "AbCd", "status": "ok"})


@pytest.mark.parametrize("body", [b"", b"{}", b'{"id": 5}', b'{"id": null}'])
def test_a_ping_needs_an_id(body: bytes) -> None:
    """The caller recognises its own ping by it."""
    answer = send(PING, body)
    assert (answer.status, answer.json["field"]) == (400, "id")


def test_a_ping_is_sent_with_post_to_a_category() -> None:
    """It is like a call in every other way."""
    answer = send(PING, method="GET")
    assert (answer.status, answer.headers["allow"]) == (405, "post, options")
    assert send(f"{HOOKS}/other/ping").status == 404
    assert send(f"{HOOKS}/ping").status == 404


def test_a_hook_called_ping_comes_first() -> None:
    """Where a category has such a hook, the modules answer."""

    class Line(Category):
        """A category with a hook of this name."""

        @hookspec(rules.FirstResult(default="pong"))
        async def ping(self) -> str:
            """Called for the fun of it."""

    host = build_host(categories=[Line])
    for body in (b"{}", b""):
        assert call(host, "line.ping", body).json == {"result": "pong"}


@pytest.mark.parametrize("path", [HOOKS, f"{HOOKS}/", "/_hostkit/openapi.json"])
def test_documents_are_only_read(path: str) -> None:
    """GET and HEAD are answered; what could change something is not."""
    answer = send(path, b"", method="GET")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    head = send(path, b"", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert str(len(answer.body)) == head.headers["content-length"]
    refused = send(path, b"{}")
    assert (refused.status, refused.headers["allow"]) == (405, "get, head, options")


def fields(answer: Answer) -> dict[str, Any]:
    """Give what an answer says besides the words."""
    return {name: value for name, value in answer.json.items() if name != "error"}


def test_long_values_are_not_sent_back_whole() -> None:
    """What was wrong is shown in part, so that answers stay small."""
    answer = send(body=json.dumps({"author": "a", "x" * 5000: 1}).encode())
    assert answer.status == 400
    assert len(answer.json["error"]) < 400
    assert fields(answer)["errcode"] == "bad_arguments"
