from __future__ import annotations

from typing import Any, get_args

import attrs
import pytest

from hostkit.config import (
    Limits,
    Listener,
    ModuleEntry,
    Redis,
    Seconds,
    Settings,
    StructureErrors,
    from_mapping,
    structure,
)
from hostkit.errors import ConfigErrors
from hostkit.rules import KINDS, OnError

POLICIES = get_args(OnError)


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ({"module": "a.B"}, ModuleEntry("a.B")),
        ({"module": int}, ModuleEntry(int)),
        (
            {
                "module": "a.B",
                "config": [1],
                "name": "x",
                "enabled": False,
                "mode": "shadow",
                "on_error": "fail",
                "timeout": "2s",
            },
            ModuleEntry("a.B", [1], "x", False, "shadow", "fail", Seconds(2.0)),
        ),
        ({"module": "a.B", "config": None, "name": None, "timeout": None}, ModuleEntry("a.B")),
        ({}, Settings()),
        (
            {
                "listeners": [{"endpoint": "tcp:80"}, {"endpoint": "x", "serve": ["metrics"]}],
                "redis": {"url": "redis://x"},
                "categories": ["a", "b.C"],
                "timing": "exact",
                "receipts": 1,
                "background_tasks_on": "w1",
            },
            Settings(
                (Listener("tcp:80"), Listener("x", ("metrics",))),
                Redis("redis://x"),
                ("a", "b.C"),
                "exact",
                1,
                background_tasks_on="w1",
            ),
        ),
        ({"redis": None, "categories": []}, Settings(categories=())),
    ],
)
def test_what_may_be_written(value: Any, schema: Any) -> None:
    """All keys are understood, and all but a few may be left out."""
    assert structure(value, type(schema)) == schema


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("module", "", "HK027"),
        ("module", " ", "HK027"),
        ("module", 5, "HK027"),
        ("module", None, "HK027"),
        ("name", "", "HK027"),
        ("name", 5, "HK020"),
        ("enabled", "no", "HK020"),
        ("enabled", None, "HK020"),
        ("mode", "shade", "HK023"),
        ("on_error", False, "HK023"),
        ("timeout", 5, "HK025"),
        ("timeout", "-5s", "HK025"),
        ("timeout", "0s", "HK027"),
        ("timeout", float("inf"), "HK025"),
        ("timeout", float("nan"), "HK025"),
    ],
)
def test_what_an_entry_may_not_say(key: str, value: Any, code: str) -> None:
    """A wrong value of an entry is one fault, at its key."""
    with pytest.raises(StructureErrors) as caught:
        structure({"module": "a.B", key: value}, ModuleEntry)
    assert [(fault.code, fault.path) for fault in caught.value.faults] == [(code, (key,))]


@pytest.mark.parametrize(
    ("settings", "code", "path"),
    [
        ({"listeners": [{"endpoint": "x", "hosts": []}]}, "HK027", ("listeners", 0, "hosts")),
        ({"listeners": None}, "HK020", ("listeners",)),
        ({"listeners": [{}]}, "HK022", ("listeners", 0)),
        ({"listeners": [{"endpoint": ""}]}, "HK027", ("listeners", 0, "endpoint")),
        (
            {"listeners": [{"endpoint": "x", "serve": []}]},
            "HK027",
            ("listeners", 0, "serve"),
        ),
        (
            {"listeners": [{"endpoint": "x", "serve": ["hooks", "hooks"]}]},
            "HK027",
            ("listeners", 0, "serve"),
        ),
        (
            {"listeners": [{"endpoint": "x", "serve": ["hook"]}]},
            "HK023",
            ("listeners", 0, "serve", 0),
        ),
        ({"listeners": [{"endpoint": "x", "path": []}]}, "HK021", ("listeners", 0, "path")),
        ({"redis": {"url": ""}}, "HK027", ("redis", "url")),
        ({"redis": "redis://x"}, "HK020", ("redis",)),
        ({"redis": {"url": "x", "key": "k" * 15}}, "HK027", ("redis", "key")),
        ({"redis": {"url": "x", "previous_key": ""}}, "HK027", ("redis", "previous_key")),
        ({"redis": {"url": "x", "channel": "a b"}}, "HK027", ("redis", "channel")),
        ({"categories": "a"}, "HK020", ("categories",)),
        ({"categories": [""]}, "HK027", ("categories", 0)),
        ({"timing": "never"}, "HK023", ("timing",)),
        ({"receipts": 0}, "HK027", ("receipts",)),
        ({"receipts": "10"}, "HK020", ("receipts",)),
        ({"background_tasks_on": ""}, "HK027", ("background_tasks_on",)),
        ({"background_tasks_on": "a\nb"}, "HK027", ("background_tasks_on",)),
        ({"background_tasks_on": 1}, "HK020", ("background_tasks_on",)),
    ],
)
def test_what_the_settings_may_not_say(settings: Any, code: str, path: Any) -> None:
    """A wrong setting is one fault, at its place."""
    with pytest.raises(StructureErrors) as caught:
        structure(settings, Settings)
    assert [(fault.code, fault.path) for fault in caught.value.faults] == [(code, path)]


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({"hostkit": {"receipts": 2**63}}, "a number from 1 to 1000000"),
        ({"hostkit": {"receipts": 0}}, "a number from 1 to 1000000"),
        ({"modules": [{"module": "a.B", "name": "x\ny"}]}, "a name on one line, not empty"),
        ({"modules": [{"module": "a.B", "name": ""}]}, "a name on one line, not empty"),
    ],
)
def test_what_is_out_of_bounds_is_refused(mapping: dict[str, Any], expected: str) -> None:
    """Memory has an end, and a name must not be able to forge lines of a log."""
    with pytest.raises(ConfigErrors) as caught:
        from_mapping(mapping)
    (problem,) = caught.value.problems
    assert ("HK027", expected) == (problem.code, problem.expected)


