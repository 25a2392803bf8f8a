from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

from hostkit.errors import HostkitError
from hostkit.web import HttpError


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
