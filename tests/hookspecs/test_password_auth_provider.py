"""Modules that authenticate users, by the type of login."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from hookspecs import HomeserverError, LoginResponse, PasswordAuthProvider
from hostkit import Host
from hostkit.codes import Code

from .hosting import (
    Spy,
    answering,
    call,
    cancelling,
    chain_of,
    host_of,
    outcomes_of,
    problem_of,
    raising,
    receipt_of,
    registering,
    wrong_in,
)

HOOK = "auth_checkers"
FULL_NAME = f"password_auth_provider.{HOOK}"
PASSWORD = ("m.login.password", ("password",))
TOKEN = ("org.token", ("token", "nonce"))
ANN = ("@ann:hs", None)
WRONG: list[Any] = [
    True,
    False,
    "@ann:hs",
    (),
    ("@ann:hs",),
    ("@ann:hs", None, None),
    ["@ann:hs", None],
    (b"@ann:hs", None),
    (None, None),
    ("@ann:hs", "callback"),
    ("@ann:hs", False),
]


def login(host: Host, login_type: str = "m.login.password") -> Any:
    """Log a user in."""
    return call(host, "check_auth", "ann", login_type, {"password": "x"})


def checking(*checkers: Any, key: Any = PASSWORD) -> Host:
    """Build a host with modules that check for one key."""
    return chain_of(PasswordAuthProvider, HOOK, *({key: checker} for checker in checkers))


def test_without_modules_there_is_a_default() -> None:
    """There is no login, no type is supported, and the host can see that beforehand."""
    host = host_of(PasswordAuthProvider)
    assert login(host) is None
    assert host.hooks[PasswordAuthProvider].supported_login_types == {}
    assert bool(host.hooks[PasswordAuthProvider].auth_checkers) is False


def test_only_those_are_asked_that_know_the_type() -> None:
    """A checker gets the arguments of the call, and others for other types none."""
    password, token, both = Spy(), Spy(), Spy()
    host = host_of(
        PasswordAuthProvider,
        {HOOK: {PASSWORD: password}},
        {HOOK: {TOKEN: token}},
        {HOOK: {PASSWORD: both, TOKEN: both}},
    )
    arguments = ("ann", "org.token", {"token": "t", "nonce": "n"})
    assert call(host, "check_auth", *arguments) is None
    assert ([], [arguments], [arguments]) == (password.calls, token.calls, both.calls)


def test_an_unknown_type_asks_no_module() -> None:
    """The result is `None`, and the host refuses the login or checks it itself."""
    spy = Spy(answer=ANN)
    assert login(checking(spy), "org.unknown") is None
    assert spy.calls == []


def test_the_callers_name_and_the_modules_name_are_one_hook() -> None:
    """`check_auth` is what older hosts call; it is not a hook of its own."""
    host = checking(answering(ANN))
    assert call(host, HOOK, "ann", "m.login.password", {}) == ANN
    assert "check_auth" not in PasswordAuthProvider.hookspecs


def test_the_first_login_ends_the_call() -> None:
    """It is the very tuple of the module, and the modules after it are not asked."""
    notified: list[LoginResponse] = []

    async def receive(response: LoginResponse) -> None:
        notified.append(response)

    answer, spy = ("@ann:hs", receive), Spy(answer=ANN)
    result = login(checking(answering(None), answering(answer), spy))
    assert answer is result
    assert spy.calls == []
    response: LoginResponse = {"user_id": "@ann:hs"}
    asyncio.run(result[1](response))
    assert notified == [response]


@pytest.mark.parametrize("answer", WRONG, ids=repr)
def test_a_wrong_shape_is_skipped_and_logged(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody is logged in by it; the next module is asked, and module and hook are named."""
    host = checking(answering(answer), answering(ANN))
    assert login(host) == ANN
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("hostkit.modules.a", logging.WARNING)
    start = f"failed in {FULL_NAME}, the next module is asked: expected Login | None, got "
    assert record.getMessage().startswith(start)
    assert wrong_in(host.receipts) == [(FULL_NAME, "a")]


