from __future__ import annotations

import json
import math
from typing import IO, TYPE_CHECKING, Any, cast

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.web.test.requesthelper import DummyRequest

from hostkit.web import HttpError, JsonResource, Router
from tests.web.conftest import ask, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.web.server import Request

    from hostkit.testing import Answer


def get(handler: Callable[[Request], Any]) -> Answer:
    """Ask for what a function answers."""
    return ask(serve(handler), "GET", "/a")


def raises(error: BaseException) -> Callable[[Request], Any]:
    """Make a handler that raises."""

    def handler(_: Request) -> Any:
        raise error

    return handler


@pytest.mark.parametrize("value", [{"a": [1, None]}, [], "text", 0, True, 1.5, {}])
def test_what_is_returned_is_written_as_json(value: object) -> None:
    """Any value that JSON has a form for is an answer."""
    answer = get(lambda _: value)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert (answer.json, answer.headers["content-length"]) == (value, str(len(answer.body)))


def test_nothing_is_an_answer_without_a_body() -> None:
    """`None` is not written as ``null`` but as no content."""
    answer = get(lambda _: None)
    assert (answer.status, answer.body) == (204, b"")
    assert "content-type" not in answer.headers
    assert "content-length" not in answer.headers


@pytest.mark.parametrize(("value", "body"), [({}, b"{}\n"), (None, b"")])
def test_another_status_may_be_set(value: object, body: bytes) -> None:
    """A handler that has made something says so with 201 and where it is."""

    def create(request: Request) -> object:
        request.setResponseCode(201)
        request.setHeader(b"location", b"/a/1")
        return value

    answer = get(create)
    assert (answer.status, answer.headers["location"], answer.body) == (201, "/a/1", body)


def test_every_method_has_a_handler_of_its_own() -> None:
    """`on_POST` answers POST, coroutine or not, and has the request to read from."""

    class Notes(JsonResource):
        def on_GET(self, request: Request) -> str:  # noqa: N802
            return "read"

        async def on_POST(self, request: Request) -> str:  # noqa: N802
            body: bytes = cast("IO[bytes]", request.content).read()
            return body.decode()

        def on_DELETE(self, request: Request) -> Deferred[None]:  # noqa: N802
            gone: Deferred[None] = Deferred()
            gone.callback(None)
            return gone

    notes: Any = Notes
    root = Router({"/a": notes()})
    assert ask(root, "GET", "/a").json == "read"
    assert ask(root, "POST", "/a", b"new").json == "new"
    assert ask(root, "DELETE", "/a").status == 204
    allowed = "delete, get, head, options, post"
    assert ask(root, "PATCH", "/a").headers["allow"] == allowed
    options = ask(root, "OPTIONS", "/a")
    assert (options.status, options.headers["allow"], options.body) == (204, allowed, b"")
    assert ask(root, "PATCH", "/a").json["errcode"] == "method_not_allowed"
    assert ask(root, "BREW", "/a").json["errcode"] == "not_implemented"


def test_head_is_made_of_get() -> None:
    """HEAD runs `on_GET` and leaves out the body, and is refused without one."""
    root = serve(lambda _: {"a": 1})
    head = ask(root, "HEAD", "/a")
    assert (head.status, head.body) == (200, b"")
    assert str(len(ask(root, "GET", "/a").body)) == head.headers["content-length"]
    bare: Any = JsonResource
    assert ask(Router({"/a": bare()}), "HEAD", "/a").headers["allow"] == "options"


def test_head_and_options_may_be_written_too() -> None:
    """A handler for the method itself takes precedence."""

    class Page(JsonResource):
        async def on_HEAD(self, request: Request) -> None:  # noqa: N802
            request.setHeader(b"x-own", b"1")

        async def on_OPTIONS(self, request: Request) -> list[str]:  # noqa: N802
            return ["own"]

    page: Any = Page
    root = Router({"/a": page()})
    assert ask(root, "HEAD", "/a").headers["x-own"] == "1"
    assert ask(root, "OPTIONS", "/a").json == ["own"]


def test_it_refuses_methods_by_itself() -> None:
    """Methods are refused in JSON also in a site that knows nothing of hostkit's requests."""
    page: Any = JsonResource
    request: Any = DummyRequest([])
    request.method = b"POST"
    assert json.loads(page().render(request))["errcode"] == "method_not_allowed"
    assert request.responseCode == 405


