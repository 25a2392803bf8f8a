from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from twisted.web.resource import Resource

from hostkit.errors import HostkitError
from hostkit.web import HttpError
from tests.web.conftest import ask, send

if TYPE_CHECKING:
    from twisted.web.server import Request


def test_it_says_what_is_answered() -> None:
    """Status, code and message are attributes, and part of its message."""
    error = HttpError(HTTPStatus.CONFLICT, "taken", "this name is taken", owner="ann")
    assert isinstance(error, HostkitError)
    assert (error.status, error.code, error.message) == (409, "taken", "this name is taken")
    assert error.extra == {"owner": "ann"}
    assert str(error) == "409 taken: this name is taken"
    assert error.body == {"owner": "ann", "errcode": "taken", "error": "this name is taken"}


def test_extra_fields_do_not_hide_what_is_wrong() -> None:
    """A field may be called like an argument, but code and message stay what they are."""
    error = HttpError(400, "bad", "no", code=1, status=2, message=3, errcode=4, error=5)
    assert error.body == {"code": 1, "status": 2, "message": 3, "errcode": "bad", "error": "no"}


@pytest.mark.parametrize("status", [200, 302, 399, 600, -1, "400x", None])
def test_only_errors_are_errors(status: Any) -> None:
    """A status that is none of an error is a mistake where it is raised."""
    with pytest.raises((ValueError, TypeError)):
        HttpError(status, "odd", "no error")


@pytest.mark.parametrize("status", [400, 599])
def test_every_status_of_an_error_may_be_used(status: int) -> None:
    """Also those that Python has no name for."""
    assert HttpError(status, "bad", "no").status == status


class Raises(Resource):
    """A resource of Twisted's own kind that raises an error, perhaps after it began to answer."""

    isLeaf = True  # noqa: N815 -- so named by Twisted

    def __init__(self, error: HttpError, begun: bytes = b"") -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._error = error
        self._begun = begun

    def render_GET(self, request: Request) -> bytes:  # noqa: N802
        request.setHeader(b"retry-after", b"5")
        if self._begun:
            request.write(self._begun)
        raise self._error


def test_every_resource_may_raise_it(caplog: pytest.LogCaptureFixture) -> None:
    """It is the answer, also of a resource that is no `JsonResource`, with the headers set."""
    answer = ask(Raises(HttpError(409, "taken", "this is taken", owner="ann")), "GET", "/")
    assert (answer.status, answer.headers["retry-after"]) == (409, "5")
    assert answer.json == {"owner": "ann", "errcode": "taken", "error": "this is taken"}
    assert caplog.records == []


@pytest.mark.parametrize(
    ("error", "begun", "said"),
    [
        (HttpError(409, "taken", "no", owner=object()), b"", "raised an HttpError that cannot be"),
        (HttpError(409, "taken", "no"), b"begun", "a resource failed to answer GET /"),
    ],
)
def test_an_error_that_cannot_be_sent_is_a_failure(
    error: HttpError, begun: bytes, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged; if nothing was sent yet, the answer is 500."""
    line = send(Raises(error, begun), "GET", "/")
    assert line.transport.is_aborted if begun else line.answer.status == 500
    assert said in caplog.text
