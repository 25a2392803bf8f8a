from __future__ import annotations

import gzip
import time
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.web.resource import EncodingResourceWrapper, Resource
from twisted.web.server import NOT_DONE_YET, GzipEncoderFactory, Request

from hostkit.web import Router
from tests.web.conftest import ask, send
from tests.web.pages import Bare

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from hostkit.testing import Answer

INTERNAL_ERROR = {"errcode": "internal_error", "error": "the answer failed; the log says more"}


def serve(resource: Resource) -> Router:
    """Serve a resource at ``/a``, as the module ``words``."""
    return Router({"/a": resource}, {"/a": "words"})


def assert_failed(answer: Answer, caplog: pytest.LogCaptureFixture, message: str) -> None:
    """Check that an answer says nothing, and one line in the module's log does."""
    assert (answer.status, answer.json) == (500, INTERNAL_ERROR)
    assert answer.headers["content-type"] == "application/json"
    assert str(len(answer.body)) == answer.headers["content-length"]
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("hostkit.modules.words", "ERROR")
    assert record.getMessage() == message


class Page(Resource):
    """Answers GET with what a function makes of the request."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def __init__(self, answer: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._answer = answer

    def render_GET(self, request: Request) -> Any:  # noqa: N802 -- so named by Twisted
        return self._answer(request)


def fail(_: Request) -> None:
    """Fail as a handler may."""
    raise RuntimeError("secret")


def test_an_answer_may_come_later() -> None:
    """A resource that returns NOT_DONE_YET writes when it likes."""
    waiting: list[Request] = []

    def wait(request: Request) -> int:
        waiting.append(request)
        return NOT_DONE_YET

    line = send(serve(Page(wait)), "GET", "/a")
    assert not line.answers
    waiting[0].write(b"late")
    waiting[0].finish()
    assert line.answer.body == b"late"


def test_a_resource_that_raises_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """The client learns nothing but that it failed; the log has the module and the traceback."""
    answer = ask(serve(Page(fail)), "GET", "/a?token=1")
    assert_failed(answer, caplog, "module 'words' failed to answer GET /a")
    assert caplog.records[0].exc_info is not None
    assert "RuntimeError: secret" in caplog.text
    assert "token" not in caplog.text


def test_a_resource_that_raises_while_a_child_is_looked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The same if it was not even found who should answer."""

    class Parent(Bare):
        def getChild(self, path: bytes, request: Request) -> Resource:  # noqa: N802
            raise RuntimeError("secret")

    answer = ask(serve(Parent()), "GET", "/a/b")
    assert_failed(answer, caplog, "module 'words' failed to answer GET /a/b")


def test_a_resource_of_no_module_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    """What a host serves itself may fail as well."""
    assert ask(Router({"/a": Page(fail)}), "GET", "/a").json == INTERNAL_ERROR
    assert caplog.record_tuples[0][0] == "hostkit.web"
    assert caplog.messages == ["a resource failed to answer GET /a"]


def test_headers_of_the_answer_that_failed_are_dropped() -> None:
    """Nothing says that the error is a compressed PDF to be kept for a year."""

    def almost(request: Request) -> None:
        request.setHeader(b"content-encoding", b"gzip")
        request.setHeader(b"cache-control", b"max-age=31536000")
        request.setETag(b"1")
        request.setLastModified(1)
        request.addCookie("a", "b")
        raise RuntimeError("no paper")

    answer = ask(serve(Page(almost)), "GET", "/a")
    assert set(answer.headers) == {"server", "date", "content-type", "content-length"}


def test_a_failure_is_not_compressed() -> None:
    """What wraps a resource to compress its answers does not get at the error."""
    page = EncodingResourceWrapper(Page(fail), [GzipEncoderFactory()])
    answer = ask(serve(page), "GET", "/a", accept_encoding="gzip")
    assert answer.json == INTERNAL_ERROR


def test_half_an_answer_is_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    """If writing had begun, the connection is aborted: nobody takes the half for the whole."""

    def begin(request: Request) -> None:
        request.write(b"half")
        raise RuntimeError("no paper")

    line = send(serve(Page(begin)), "GET", "/a")
    assert line.transport.is_aborted
    assert line.answer.body == b"half"
    assert caplog.messages == ["module 'words' failed to answer GET /a"]


def test_a_failure_after_the_answer_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A resource that finished its answer and then raises has answered."""

    def answer_and_fail(request: Request) -> None:
        request.write(b"all")
        request.finish()
        raise RuntimeError("no paper")

    line = send(serve(Page(answer_and_fail)), "GET", "/a")
    assert (line.answer.status, line.answer.body) == (200, b"all")
    assert not line.transport.is_aborted
    assert caplog.messages == ["module 'words' failed to answer GET /a"]


@pytest.mark.parametrize("nonsense", [None, "text", 0, True, ["a"], bytearray(b"a")])
def test_nonsense_is_a_failure(nonsense: object, caplog: pytest.LogCaptureFixture) -> None:
    """What is neither bytes nor NOT_DONE_YET is answered with 500; the log names the module."""
    answer = ask(serve(Page(lambda _: nonsense)), "GET", "/a")
    hint = "a resource returns bytes, or NOT_DONE_YET to answer later"
    message = f"module 'words' gave {type(nonsense).__name__} ({hint}) for GET /a"
    assert_failed(answer, caplog, message)


def test_an_async_render_is_told_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    """A common mistake gets a hint, and its coroutine is closed."""

    async def answer(_: Request) -> bytes:
        raise NotImplementedError

    hint = "write `async` methods in a hostkit.web.JsonResource"
    message = f"module 'words' gave coroutine ({hint}) for GET /a"
    assert_failed(ask(serve(Page(answer)), "GET", "/a"), caplog, message)


def test_a_deferred_is_cancelled(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody would take what it brings, so it need not go on, and what it raises is not lost."""
    cancelled: list[object] = []
    given: Deferred[bytes] = Deferred(cancelled.append)
    hint = "a resource returns bytes, or NOT_DONE_YET to answer later"
    message = f"module 'words' gave Deferred ({hint}) for GET /a"
    assert_failed(ask(serve(Page(lambda _: given)), "GET", "/a"), caplog, message)
    assert cancelled == [given]


