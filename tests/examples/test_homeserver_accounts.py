from __future__ import annotations

from typing import Any

import pytest

from hookspecs import Codes, HomeserverError, RegistrationBehaviour
from tests.examples.homeserver_client import always, client_of, noting, raising

TICKET = ("t.ticket", ("ticket",))
DENIAL = (Codes.USER_LOCKED, {"why": "spam"})


def test_without_modules_people_register_and_log_in() -> None:
    """A homeserver without modules has accounts with passwords."""
    client = client_of()
    answer = client.register("Ann")
    assert (answer.status, answer.body["user_id"]) == (200, "@ann:hs")
    assert client.log_in("ann", password="pw").status == 200
    assert client.log_in("@ann:hs", password="pw").body["user_id"] == "@ann:hs"
    assert client.log_in("ann", password="no").errcode == (403, "M_FORBIDDEN")
    assert client.log_in("ben", password="pw").errcode == (403, "M_FORBIDDEN")
    assert client.register("ann").errcode == (400, "M_USER_IN_USE")
    assert client.register("a b").errcode == (400, "M_INVALID_USERNAME")
    assert client.call("POST", "/register", {}).errcode == (400, "M_MISSING_PARAM")
    nameless = client.call("POST", "/register", {"password": "pw"})
    assert nameless.errcode == (400, "M_MISSING_PARAM")
    body = {"type": "m.login.password", "password": "pw", "identifier": {"type": "m.id.phone"}}
    assert client.call("POST", "/login", body).errcode == (400, "M_INVALID_PARAM")


def test_a_denied_registration_looks_like_a_rate_limit() -> None:
    """`DENY` is answered with status 429, and there is no account."""
    calls: list[Any] = []
    client = client_of(
        {"check_registration_for_spam": noting(calls, RegistrationBehaviour.DENY)},
        {"on_user_registration": noting(calls)},
    )
    assert client.register("ann").errcode == (429, "M_UNKNOWN")
    (call,) = calls
    assert call == (None, "ann", [("tests", call[2][0][1])], None)
    assert client.log_in("ann", password="pw").status == 403


def test_what_a_shadow_banned_user_sends_is_hidden_from_others() -> None:
    """`SHADOW_BAN` makes an account that sees its own messages, which are hidden from others."""

    async def check(_email: Any, username: str, *_: Any) -> RegistrationBehaviour:
        banned = username == "ben"
        return RegistrationBehaviour.SHADOW_BAN if banned else RegistrationBehaviour.ALLOW

    stored: list[Any] = []
    client = client_of({"check_registration_for_spam": check, "on_new_event": noting(stored)})
    ann, ben = client.token("ann"), client.token("ben")
    room = client.create_room(ann)
    assert client.call("POST", f"/join/{room}", {}, ben).status == 200
    client.say(ann, room, "hi")
    del stored[:]
    sent = client.say(ben, room, "buy")
    topic = client.call("PUT", f"/rooms/{room}/state/m.room.topic", {"topic": "buy"}, ben)
    assert (sent.status, topic.status) == (200, 200)
    invited = client.call("POST", f"/rooms/{room}/invite", {"user_id": "@eve:hs"}, ben)
    assert (invited.status, invited.body, stored) == (200, {}, [])
    assert client.read(ben, room) == ["hi", "buy"]
    assert client.read(ann, room) == ["hi"]
    assert sent.body["event_id"] in [each["event_id"] for each in client.events(ben)[room]]
    assert sent.body["event_id"] not in [each["event_id"] for each in client.events(ann)[room]]


def test_an_answer_that_means_nothing_fails_the_registration() -> None:
    """A registration is not let through on an answer of the wrong type: status 500."""
    client = client_of({"check_registration_for_spam": always("no")})
    assert client.register("ann").errcode == (500, "M_UNKNOWN")
    assert client.log_in("ann", password="pw").status == 403


def test_modules_are_notified_of_new_accounts() -> None:
    """`on_user_registration` gets the user id; its exception fails the request."""
    calls: list[Any] = []
    client = client_of({"on_user_registration": noting(calls)})
    client.register("ann")
    assert calls == [("@ann:hs",)]
    failing = client_of({"on_user_registration": raising(ValueError("no"))})
    assert failing.register("ann").errcode == (500, "M_UNKNOWN")


