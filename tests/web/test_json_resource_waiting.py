"""Handlers of a `JsonResource` that take their time, and clients that do not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit.web import HttpError, JsonResource, Router
from tests.web.conftest import ask, send, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.web.server import Request


def test_an_answer_may_take_its_time() -> None:
    """A handler that waits is answered when it is done."""
    waiting: Deferred[str] = Deferred()
    line = send(serve(lambda _: waiting), "GET", "/a")
    assert not line.answers
    waiting.callback("late")
    assert line.answer.json == "late"


def test_a_client_that_goes_away_cancels_the_handler(caplog: pytest.LogCaptureFixture) -> None:
    """The handler is cancelled, and nothing is logged."""
    cancelled: list[object] = []
    waiting: Deferred[str] = Deferred(cancelled.append)
    line = send(serve(lambda _: waiting), "GET", "/a")
    line.hang_up()
    assert cancelled == [waiting]
    assert not line.answers
    assert caplog.messages == []


class Stubborn(JsonResource):
    """Goes on when it is cancelled."""

    def __init__(self, then: Callable[[], Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._then = then

    async def on_GET(self, request: Request) -> Any:  # noqa: N802
        try:
            await Deferred()
        except CancelledError:
            return self._then()


@pytest.mark.parametrize("result", [{"a": 1}, None, HttpError(404, "gone", "it is gone")])
def test_a_handler_may_keep_its_cancellation_to_itself(
    result: object, caplog: pytest.LogCaptureFixture
) -> None:
    """An answer without a client is dropped."""

    def then() -> object:
        if isinstance(result, HttpError):
            raise result
        return result

    line = send(Router({"/a": Stubborn(then)}), "GET", "/a")
    line.hang_up()
    assert not line.answers
    assert caplog.messages == []


def test_a_failure_while_it_is_cancelled_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A handler that cannot tidy up has failed, whether or not anybody waits."""

    def then() -> None:
        raise RuntimeError("cannot roll back")

    line = send(Router({"/a": Stubborn(then)}, {"/a": "words"}), "GET", "/a")
    line.hang_up()
    assert not line.answers
    said = "module 'words' failed after its client had left, to answer GET /a"
    assert caplog.messages == [said]
    assert "cannot roll back" in caplog.text


@pytest.mark.parametrize("error", [RuntimeError("no paper"), HttpError(404, "gone", "it is gone")])
def test_half_an_answer_is_cut_off(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """If a handler has written by itself and then raises, the connection is aborted."""

    def begin(request: Request) -> None:
        request.write(b"half")
        raise error

    line = send(serve(begin), "GET", "/a")
    assert line.transport.is_aborted
    assert line.answer.body == b"half"
    assert caplog.messages == ["module 'words' failed to answer GET /a"]


def test_a_handler_may_answer_by_itself() -> None:
    """A request that a handler has finished is left alone, whatever the handler returns."""

    def redirect(request: Request) -> None:
        request.redirect(b"/b")
        request.finish()

    answer = ask(serve(redirect), "GET", "/a")
    assert (answer.status, answer.headers["location"], answer.body) == (302, "/b", b"")