def test_it_has_children_as_any_resource() -> None:
    """Below it, and at its path with a slash, is what was put there, and nothing else."""

    class Name(JsonResource):
        def __init__(self, name: str) -> None:
            self._name = name

        async def on_GET(self, request: Request) -> str:  # noqa: N802
            return self._name

    parent: Any = JsonResource
    parent = parent()
    parent.putChild(b"", Name("index"))
    parent.putChild(b"b", Name("b"))
    root = Router({"/a": parent})
    assert ask(root, "GET", "/a/").json == "index"
    assert ask(root, "GET", "/a/b").json == "b"
    for path in ("/a/c", "/a/b/", "/a/b/c"):
        assert ask(root, "GET", path).json["errcode"] == "not_found"


def test_a_leaf_serves_all_below_it() -> None:
    """With `isLeaf` it is asked for every path below its own."""

    class Word(JsonResource):
        isLeaf = True  # noqa: N815 -- so named by Twisted

        async def on_GET(self, request: Request) -> list[str]:  # noqa: N802
            return [segment.decode() for segment in request.postpath or ()]

    word: Any = Word
    root = Router({"/a": word()})
    assert ask(root, "GET", "/a").json == []
    assert ask(root, "GET", "/a/").json == [""]
    assert ask(root, "GET", "/a/b/c%2Fd").json == ["b", "c/d"]


def test_an_error_is_answered_as_it_was_raised(caplog: pytest.LogCaptureFixture) -> None:
    """`HttpError` is an answer, not a failure: nothing is logged."""
    error = HttpError(409, "taken", "this name is taken", owner="ann", errcode="no", status=1)
    answer = get(raises(error))
    assert (answer.status, answer.json) == (
        409,
        {"errcode": "taken", "error": "this name is taken", "owner": "ann", "status": 1},
    )
    assert caplog.messages == []


def test_headers_go_with_an_error() -> None:
    """A header that was set before the error was raised is sent with it."""

    def limit(request: Request) -> None:
        request.setHeader(b"retry-after", b"5")
        raise HttpError(429, "slow_down", "wait a moment")

    assert get(limit).headers["retry-after"] == "5"


@pytest.mark.parametrize("error", [RuntimeError("secret"), SystemExit("secret"), CancelledError()])
def test_any_other_exception_is_a_failure(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """The client gets 500; the log names the module and has the traceback."""
    answer = get(raises(error))
    assert (answer.status, answer.json["errcode"]) == (500, "internal_error")
    assert b"secret" not in answer.body
    assert caplog.record_tuples == [
        ("hostkit.modules.words", 40, "module 'words' failed to answer GET /a")
    ]
    assert "raise error" in caplog.text


def nested(depth: int) -> list[Any]:
    """Make a list in a list in a list."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, b"bytes", math.nan, {"a": math.inf}, {(1,): 1}, nested(100_000)]
)
def test_a_result_that_json_cannot_express_is_a_failure(
    value: object, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names the handler and what is wrong, in a few lines."""
    answer = get(lambda _: value)
    assert (answer.status, answer.json["errcode"]) == (500, "internal_error")
    assert caplog.messages == ["module 'words' failed to answer GET /a"]
    assert "the result of serve.<locals>.Page.on_GET cannot be serialised: " in caplog.text
    assert len(caplog.text) < 5000


def test_an_error_that_json_cannot_express_is_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    """The extra fields of an error must be JSON as well."""
    answer = get(raises(HttpError(400, "bad", "no", why=object())))
    assert (answer.status, answer.json["errcode"]) == (500, "internal_error")
    assert (
        "module 'words' raised an HttpError that cannot be serialised (Object of type"
        in caplog.text
    )


def test_subclasses_may_use_any_private_name() -> None:
    """Methods that modules add do not replace parts of the resource itself."""

    class Page(JsonResource):
        def _answer(self) -> str:
            return "hi"

        def call(self) -> str:
            return self._answer()

        def on_GET(self, request: Request) -> str:  # noqa: N802
            return self.call()

    page: Any = Page
    assert ask(Router({"/a": page()}), "GET", "/a").json == "hi"
