"""Denials of every kind that a hook's rule may know."""

from __future__ import annotations

import logging
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any

import pytest

from hostkit import Category, Deny, hookspec, rules
from hostkit.testing import build_host
from hostkit.web import HttpError
from tests.web.conftest import call, make_host

if TYPE_CHECKING:
    from hostkit.testing import Answer


class Code(StrEnum):
    SPAM = "M_SPAM"


class Fate(Enum):
    SHADOW_BAN = "shadow_ban"
    OFF = 0


def describe(denial: Any) -> Deny:
    """Describe what the host has for denials: pairs, errors with fields, or a `Deny`."""
    if isinstance(denial, HttpError):
        return Deny(denial.code, denial.message, **denial.extra)
    if isinstance(denial, RefusedError):
        found = vars(denial)
        facts = found.get("additional_fields", {})
        return Deny(found.get("errcode", "denied"), found.get("msg", str(denial)), **facts)
    if isinstance(denial, tuple) and denial:
        facts = denial[1] or {}
        error = facts.get("error")
        code = denial[0] if isinstance(denial[0], str) else "denied"
        text = error if isinstance(error, str) else "denied"
        return Deny(code, text, **{str(name): value for name, value in facts.items()})
    return rules.FirstDenial().describe_denial(denial)


class Links(Category):
    """What the tests ask; every answer but "ok" denies."""

    @hookspec(
        rules.FirstDenial(
            read=lambda answer: answer, allow="ok", denial="unsure", describe=describe
        )
    )
    async def check_link(self, link: str) -> Any:
        """Called for each link."""


def answer_for(denial: object) -> Answer:
    """Let a module answer so, and return the gateway's answer."""
    host = make_host(Links, name="links", check_link=lambda _: denial)
    return call(host, "links.check_link", link="x")


@pytest.mark.parametrize(
    ("denial", "expected"),
    [
        (Deny("spam"), {"errcode": "spam", "error": ""}),
        (Deny("spam", "no", words=[1]), {"errcode": "spam", "error": "no", "words": [1]}),
        ("phishing here", {"errcode": "denied", "error": "phishing here"}),
        (Code.SPAM, {"errcode": "M_SPAM", "error": "denied"}),
        (Fate.SHADOW_BAN, {"errcode": "shadow_ban", "error": "denied"}),
        (Fate.OFF, {"errcode": "off", "error": "denied"}),
        ((Code.SPAM, {}), {"errcode": "M_SPAM", "error": "denied"}),
        (
            (Code.SPAM, {"error": "go away", "retry": 5}),
            {"errcode": "M_SPAM", "error": "go away", "retry": 5},
        ),
        (("M_OTHER", {"error": 5}), {"errcode": "M_OTHER", "error": "denied"}),
        ((False, None), {"errcode": "denied", "error": "denied"}),
        ((False, {"type": "x"}), {"errcode": "denied", "error": "denied", "type": "x"}),
        ((), {"errcode": "denied", "error": "denied"}),
        (True, {"errcode": "denied", "error": "denied"}),
        (False, {"errcode": "denied", "error": "denied"}),
        (object(), {"errcode": "denied", "error": "denied"}),
    ],
)
def test_denials_have_a_code_a_reason_and_fields(denial: object, expected: dict[str, Any]) -> None:
    """Codes become the errcode, strings the error, and the members of dicts further fields."""
    answer = answer_for(denial)
    body = answer.json
    assert (answer.status, body.pop("module")) == (403, "links")
    assert body.pop("receipt")
    assert body == expected


def test_a_dict_overrides_nothing() -> None:
    """The fields of a tuple cannot replace hostkit's own, either."""
    forged = dict.fromkeys(("errcode", "module", "receipt"), "forged")
    body = answer_for((Code.SPAM, forged)).json
    assert (body["errcode"], body["module"]) == ("M_SPAM", "links")
    assert body["receipt"] != "forged"


