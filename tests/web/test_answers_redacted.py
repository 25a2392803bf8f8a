"""Secrets are taken out of denials and errors that are answered over HTTP."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from hostkit import Category, Decision, Deny, Host, ModuleApi, hookspec, rules
from hostkit.testing import build_host
from hostkit.web import Gateway, HttpError, JsonResource, Router
from tests.web.conftest import ask, hooks_of

if TYPE_CHECKING:
    from twisted.web.server import Request

SECRET = "0123456789abcdefghijklmnopqrstuv"


class Odd:
    """Something that JSON has no form for."""

    def __repr__(self) -> str:
        return f"{'x' * 290}{SECRET}"


class Links(Category):
    """What the tests ask."""

    @hookspec(rules.FirstDenial())
    async def check_link(self, link: str) -> Decision:
        """Called for each link."""


class Page(JsonResource):
    """Quotes a secret in an error."""

    isLeaf = True  # noqa: N815

    def on_GET(self, _request: Request) -> NoReturn:  # noqa: N802
        """Refuse."""
        raise HttpError(403, "denied", f"because of {SECRET}", quoted=[{"it": (SECRET, 5)}])


class Module:
    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register(Links, check_link=self.check)
        api.register_web_resource("/page", Page())  # type: ignore[no-untyped-call]

    async def check(self, link: str) -> Deny:
        return Deny(
            f"bad-{SECRET}",
            f"no: {SECRET[:12]}…",
            url=f"https://example.org/?token={SECRET}",
            deep={"list": [SECRET, Odd(), 5], SECRET: None},
        )


@pytest.fixture
def host() -> Host:
    listener = {"endpoint": "tcp:0:interface=127.0.0.1", "token": SECRET}
    return build_host([Module], categories=[Links], listeners=[listener])


def test_a_denial_is_answered_without_secrets(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    """Its code, reason and fields, at any depth, as in its receipt; and so are the steps."""
    router = hooks_of(host)
    answer = ask(router, "POST", "/_hostkit/hooks/links/check_link?explain=1", b'{"link": "x"}')
    assert answer.status == 403
    assert SECRET[:8] not in answer.body.decode()
    assert SECRET[:8] not in caplog.text
    assert answer.json["errcode"] == "bad-[redacted]"
    assert answer.json["error"] == "no: [redacted]…"
    assert answer.json["url"] == "https://example.org/?token=[redacted]"
    assert answer.json["deep"] == {
        "list": ["[redacted]", "x" * 290 + "[redacted]", 5],
        "[redacted]": None,
    }
    assert "[redacted]" in str(answer.json["trace"])


def test_a_refused_argument_is_answered_without_secrets(host: Host) -> None:
    """Its own client has sent it, but a proxy may have, too."""
    gateway = Gateway(host, token=None)
    body = b'{"link": "x", "%s": 1}' % SECRET.encode()
    answer = ask(Router(gateway.resources), "POST", "/_hostkit/hooks/links/check_link", body)
    assert answer.status == 400
    assert "[redacted]" in answer.json["error"]
    assert SECRET not in answer.body.decode()


def test_an_error_of_a_page_is_answered_without_secrets(host: Host) -> None:
    """Those of the host whose modules a router serves; other routers may know them, too."""
    expected = {
        "errcode": "denied",
        "error": "because of [redacted]",
        "quoted": [{"it": ["[redacted]", 5]}],
    }
    assert ask(Router(host=host), "GET", "/page").json == expected
    resources = {path: mount.resource for path, (_, mount) in host.mounts.items()}
    assert ask(Router(resources, redact=host.receipts.redact), "GET", "/page").json == expected
    assert ask(Router(resources), "GET", "/page").json["error"] == f"because of {SECRET}"

    def redact(text: str) -> str:
        return text.replace("because of", "[redacted]")

    answer = ask(Router(host=host, redact=redact), "GET", "/page")
    assert answer.json["error"] == f"[redacted] {SECRET}"


def test_a_log_of_the_same_is_without_secrets(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    """The warning quotes the part that JSON has no form for, and is cut after it was redacted."""
    with caplog.at_level(logging.WARNING):
        test_a_denial_is_answered_without_secrets(host, caplog)
    assert caplog.messages[-1].endswith("x[redacted]")
