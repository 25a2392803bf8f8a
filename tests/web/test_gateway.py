from __future__ import annotations

import contextlib
import logging
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from hostkit import ALLOW, Decision, Deny, Host
from hostkit.testing import Recorder, build_host
from tests.web.conftest import HOOKS, Comments, ask, call, hooks_of, make_host, send

if TYPE_CHECKING:
    from hostkit.testing import Answer


def post(host: Host, hook: str, /, **arguments: Any) -> Answer:
    """Call a hook of the category `comments` over HTTP."""
    return call(host, f"comments.{hook}", **arguments)


def test_an_allow_is_an_empty_object() -> None:
    """When nobody denies, the status is 200, and the body says nothing more."""
    answer = post(make_host(check_comment=lambda author, text: ALLOW), "check_comment", author="a")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json == {}


def test_a_hook_without_modules_allows() -> None:
    """A deciding hook without modules allows."""
    assert post(make_host(), "check_comment", author="ann").json == {}


def test_arguments_are_passed_by_name() -> None:
    """The members of the object are the hook's arguments; those with defaults may be missing."""
    calls: list[tuple[str, str]] = []

    def check(author: str, text: str) -> Decision:
        calls.append((author, text))
        return ALLOW

    host = make_host(check_comment=check)
    post(host, "check_comment", text="hi", author="ann")
    post(host, "check_comment", author="ben")
    assert calls == [("ann", "hi"), ("ben", "")]


def test_a_denial_names_its_module_and_reason() -> None:
    """A denial is 403, with code, reason, module and receipt, and the fields the module added."""
    denial = Deny("banned", "not here", words=["casino"])
    answer = post(make_host(check_comment=lambda *_: denial), "check_comment", author="ann")
    receipt = answer.json["receipt"]
    assert answer.status == 403
    assert answer.json == {
        "errcode": "banned",
        "error": "not here",
        "module": "words",
        "receipt": receipt,
        "words": ["casino"],
    }


def test_added_fields_override_nothing() -> None:
    """A module cannot pass for another one with fields that are called like hostkit's own."""
    fields = dict.fromkeys(("errcode", "error", "module", "receipt"), "forged")
    denial = Deny("banned", "not here", **fields)
    answer = post(make_host(check_comment=lambda *_: denial), "check_comment", author="ann").json
    assert (answer["errcode"], answer["error"], answer["module"]) == ("banned", "not here", "words")
    assert answer["receipt"] != "forged"


def test_a_fallback_denies_without_a_module() -> None:
    """When the hook's own body denies, no module is named."""
    answer = post(make_host(), "check_name", name="x")
    assert (answer.status, answer.json["errcode"]) == (403, "too_short")
    assert answer.json["module"] is None
    assert post(make_host(), "check_name", name="xy").status == 200


def test_a_failure_is_neither_allow_nor_deny() -> None:
    """A module that raises gives 503, naming the module but not what went wrong inside it."""

    def check(author: str, text: str) -> None:
        raise RuntimeError("secret")

    answer = post(make_host(check_comment=check), "check_comment", author="ann")
    assert answer.status == 503
    assert (answer.json["errcode"], answer.json["module"]) == ("module_failed", "words")
    assert answer.headers["retry-after"] == "1"
    assert b"secret" not in answer.body


def test_an_invalid_answer_is_a_failure() -> None:
    """A module that answers with neither allow nor deny has failed."""
    answer = post(make_host(check_comment=lambda *_: False), "check_comment", author="ann")
    assert (answer.status, answer.json["errcode"]) == (503, "module_failed")


@pytest.mark.parametrize("result", [Deny("banned", "not here"), None])
def test_receipts_are_found_by_their_ids(result: object) -> None:
    """What a denial or a failure answers as receipt is the id of one that the host keeps."""
    host = make_host(check_comment=lambda *_: result)
    answers = [post(host, "check_comment", author="ann").json for _ in range(3)]
    receipts = [host.receipts.get(answer["receipt"]) for answer in answers]
    assert [receipt.decider for receipt in receipts if receipt] == ["words"] * 3
    assert len({answer["receipt"] for answer in answers}) == 3


def test_other_hooks_answer_with_their_result() -> None:
    """A hook that asks for a value answers with it, as JSON."""
    host = make_host(find_title=lambda text: {"title": text})
    assert post(host, "find_title", text="hi").json == {"result": {"title": "hi"}}
    assert post(make_host(), "find_title", text="hi").json == {"result": None}
    assert post(make_host(), "on_comment_posted", author="ann").json == {"result": None}


def test_results_are_unstructured() -> None:
    """Values that JSON has no form for but that are plain data are written as such."""
    colour = Enum("colour", {"RED": "red"})
    host = make_host(find_title=lambda text: {"set": {1}, "enum": colour.RED})
    assert post(host, "find_title", text="hi").json == {"result": {"set": [1], "enum": "red"}}