def test_fields_that_json_cannot_write_are_shown(caplog: pytest.LogCaptureFixture) -> None:
    """The denial stays a denial, with all fields; the log says which are shown by their `repr`."""
    odd = object()
    facts = {"odd": odd, "infinite": float("inf"), "half": "\ud800", "fine": 1, 5: "five"}
    answer = answer_for((Code.SPAM, facts))
    body = answer.json
    assert (answer.status, body["errcode"], body["fine"], body["5"]) == (403, "M_SPAM", 1, "five")
    assert (body["odd"], body["infinite"], body["half"]) == (repr(odd), "inf", r"'\ud800'")
    assert {(record.name, record.levelno) for record in caplog.records} == {
        ("hostkit.modules.links", logging.WARNING)
    }
    assert len(caplog.records) == 3


def test_code_and_reason_that_json_cannot_write_are_shown() -> None:
    """Half a surrogate pair comes from a module that cut a string in the middle of a character."""
    body = answer_for(Deny("spam\ud800", "no \udcff")).json
    assert (body["errcode"], body["error"]) == (r"'spam\ud800'", r"'no \udcff'")


def test_a_field_is_not_taken_for_the_trace() -> None:
    """There is a trace only where one was asked for."""
    assert "trace" not in answer_for(Deny("spam", trace="mine")).json


@pytest.mark.parametrize("wrong", [lambda _: 1 / 0, lambda _: "denied"])
def test_a_denial_that_cannot_be_described_is_one(
    wrong: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The host's own `describe=` is to be mended; nothing is allowed by its mistake."""

    class Links(Category):
        @hookspec(rules.FirstDenial(describe=wrong))
        async def check_link(self, link: str) -> Any:
            """Called for each link."""
            return Deny("spam", "no")

    answer = call(build_host(categories=[Links]), "links.check_link", link="x")
    assert (answer.status, answer.json["errcode"]) == (403, "denied")
    assert "describe= of links.check_link gave" in caplog.text


def test_bytes_are_written_in_base64() -> None:
    """As they are read."""
    assert answer_for(Deny("spam", key=b"\xff\x00")).json["key"] == "/wA="


class RefusedError(Exception):
    """What a host's own errors look like."""

    def __init__(self, **fields: Any) -> None:
        super().__init__("not here")
        vars(self).update(fields)


class Rooms(Category):
    """Hooks that a module can also deny by raising."""

    @hookspec(
        rules.Notify(
            veto=lambda error: isinstance(error, RefusedError | HttpError), describe=describe
        )
    )
    async def on_room(self, name: str) -> None:
        """Called before a room is made."""

    @hookspec(
        rules.FirstDenial(
            read=lambda answer: rules.Replace(lambda _: answer, answer.upper()),
            allow="unchanged",
            denial="no",
            replaces="name",
        )
    )
    async def check_name(self, name: str) -> str:
        """Called for each name."""


def ask_room(hook: str, callback: Any) -> Answer:
    """Let a module answer so, or raise this, and return the gateway's answer."""
    return call(make_host(Rooms, name="rooms", **{hook: callback}), f"rooms.{hook}", name="x")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RefusedError(), {"errcode": "denied", "error": "not here"}),
        (RefusedError(code=403, errcode=Code.SPAM), {"errcode": "M_SPAM", "error": "not here"}),
        (
            RefusedError(errcode="M_BUSY", msg="wait", additional_fields={"seconds": 5}),
            {"errcode": "M_BUSY", "error": "wait", "seconds": 5},
        ),
        (
            HttpError(429, "slow_down", "not so fast", seconds=5),
            {"errcode": "slow_down", "error": "not so fast", "seconds": 5},
        ),
    ],
)
def test_a_module_that_denies_by_raising_is_a_denial(
    error: Exception, expected: dict[str, Any]
) -> None:
    """It is not a failure: 403 has the message of the exception."""
    answer = ask_room("on_room", error)
    assert answer.status == 403
    assert "retry-after" not in answer.headers
    assert {name: value for name, value in answer.json.items() if name != "receipt"} == expected | {
        "module": "rooms"
    }


def test_a_replaced_argument_is_in_the_result() -> None:
    """A hook that allows something else than what was asked says what."""
    answer = ask_room("check_name", lambda name: "y")
    assert (answer.status, answer.json) == (200, {"result": "Y"})
