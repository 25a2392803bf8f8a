from __future__ import annotations

from typing import Any

import pytest

from hostkit.config import Seconds, StructureErrors, structure
from hostkit.config._schema import EntrySchema, ListenerSchema, RedisSchema, SettingsSchema


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ({"module": "a.B"}, EntrySchema("a.B")),
        ({"module": int}, EntrySchema(int)),
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
            EntrySchema("a.B", [1], "x", False, "shadow", "fail", Seconds(2.0)),
        ),
        ({"module": "a.B", "config": None, "name": None, "timeout": None}, EntrySchema("a.B")),
        ({}, SettingsSchema()),
        (
            {
                "listeners": [{"endpoint": "tcp:80"}, {"endpoint": "x", "serve": ["metrics"]}],
                "redis": {"url": "redis://x"},
                "categories": ["a", "b.C"],
                "timing": "exact",
                "receipts": 1,
                "background_tasks_on": "w1",
            },
            SettingsSchema(
                (ListenerSchema("tcp:80"), ListenerSchema("x", ("metrics",))),
                RedisSchema("redis://x"),
                ("a", "b.C"),
                "exact",
                1,
                background_tasks_on="w1",
            ),
        ),
        ({"redis": None, "categories": []}, SettingsSchema(categories=())),
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
        structure({"module": "a.B", key: value}, EntrySchema)
    assert [(fault.code, fault.path) for fault in caught.value.faults] == [(code, (key,))]


@pytest.mark.parametrize(
    ("settings", "code", "path"),
    [
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
        structure(settings, SettingsSchema)
    assert [(fault.code, fault.path) for fault in caught.value.faults] == [(code, path)]