def listener_of(**settings: Any) -> Listener:
    """Read one listener."""
    listeners = [{"endpoint": "x", **settings}]
    return from_mapping({"hostkit": {"listeners": listeners}}).settings.listeners[0]


def test_limits_have_defaults() -> None:
    """A listener that says nothing is protected."""
    listener = listener_of()
    assert listener.limits == Limits()
    assert (listener.token, listener.access_log) == (None, False)
    assert (Limits().body, Limits().hooks_body) == (50 * 1024**2, 1024**2)
    assert attrs.astuple(Limits())[-6:] == (60, 10, 30, 1024, 30 * 60, 30)


def test_limits_are_written_with_units() -> None:
    """Sizes and durations as everywhere; what is not said keeps its default."""
    limits = {
        "body": "10M",
        "hooks_body": "64K",
        "url": 2000,
        "headers": 50,
        "headers_size": "8K",
        "requests": 10,
        "idle": "5s",
        "headers_time": "500ms",
    }
    listener = listener_of(access_log=True, limits=limits)
    assert listener.access_log
    assert attrs.asdict(listener.limits) == {
        **attrs.asdict(Limits()),
        "body": 10 * 1024**2,
        "hooks_body": 64 * 1024,
        "url": 2000,
        "headers": 50,
        "headers_size": 8 * 1024,
        "requests": 10,
        "idle": 5,
        "headers_time": 0.5,
    }


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("body", "10 MB", "HK026"),
        ("url", 0, "HK027"),
        ("headers", 0, "HK027"),
        ("headers_size", 0, "HK027"),
        ("requests", 0, "HK027"),
        ("requests", "many", "HK020"),
        ("idle", "0s", "HK027"),
        ("headers_time", 10, "HK025"),
        ("body_time", "0ms", "HK027"),
        ("cookies", 1, "HK021"),
    ],
)
def test_wrong_limits_are_reported(name: str, value: object, code: str) -> None:
    """Nothing can be switched off by accident."""
    with pytest.raises(ConfigErrors) as caught:
        listener_of(limits={name: value})
    (problem,) = caught.value.problems
    assert (problem.code, problem.path[-1]) == (code, name)


def test_draining_takes_a_while() -> None:
    """Half a minute by default; none at all is a choice, too."""
    assert from_mapping({}).settings.drain_seconds == Seconds(30)
    assert from_mapping({"hostkit": {"drain": "0s"}}).settings.drain_seconds == Seconds(0)


def test_an_entry_knows_where_it_stands() -> None:
    """The path leads to the entry in the file."""
    assert ModuleEntry("a.B", index=3).path == ("modules", 3)


def test_what_may_be_secret_is_not_printed() -> None:
    """A module's configuration and a server's URL may hold passwords."""
    assert "hunter2" not in repr(ModuleEntry("a.B", {"password": "hunter2"}))
    assert "hunter2" not in repr(Redis("redis://:hunter2@localhost", "x", "hunter2", "hunter2"))


def test_the_policies_of_a_module_are_those_of_rules() -> None:
    """A module's `on_error:` is one of the rules' policies, or leaves it to the hook."""
    written = attrs.fields_dict(ModuleEntry)["on_error"].type
    word, by_kind = get_args(written)
    assert get_args(word) == ("default", *POLICIES)
    kinds = {field.name: get_args(field.type)[0] for field in attrs.fields(by_kind)}
    assert {kind: get_args(policy) for kind, policy in kinds.items()} == dict.fromkeys(
        KINDS, POLICIES
    )


@pytest.mark.parametrize(
    ("written", "code", "path"),
    [
        ({"outage": "continue"}, "HK021", ("on_error", "outage")),
        ({"timeout": "default"}, "HK023", ("on_error", "timeout")),
        ({"error": ["fail"]}, "HK023", ("on_error", "error")),
        (["fail"], "HK023", ("on_error",)),
    ],
)
def test_a_policy_by_kind_is_strict(written: Any, code: str, path: tuple[str, ...]) -> None:
    """Each kind has one of the policies; a wrong one is reported at its own key."""
    with pytest.raises(StructureErrors) as caught:
        structure({"module": "a.B", "on_error": written}, ModuleEntry)
    assert [(fault.code, fault.path) for fault in caught.value.faults] == [(code, path)]


def test_a_policy_that_is_not_known_is_reported_with_all_that_are() -> None:
    """One word or a mapping: the message names both."""
    with pytest.raises(StructureErrors) as caught:
        structure({"module": "a.B", "on_error": "ignore"}, ModuleEntry)
    (fault,) = caught.value.faults
    assert fault.expected == "'default', 'raise', 'deny', 'continue' or 'fail' or a mapping"