def test_modules_name_accounts() -> None:
    """The name of a module wins over the client's, in small letters; passwords are not shown."""
    calls: list[Any] = []
    client = client_of(
        {
            "get_username_for_registration": noting(calls, "Queen"),
            "get_displayname_for_registration": always("Ann the First"),
        }
    )
    answer = client.register("ann", color="red")
    assert (answer.status, answer.body["user_id"]) == (200, "@queen:hs")
    assert calls == [({"m.login.dummy": True}, {"username": "ann", "color": "red"})]
    queen = answer.body["access_token"]
    room = client.create_room(queen)
    (joined,) = (e for e in client.events(queen)[room] if e["type"] == "m.room.member")
    assert joined["content"]["displayname"] == "Ann the First"


def test_an_empty_name_is_a_name() -> None:
    """A module that answers an empty string has decided, and there is no such account."""
    client = client_of({"get_username_for_registration": always("")})
    assert client.register("ann").errcode == (400, "M_INVALID_USERNAME")


@pytest.mark.parametrize(
    "hook", ["get_username_for_registration", "get_displayname_for_registration"]
)
def test_a_failing_name_aborts_the_registration(hook: str) -> None:
    """When a module cannot say how an account is called, none is made: status 500."""
    client = client_of({hook: raising(ValueError("no"))})
    assert client.register("ann").errcode == (500, "M_UNKNOWN")
    assert client.log_in("ann", password="pw").status == 403


def test_a_denied_login_gets_code_and_fields() -> None:
    """`check_login_for_spam` denies with status 403; a registration's login is not asked about."""
    calls: list[Any] = []
    client = client_of({"check_login_for_spam": noting(calls, DENIAL)})
    assert client.register("ann").status == 200
    assert calls == []
    answer = client.log_in("ann", password="pw", device_id="D", initial_device_display_name="n")
    assert answer.errcode == (403, "M_USER_LOCKED")
    assert answer.body["why"] == "spam"
    (call,) = calls
    assert call[:3] == ("@ann:hs", "D", "n")
    assert call[4] is None


def test_modules_are_notified_of_logins() -> None:
    """`on_user_login` gets user and type; its exception fails the login."""
    calls: list[Any] = []
    client = client_of({"on_user_login": noting(calls)})
    client.register("ann")
    client.log_in("ann", password="pw")
    assert calls == [("@ann:hs", "m.login.password", None)]
    failing = client_of({"on_user_login": raising(ValueError("no"))})
    failing.register("ann")
    assert failing.log_in("ann", password="pw").errcode == (500, "M_UNKNOWN")


def test_the_types_of_modules_come_after_the_password() -> None:
    """`m.login.password` is listed first, once, and then the types of modules in config order."""
    check = always(None)
    client = client_of(
        {"auth_checkers": {("t.b", ("x",)): check, ("m.login.password", ("password",)): check}},
        {"auth_checkers": {("t.a", ()): check}},
    )
    flows = client.call("GET", "/login").body["flows"]
    assert [flow["type"] for flow in flows] == ["m.login.password", "t.b", "t.a"]


def test_without_password_login_the_type_is_hidden_and_refused() -> None:
    """A module's checker for passwords is not asked where passwords are disabled: status 400."""
    calls: list[Any] = []
    checkers = {("m.login.password", ("password",)): noting(calls), TICKET: always(None)}
    client = client_of({"auth_checkers": checkers}, has_passwords=False)
    assert client.call("GET", "/login").body == {"flows": [{"type": "t.ticket"}]}
    assert client.log_in("ann", password="pw").status == 400
    assert calls == []


def test_a_missing_field_is_reported_before_any_module_runs() -> None:
    """A login without a field that the modules have named gets 400, and no module is asked."""
    calls: list[Any] = []
    client = client_of({"auth_checkers": {TICKET: noting(calls)}})
    assert client.log_in("ann", "t.ticket").errcode == (400, "M_MISSING_PARAM")
    assert client.log_in("ann", "t.unknown", ticket="x").status == 400
    assert calls == []


