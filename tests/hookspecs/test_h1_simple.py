"""Characteristic behaviours of the homeserver's callbacks, by their number in the list of thirty.

Here are those of the categories that ask nothing special of the engine.
"""

from __future__ import annotations

import functools
from typing import Any

import pytest

from hookspecs import (
    AccountData,
    AccountValidity,
    Federation,
    MediaRepository,
    Ratelimit,
    UnsignedFields,
)
from hostkit import Category, Host
from hostkit.testing import run
from tests.dispatch.fakes import wire

from .hosting import HostError, Spy, answering, raising, registering, wrong_in

SIZE = "is_user_allowed_to_upload_media_of_size"
FIELDS = "add_field_to_unsigned_callback"
DEFAULTS: list[tuple[type[Category], str, Any]] = [
    (AccountValidity, "is_user_expired", None),
    (AccountValidity, "on_user_registration", None),
    (AccountValidity, "on_user_login", None),
    (AccountValidity, "on_legacy_send_mail", None),
    (AccountValidity, "on_legacy_renew", None),
    (AccountValidity, "on_legacy_admin_request", None),
    (MediaRepository, "get_media_config_for_user", None),
    (MediaRepository, SIZE, True),
    (MediaRepository, "get_media_upload_limits_for_user", None),
    (MediaRepository, "on_media_upload_limit_exceeded", None),
    (Ratelimit, "get_ratelimit_override_for_user", None),
    (AccountData, "on_account_data_updated", None),
    (UnsignedFields, FIELDS, {}),
    (Federation, "on_event_delivered_over_federation", None),
]


def test_h1_02_after_a_denial_no_module_is_asked() -> None:
    """A module that denies ends the chain."""
    spy = Spy(answer=True)
    assert wire(MediaRepository, SIZE, answering(False), spy).run("@ann:hs", 5) is False
    assert spy.calls == []


@pytest.mark.parametrize(("category", "hook", "default"), DEFAULTS)
def test_h1_03_without_modules_there_is_the_default(
    category: type[Category], hook: str, default: Any
) -> None:
    """It comes back for any arguments, and the host can know beforehand that no module listens."""
    chain = wire(category, hook)
    arguments = [object()] * len(category.hookspecs[hook].arguments)
    assert chain.run(*arguments) == default
    assert bool(chain.call) is False


def test_h1_03_all_hooks_have_a_default() -> None:
    """None of the hooks of these categories is left out above."""
    categories = dict.fromkeys(category for category, _, _ in DEFAULTS)
    hooks = [(category, hook) for category in categories for hook in category.hookspecs]
    assert hooks == [(category, hook) for category, hook, _ in DEFAULTS]


def test_h1_04_a_forgotten_return_denies(caplog: pytest.LogCaptureFixture) -> None:
    """`None` is an invalid permission: it denies, and module and hook are named."""
    chain = wire(MediaRepository, SIZE, answering(None), Spy(answer=True))
    assert chain.run("@ann:hs", 5) is False
    (record,) = caplog.records
    assert record.name == "hostkit.modules.m0"
    assert f"failed in media_repository.{SIZE}, it counts as a denial" in record.getMessage()
    assert chain.receipt.decider == "m0"
    assert wrong_in([chain.receipt]) == [(f"media_repository.{SIZE}", "m0")]


@pytest.mark.parametrize(
    ("category", "hook", "arguments"),
    [
        (AccountValidity, "is_user_expired", ("@ann:hs",)),
        (MediaRepository, SIZE, ("@ann:hs", 5)),
        (Ratelimit, "get_ratelimit_override_for_user", ("@ann:hs", "rc_invites.per_user")),
        (UnsignedFields, FIELDS, (object(),)),
    ],
)
def test_h1_08_an_error_fails_the_operation(
    category: type[Category], hook: str, arguments: tuple[Any, ...]
) -> None:
    """The caller sees the module's own exception, and later modules are not asked."""
    spy, error = Spy(), HostError(429, "M_LIMIT_EXCEEDED", retry_after_ms=5)
    with pytest.raises(HostError) as caught:
        wire(category, hook, raising(error), spy).run(*arguments)
    assert caught.value is error
    assert spy.calls == []


@pytest.mark.parametrize(
    ("category", "hook", "arguments"),
    [
        (AccountData, "on_account_data_updated", ("@ann:hs", None, "m.direct", {})),
        (Federation, "on_event_delivered_over_federation", (object(),)),
    ],
)
def test_h1_12_all_modules_are_notified_even_if_one_fails(
    category: type[Category], hook: str, arguments: tuple[Any, ...]
) -> None:
    """The first of three raises; the others are notified all the same, and the call succeeds."""
    spies = [Spy(), Spy()]
    assert wire(category, hook, raising(KeyError("x")), *spies).run(*arguments) is None
    assert [spy.calls for spy in spies] == [[arguments]] * 2


@pytest.mark.parametrize(
    ("category", "hook", "arguments"),
    [
        (AccountValidity, "on_user_registration", ("@ann:hs",)),
        (AccountValidity, "on_user_login", ("@ann:hs", None, None)),
        (MediaRepository, "on_media_upload_limit_exceeded", ("@ann:hs", "limit", 5, 6)),
    ],
)
def test_h1_13_a_propagating_error_ends_the_notification(
    category: type[Category], hook: str, arguments: tuple[Any, ...]
) -> None:
    """The first raises; the second is not notified, and the caller sees the error."""
    spy, error = Spy(), HostError(500, "M_UNKNOWN")
    with pytest.raises(HostError) as caught:
        wire(category, hook, raising(error), spy).run(*arguments)
    assert caught.value is error
    assert spy.calls == []


def test_h1_17_the_first_module_has_a_key() -> None:
    """Two modules set one key: the one listed first wins, and the host's keys stay as they are.

    In the homeserver the last one registered wins.
    """
    first, second = {"both": 1, "age": 1}, {"both": 2, "second": 2}
    caller = wire(UnsignedFields, FIELDS, answering(first), answering(second)).caller
    event: Any = object()
    assert run(caller.extend_unsigned(event, {"age": 99})) == {"age": 99, "both": 1, "second": 2}


def test_h1_21_a_callback_needs_no_qualified_name() -> None:
    """A partial and an object that can be called are registered and called like functions."""
    inner, spy = Spy(answer=True), Spy(answer=False)
    modules = [
        {"module": registering("media_repository", **{SIZE: callback})}
        for callback in (functools.partial(inner, "extra"), spy)
    ]
    host = Host.from_config({"modules": modules}, categories=[MediaRepository]).build()
    hooks = host.hooks[MediaRepository]
    assert run(hooks.is_user_allowed_to_upload_media_of_size("@ann:hs", 5)) is False
    assert inner.calls == [("extra", "@ann:hs", 5)]
    assert spy.calls == [("@ann:hs", 5)]


def test_h1_23_changes_of_a_module_are_not_seen_by_others() -> None:
    """A module that empties its payload leaves the host's and the later modules' as they were."""

    def spoil(user_id: str, room_id: str, data_type: str, content: dict[str, list[str]]) -> None:
        content["users"].clear()

    spy, content = Spy(), {"users": ["@bob:hs"]}
    chain = wire(AccountData, "on_account_data_updated", spoil, spy)
    chain.run("@ann:hs", None, "m.ignored", content)
    assert content == {"users": ["@bob:hs"]}
    assert spy.calls == [("@ann:hs", None, "m.ignored", content)]