@pytest.mark.parametrize("code", [204, 304])
def test_answers_without_a_body_have_no_length(code: int) -> None:
    """What has no body must not say how long it is."""

    def nothing(request: Request) -> bytes:
        request.setResponseCode(code)
        return b""

    answer = ask(serve(Page(nothing)), "GET", "/a")
    assert (answer.status, answer.body) == (code, b"")
    assert "content-length" not in answer.headers


def failing_later(failures: list[Failure]) -> Any:
    """Make a page of which the answer fails, and which leaves that to Twisted."""

    def later(request: Request) -> int:
        call: Deferred[None] = Deferred()
        request.notifyFinish().addErrback(lambda _: call.cancel())
        call.addErrback(request.processingFailed).addErrback(failures.append)
        request.setHeader(b"x-call", b"1")
        page.call = call
        return NOT_DONE_YET

    page: Any = Page(later)
    return page


def test_modules_may_leave_failures_to_the_request(caplog: pytest.LogCaptureFixture) -> None:
    """`request.processingFailed` is an errback as it is in Twisted, and answers in JSON."""
    failures: list[Failure] = []
    page = failing_later(failures)
    line = send(serve(page), "GET", "/a")
    page.call.errback(RuntimeError("secret"))
    assert_failed(line.answer, caplog, "module 'words' failed to answer GET /a")
    assert isinstance(failures[0].value, RuntimeError)


def test_a_cancelled_call_is_no_failure_if_the_client_is_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """There is nobody to answer, and nothing to log."""
    failures: list[Failure] = []
    page = failing_later(failures)
    line = send(serve(page), "GET", "/a")
    line.hang_up()
    assert isinstance(failures[0].value, CancelledError)
    assert not line.answers
    assert caplog.messages == []


def test_what_a_client_sends_cannot_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Long paths are cut."""
    ask(Router({"/a": Page(fail)}), "GET", "/a/%1b" + "x" * 5000)
    (message,) = caplog.messages
    assert message.startswith("a resource failed to answer GET /a/%1bxx")
    assert len(message) < 300


def test_every_answer_says_when_it_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """The date is that of the second, also for the next request."""
    root = serve(Page(lambda _: b""))
    for second, text in [
        (784111777.9, "sun, 06 nov 1994 08:49:37 gmt"),
        (784111778.0, "sun, 06 nov 1994 08:49:38 gmt"),
    ]:
        monkeypatch.setattr(time, "time", lambda now=second: now)
        answers = [ask(root, "GET", "/a") for _ in range(2)]
        assert [answer.headers["date"] for answer in answers] == [text, text]
        assert answers[0].headers["server"].startswith("twistedweb/")


def test_answers_may_be_compressed() -> None:
    """What wraps a resource to compress its answers works as in any site."""
    page = EncodingResourceWrapper(Page(lambda _: b"hello"), [GzipEncoderFactory()])
    answer = ask(serve(page), "GET", "/a", accept_encoding="gzip")
    assert (answer.headers["content-encoding"], gzip.decompress(answer.body)) == ("gzip", b"hello")
    assert ask(serve(page), "GET", "/a").body == b"hello"


def test_sessions_have_a_cookie_for_the_whole_site() -> None:
    """What Twisted names the cookie of a session after is there, and says: everywhere."""
    answer = ask(serve(Page(lambda request: repr(request.sitepath).encode())), "GET", "/a")
    assert answer.body == b"[]"


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("application/x-www-form-urlencoded", {b"a": [b"1"], b"b": [b"2"]}),
        ("application/json", {b"b": [b"2"]}),
        ("application/json; charset=utf-8", {b"b": [b"2"]}),
        ("text/plain", {b"b": [b"2"]}),
    ],
)
def test_forms_are_read_as_by_twisted(kind: str, args: dict[bytes, list[bytes]]) -> None:
    """A form's fields are arguments, and the body of any kind is there to be read."""
    seen: list[Any] = []

    class Form(Bare):
        isLeaf = True  # noqa: N815 -- so named by Twisted

        def render_POST(self, request: Request) -> bytes:  # noqa: N802 -- so named by Twisted
            assert request.content is not None
            seen.extend([request.args, request.content.read()])
            return b""

    ask(serve(Form()), "POST", "/a?b=2", b"a=1", **{"content-type": kind})
    assert seen == [args, b"a=1"]
