from __future__ import annotations

import asyncio
import logging
from typing import Any, NoReturn

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.testing import MemoryReactor
from twisted.python.failure import Failure

from hookspecs import Codes, Event
from hostkit import ConfigErrors, Host, ModuleApi
from tests.examples.homeserver_client import (
    OPTIONS,
    PREFIX,
    always,
    client_for,
    client_of,
    host_of,
    raising,
    serve,
)
from tests.web.pages import Echo


def test_the_resources_of_modules_are_served_beside_the_homeserver() -> None:
    """A path that a module has registered is the module's; others answer 404 in JSON."""
    host = host_of({}, **{"/_synapse/client/words": Echo("words")})
    client = client_for(host)
    assert client.call("GET", "/login").status == 200
    answers = [
        client.start("GET", path).answer
        for path in ("/_synapse/client/words/x", "/elsewhere", "/_matrix/elsewhere", PREFIX)
    ]
    assert [answer and answer.status for answer in answers] == [200, 404, 404, 404]
    assert answers[0] is not None
    assert answers[0].text == "words: _synapse/client/words | x"


@pytest.mark.parametrize("path", ["/_matrix", f"{PREFIX}/login"])
def test_no_module_gets_the_homeservers_own_paths(path: str) -> None:
    """A module that registers something below `/_matrix` keeps the homeserver from starting."""
    with pytest.raises(ConfigErrors) as caught:
        host_of({}, **{path: Echo("words")})
    (problem,) = caught.value.problems
    assert problem.code == "HK209"
    assert "/_matrix is reserved by the host" in problem.message


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/nothing", b"", (404, "M_UNRECOGNIZED")),
        ("PUT", "/login", b"{}", (404, "M_UNRECOGNIZED")),
        ("POST", "/login", b"{", (400, "bad_json")),
        ("POST", "/login", b'{"type": 1}', (400, "M_MISSING_PARAM")),
        ("POST", "/login", b'{"type": "m.login.password"}', (400, "M_INVALID_PARAM")),
    ],
)
def test_requests_that_make_no_sense_are_answered_with_the_reason(
    method: str, path: str, body: bytes, expected: tuple[int, str]
) -> None:
    """A request that cannot be understood gets an error in JSON, and no module is asked."""
    answer = client_of().call(method, path, body)
    assert answer.errcode == expected
    assert "content-type: application/json" in answer.headers


def test_fields_that_are_not_json_are_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    """A denial whose fields cannot be written still ends the request, with status 500."""
    denial = (Codes.FORBIDDEN, {"x": {1, 2}})
    client = client_of({"user_may_create_room": always(denial)})
    with caplog.at_level(logging.ERROR):
        answer = client.call("POST", "/createRoom", {}, client.token("ann"))
    assert answer.status == 500
    assert "not JSON serializable" in caplog.text


def test_the_hooks_are_asked_in_the_documented_order() -> None:
    """A login is authenticated, checked for spam, and then notified."""
    order: list[str] = []

    def step(name: str, value: Any) -> Any:
        async def note(*_: Any) -> Any:
            order.append(name)
            return value

        return note

    callback = step("callback", None)
    client = client_of(
        {
            "auth_checkers": {("t.x", ()): step("auth", ("@ben:hs", callback))},
            "check_login_for_spam": step("spam", "NOT_SPAM"),
            "on_user_login": step("login", None),
            "on_user_registration": step("registration", None),
        }
    )
    assert client.log_in("ben", "t.x").status == 200
    assert order == ["auth", "registration", "spam", "login", "callback"]


def test_what_no_module_wants_is_not_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state of a room is only looked up where a module is given it."""

    def refuse(_room: object) -> NoReturn:
        raise AssertionError("not needed")

    monkeypatch.setattr("homeserver.homeserver.Room.state", property(refuse))
    client = client_of({"check_event_for_spam": always("NOT_SPAM")})
    ann = client.token("ann")
    assert client.say(ann, client.create_room(ann), "hi").status == 200
    for hook in ("check_event_allowed", "on_new_event"):
        asking = client_of({hook: always((True, None))})
        answer = asking.call("POST", "/createRoom", {}, asking.token("ann"))
        assert answer.errcode == (500, "M_UNKNOWN")


def test_a_request_waits_for_its_modules() -> None:
    """A module may take its time, and others are served meanwhile; it ends without its client."""
    waiting: list[Deferred[str]] = []

    def check(_event: Event) -> Deferred[str]:
        waiting.append(Deferred())
        return waiting[-1]

    client = client_of({"check_event_for_spam": check})
    ann = client.token("ann")
    room = client.create_room(ann)
    path = f"{PREFIX}/rooms/{room}/send/m.room.message/"
    first = client.start("PUT", f"{path}1", {"body": "one"}, ann)
    second = client.start("PUT", f"{path}2", {"body": "two"}, ann)
    assert (first.answer, client.read(ann, room)) == (None, [])
    waiting[1].callback("NOT_SPAM")
    assert second.answer is not None
    assert (second.answer.status, client.read(ann, room)) == (200, ["two"])
    first.hang_up()
    waiting[0].callback("NOT_SPAM")
    assert (first.answer, client.read(ann, room)) == (None, ["two", "one"])


@pytest.mark.parametrize("error", [asyncio.CancelledError(), CancelledError()])
def test_a_module_that_was_cancelled_leaves_no_client_waiting(error: BaseException) -> None:
    """A cancellation, of either event loop, is not an answer; the client still gets status 500."""
    client = client_of({"user_may_create_room": raising(error)})
    assert client.call("POST", "/createRoom", {}, client.token("ann")).status == 500


def host_noting(steps: list[str]) -> Host:
    """Build a host of which the only module notes when it is started and stopped."""

    class Noting:
        def __init__(self, _config: object, _api: ModuleApi) -> None:
            pass

        async def start(self) -> None:
            steps.append("start")

        async def stop(self) -> None:
            steps.append("stop")

    return Host.from_config({"modules": [{"module": Noting}]}, **OPTIONS).build()


class FullReactor(MemoryReactor):
    """A reactor on which another program has taken all ports."""

    def listenTCP(self, *_: Any, **__: Any) -> NoReturn:  # noqa: N802 -- so named by Twisted
        raise CannotListenError("127.0.0.1", 8008, OSError("taken"))


def shut_down(reactor: MemoryReactor) -> None:
    """Do what a reactor does when it is stopped."""
    for trigger, *_ in reactor.triggers["before"]["shutdown"]:
        trigger()


def test_modules_run_while_the_homeserver_does() -> None:
    """Modules are started before it listens, and stopped at the end."""
    steps: list[str] = []
    reactor = MemoryReactor()
    listening = Deferred.fromCoroutine(serve(reactor, host_noting(steps), "hs", "tcp:8008"))
    assert listening.called
    assert (steps, len(reactor.tcpServers)) == (["start"], 1)
    shut_down(reactor)
    assert steps == ["start", "stop"]


def test_modules_are_stopped_when_it_cannot_listen() -> None:
    """A homeserver that cannot listen leaves no module running."""
    steps: list[str] = []
    reactor = FullReactor()  # type: ignore[no-untyped-call]
    listening = Deferred.fromCoroutine(serve(reactor, host_noting(steps), "hs", "tcp:8008"))
    errors: list[Failure] = []
    listening.addErrback(errors.append)
    assert errors[0].check(CannotListenError)
    shut_down(reactor)
    assert steps == ["start", "stop"]