def test_a_result_that_json_cannot_write_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    """What has no form in JSON is shown by its `repr`, beside the rest, and logged."""
    odd = object()
    host = make_host(find_title=lambda text: {"title": text, "odd": [1, odd, float("nan")]})
    answer = post(host, "find_title", text="hi")
    assert answer.status == 200
    assert answer.json == {"result": {"title": "hi", "odd": [1, repr(odd), "nan"]}}
    what = "the result of comments.find_title has a part that JSON has no form for: "
    assert [record.message for record in caplog.records] == [f"{what}{odd!r}", f"{what}nan"]


def test_a_result_that_is_too_deep_is_logged_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """The log names the hook, and not every level of the result."""
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    answer = post(make_host(find_title=lambda text: deep), "find_title", text="hi")
    assert (answer.status, answer.body.count(b"[")) == (200, 100)
    (record,) = caplog.records
    assert record.exc_info is None
    assert record.getMessage().endswith("no form for: <list that cannot be shown>")


def test_secrets_are_not_shown_by_a_repr(caplog: pytest.LogCaptureFixture) -> None:
    """What is taken out of receipts is taken out here, too."""

    class Login:
        def __repr__(self) -> str:
            return "Login('hunter2hunter2')"

    host = make_host(find_title=lambda text: Login())
    host.receipts.expect(lambda text: text.replace("hunter2hunter2", "[redacted]"))
    assert post(host, "find_title", text="hi").json == {"result": "Login('[redacted]')"}
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/commets/x", "this host has no category 'commets': did you mean 'comments'?"),
        ("/comments", "the category 'comments' has no hook ''"),
        ("/comments/check_coment", "the category 'comments' has no hook 'check_coment': did you "),
        ("/comments/check_comment/", "the category 'comments' has no hook 'check_comment/'"),
        ("/comments/check_comment/x", "the category 'comments' has no hook 'check_comment/x'"),
        ("/other/check_comment", "this host has no category 'other': GET /_hostkit/hooks lists"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_hooks_answer_404(method: str, path: str, error: str) -> None:
    """A hook that the host does not have is named in the answer, and so is the nearest one."""
    answer = ask(hooks_of(make_host()), method, HOOKS + path)
    assert (answer.status, answer.json["errcode"]) == (404, "unknown_hook")
    assert answer.json["error"].startswith(error)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_do_not_call(method: str) -> None:
    """Only POST calls a hook; nothing that merely looks at a URL does."""
    calls: list[str] = []
    host = make_host(on_comment_posted=calls.append)
    answer = ask(hooks_of(host), method, f"{HOOKS}/comments/on_comment_posted")
    status = 204 if method == "OPTIONS" else 405
    assert (answer.status, answer.headers["allow"], calls) == (status, "post, options", [])


def waiting_call(host: Host) -> Any:
    """Start a call that is not answered at once."""
    line = send(hooks_of(host), "POST", f"{HOOKS}/comments/check_comment", b'{"author": "ann"}')
    assert not line.answers
    return line


def test_a_client_that_leaves_does_not_keep_modules_from_being_notified() -> None:
    """A notification that has begun reaches every module; only the one in flight is cancelled."""
    cancelled: list[object] = []
    notified: list[str] = []
    slow = Recorder(name="slow", on_comment_posted=lambda _: Deferred(cancelled.append))
    next_ = Recorder(name="next", on_comment_posted=notified.append)
    host = build_host([slow, next_], categories=[Comments])
    line = send(hooks_of(host), "POST", f"{HOOKS}/comments/on_comment_posted", b'{"author": "ann"}')
    line.hang_up()
    assert (len(cancelled), notified) == (1, ["ann"])


def test_a_call_waits_for_its_modules() -> None:
    """The answer is sent when the last module has answered."""
    asked: Deferred[object] = Deferred()
    line = waiting_call(make_host(check_comment=lambda *_: asked))
    asked.callback(ALLOW)
    assert (line.answer.status, line.answer.json) == (200, {})


def test_a_client_that_goes_away_cancels_the_call(caplog: pytest.LogCaptureFixture) -> None:
    """Without a client the module's callback is cancelled; nothing is logged."""
    cancelled: list[object] = []
    line = waiting_call(make_host(check_comment=lambda *_: Deferred(cancelled.append)))
    line.hang_up()
    assert len(cancelled) == 1
    assert (line.answers, caplog.records) == ([], [])


def test_a_module_may_answer_after_the_client_left(caplog: pytest.LogCaptureFixture) -> None:
    """A module that answers although it was cancelled does no harm."""

    async def check(author: str, text: str) -> object:
        with contextlib.suppress(CancelledError):
            await Deferred()
        return ALLOW

    line = waiting_call(make_host(check_comment=check))
    line.hang_up()
    assert (line.answers, caplog.records) == ([], [])


def test_a_call_that_others_cancel_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    """When a module's own work is cancelled, that is its failure, and the answer names it."""
    asked: Deferred[object] = Deferred()
    line = waiting_call(make_host(check_comment=lambda *_: asked))
    asked.cancel()
    answer = line.answer
    assert (answer.status, answer.json["errcode"]) == (503, "module_failed")
    assert answer.json["module"] == "words"
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