def test_the_first_module_that_knows_somebody_logs_them_in() -> None:
    """A checker gets the declared fields; its callback is awaited with the answer to the client."""
    asked: list[Any] = []
    received: list[Any] = []
    client = client_of(
        {"auth_checkers": {TICKET: raising(ValueError("skipped"))}},
        {"auth_checkers": {TICKET: noting(asked, ("@ben:hs", noting(received)))}},
        {"auth_checkers": {TICKET: raising(AssertionError("not asked"))}},
    )
    answer = client.log_in("Ben", "t.ticket", ticket="x", device_id="D", more="left out")
    assert answer.status == 200
    assert asked == [("Ben", "t.ticket", {"ticket": "x"})]
    assert received == [(answer.body,)]
    assert answer.body["user_id"] == "@ben:hs"
    assert answer.body["device_id"] == "D"


def test_somebody_whom_only_a_module_knows_gets_an_account() -> None:
    """The first login makes the account, if the modules that are asked about that let it."""
    known = {"auth_checkers": {TICKET: always(("@ben:hs", None))}}
    made: list[Any] = []
    client = client_of(known, {"on_user_registration": noting(made)})
    for _ in range(2):
        assert client.log_in("ben", "t.ticket", ticket="x").status == 200
    assert made == [("@ben:hs",)]
    assert client.log_in("ben", password="").errcode == (403, "M_FORBIDDEN")
    denying = {"check_registration_for_spam": always(RegistrationBehaviour.DENY)}
    assert client_of(known, denying).log_in("ben", "t.ticket", ticket="x").status == 429
    elsewhere = client_of({"auth_checkers": {TICKET: always(("@ben:other", None))}})
    assert elsewhere.log_in("ben", "t.ticket", ticket="x").status == 403


def test_the_password_is_checked_when_no_module_knows_it() -> None:
    """For passwords, `None` of all modules leaves the decision to the homeserver."""
    checkers = {("m.login.password", ("password",)): always(None)}
    client = client_of({"auth_checkers": checkers})
    client.register("ann")
    assert client.log_in("ann", password="pw").status == 200
    assert client.log_in("ann", password="no").errcode == (403, "M_FORBIDDEN")
    ticket = client_of({"auth_checkers": {TICKET: always(None)}})
    assert ticket.log_in("ann", "t.ticket", ticket="x").errcode == (403, "M_FORBIDDEN")


@pytest.mark.parametrize(("answer", "status"), [(True, 403), ("yes", 403), (0, 200), (None, 200)])
def test_an_expired_account_can_only_log_out(answer: Any, status: int) -> None:
    """Every request with an access token is refused, but for that which ends the session."""
    gone: list[Any] = []
    client = client_of({"is_user_expired": always(answer), "on_logged_out": noting(gone)})
    ann = client.token("ann")
    requests = [("POST", "/createRoom"), ("GET", "/sync"), ("PUT", "/presence/@ann:hs/status")]
    for method, path in requests:
        result = client.call(method, path, {"presence": "online"}, ann)
        assert result.status == status
        if status == 403:
            assert result.body["errcode"] == "ORG_MATRIX_EXPIRED_ACCOUNT"
    assert client.call("POST", "/logout", {}, ann).status == 200
    ((user_id, _, token),) = gone
    assert (user_id, token) == ("@ann:hs", ann)
    assert client.call("GET", "/sync", None, ann).errcode == (401, "M_UNKNOWN_TOKEN")


def test_a_failing_expiry_check_fails_every_request() -> None:
    """What `is_user_expired` raises is not taken for an answer."""
    client = client_of({"is_user_expired": raising(ValueError("no"))})
    assert client.call("GET", "/sync", None, client.token("ann")).errcode == (500, "M_UNKNOWN")


def test_requests_need_an_access_token() -> None:
    """A request without one, or with an unknown one, gets status 401."""
    client = client_of()
    assert client.call("GET", "/sync").errcode == (401, "M_UNKNOWN_TOKEN")
    assert client.call("GET", "/sync", None, "x").errcode == (401, "M_UNKNOWN_TOKEN")


def test_a_module_may_answer_for_itself() -> None:
    """An exception with a status, a code and fields is the answer to the client."""
    error = HomeserverError(451, "not here", Codes.FORBIDDEN, {"law": 1})
    answer = client_of({"check_registration_for_spam": raising(error)}).register("ann")
    assert (answer.status, answer.body) == (
        451,
        {"law": 1, "errcode": "M_FORBIDDEN", "error": "not here"},
    )