@pytest.mark.parametrize("error", [KeyError("x"), HomeserverError(403, "no")], ids=repr)
def test_an_exception_is_skipped_and_logged(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """It neither logs a user in nor keeps the next module from it."""
    host = checking(raising(error), answering(ANN))
    assert login(host) == ANN
    start = f"failed in {FULL_NAME}, the next module is asked: {type(error).__name__}"
    assert caplog.messages[0].startswith(start)
    assert outcomes_of(receipt_of(host)) == ["failed", "result"]


@pytest.mark.parametrize("bad", [raising(KeyError("x")), answering(True)])
def test_a_failure_logs_no_user_in(bad: Any) -> None:
    """Without another answer there is no login."""
    assert login(checking(bad)) is None


def test_a_cancellation_of_the_caller_is_not_a_failure() -> None:
    """It goes to the caller and the next module is not asked."""
    spy = Spy(answer=ANN)
    with pytest.raises(asyncio.CancelledError):
        login(checking(cancelling, spy))
    assert spy.calls == []


def test_a_checker_has_fields_of_its_own() -> None:
    """What it does to them neither the next one nor the host sees."""

    async def spoil(username: str, login_type: str, login_dict: dict[str, Any]) -> None:
        login_dict.clear()

    spy, fields = Spy(), {"password": "x"}
    call(checking(spoil, spy), "check_auth", "ann", "m.login.password", fields)
    assert fields == spy.calls[0][2] == {"password": "x"}


def test_the_types_are_listed_in_config_order_with_their_fields() -> None:
    """A host lists them as flows, and refuses a login that lacks a field."""
    host = host_of(
        PasswordAuthProvider,
        {HOOK: {TOKEN: Spy()}},
        {HOOK: {PASSWORD: Spy(), TOKEN: Spy(), ("org.none", ()): Spy()}},
    )
    supported = host.hooks[PasswordAuthProvider].supported_login_types
    expected = [("org.token", ("token", "nonce")), PASSWORD, ("org.none", ())]
    assert list(supported.items()) == expected
    with pytest.raises(TypeError):
        supported["org.new"] = ()  # type: ignore[index]


def test_a_shadow_module_supports_nothing() -> None:
    """A type whose checks do not count is not announced to clients."""
    host = host_of(PasswordAuthProvider, {HOOK: {TOKEN: answering(ANN)}}, mode="shadow")
    assert host.hooks[PasswordAuthProvider].supported_login_types == {}
    assert login(host, "org.token") is None


def test_any_mapping_will_do() -> None:
    """It is read once; the types need not come in a dict."""
    assert (
        login(chain_of(PasswordAuthProvider, HOOK, MappingProxyType({PASSWORD: answering(ANN)})))
        == ANN
    )


def test_two_modules_with_different_fields_keep_the_host_from_starting() -> None:
    """In the homeserver it is not noticed, and the fields of the second one silently win."""
    other = ("m.login.password", ("password", "otp"))
    problem = problem_of(
        PasswordAuthProvider, {HOOK: {PASSWORD: Spy()}}, {HOOK: {TOKEN: Spy(), other: Spy()}}
    )
    assert (problem.code, problem.path) == (Code.CONFLICTING_KEYS, ("modules", 1))
    assert problem.message == (
        "modules 'a' and 'b' contradict each other about 'm.login.password' of "
        f"{FULL_NAME}: ('password',) is not ('password', 'otp')"
    )


def test_the_order_of_fields_does_not_matter_but_must_agree() -> None:
    """One type has one list of fields."""
    problem = problem_of(
        PasswordAuthProvider,
        {HOOK: {TOKEN: Spy()}},
        {HOOK: {("org.token", ("nonce", "token")): Spy()}},
    )
    assert problem.code == Code.CONFLICTING_KEYS


def test_a_conflict_is_placed_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator reads the line of the second module."""
    from hostkit import ConfigErrors, Host

    one = registering("password_auth_provider", auth_checkers={TOKEN: Spy()})
    two = registering("password_auth_provider", auth_checkers={("org.token", ()): Spy()})
    monkeypatch.setattr("tests.hookspecs.hosting.One", one, raising=False)
    monkeypatch.setattr("tests.hookspecs.hosting.Two", two, raising=False)
    file = tmp_path / "host.yaml"
    file.write_text(
        "modules:\n"
        "  - {module: tests.hookspecs.hosting.One, name: one}\n"
        "  - {module: tests.hookspecs.hosting.Two, name: two}\n"
    )
    with pytest.raises(ConfigErrors) as caught:
        Host.from_file(file, categories=[PasswordAuthProvider]).build()
    text = str(caught.value)
    assert f"{file}:3:5: HK214 modules 'one' and 'two' contradict each other" in text


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("m.login.password", "a key is a login type and its fields: "),
        (("m.login.password",), "a key is a login type and its fields: "),
        (("m.login.password", ("password"), "x"), "a key is a login type and its fields: "),
        (("m.login.password", "password"), 'fields are a tuple of str such as ("password",)'),
        (("m.login.password", None), 'fields are a tuple of str such as ("password",)'),
        (("m.login.password", ("password", 5)), 'fields are a tuple of str such as ("password",)'),
        ((b"m.login.password", ("password",)), "a login type is a str, not b'm.login.password'"),
        (None, "a key is a login type and its fields: "),
    ],
)
def test_a_wrong_key_keeps_the_host_from_starting(key: Any, why: str) -> None:
    """The problem shows the key, and what would have been right."""
    problem = problem_of(PasswordAuthProvider, {HOOK: {key: Spy()}})
    assert (problem.code, problem.path) == (Code.BAD_KEY, ("modules", 0))
    start = f"module 'a': {FULL_NAME} has no callbacks for the key {key!r}: {why}"
    assert problem.message.startswith(start)


def test_a_forgotten_comma_is_shown() -> None:
    """What looks like a tuple of one field is a string, and its letters would be the fields."""
    key = ("m.login.password", ("password"))
    problem = problem_of(PasswordAuthProvider, {HOOK: {key: Spy()}})
    assert problem.message.endswith(
        """fields are a tuple of str such as ("password",), not 'password'"""
    )


@pytest.mark.parametrize("given", [Spy(), [(PASSWORD, Spy())], PASSWORD])
def test_checkers_come_by_key(given: Any) -> None:
    """A callback alone does not say for which type it is."""
    problem = problem_of(PasswordAuthProvider, {HOOK: given})
    assert problem.code == Code.BAD_KEY
    assert problem.message.startswith(f"module 'a': {FULL_NAME} takes callbacks by key, not ")
