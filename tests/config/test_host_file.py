from __future__ import annotations

from typing import Any

import pytest

from hostkit.config import HostFile, Settings, check_reloadable, from_mapping, load, settings_of
from hostkit.errors import ConfigErrors, Place, Problem

from .conftest import Write


def test_a_value_can_be_located(write: Write) -> None:
    """A path leads to a place in the file, a value's or its key's."""
    name = write("modules:\n- module: a.B\n  timeout: 5s\n")
    file = load(name)
    assert Place(name, 3, 12, "  timeout: 5s") == file.locate(("modules", 0, "timeout"))
    assert Place(name, 3, 3, "  timeout: 5s") == file.locate(("modules", 0, "timeout"), key=True)
    assert Place(name, 2, 3, "- module: a.B") == file.locate((*file.modules[0].path, "config"))


def test_a_mapping_has_no_places() -> None:
    """What came from Python values has paths only."""
    file = from_mapping({"modules": [{"module": "a.B"}]})
    assert file.locate(("modules", 0)) is None
    assert Problem("HK100", "bad", ("modules", 0)) == file.problem("HK100", "bad", ("modules", 0))


def test_a_problem_is_built_whole(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The place is filled in, and no text shows a secret."""
    monkeypatch.setenv("HOSTKIT_TEST", "hunter2")
    name = write("modules:\n- module: a.B\n  config: {password: !env HOSTKIT_TEST}\n")
    path = ("modules", 0, "config", "password")
    assert Problem(
        "HK100",
        "not [redacted]",
        path,
        Place(name, 3, 12, "  config: {password: !env HOSTKIT_TEST}"),
        ("[redacted] is short", "really"),
        "more than [redacted]",
        "try [redacted]3",
    ) == load(name).problem(
        "HK100",
        "not hunter2",
        path,
        details=("hunter2 is short", "really"),
        expected="more than hunter2",
        hint="try hunter23",
        key=True,
    )


def test_any_text_can_be_redacted(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers above redact what they log, however long it is."""
    monkeypatch.setenv("HOSTKIT_TEST", "hunter2")
    file = load(write("modules:\n- module: a.B\n  config: {x: !env HOSTKIT_TEST}\n"))
    assert file.redact("x" * 5000 + "hunter2") == "x" * 5000 + "[redacted]"


def test_endless_messages_are_cut(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message is cut after it was redacted, so that no half of a secret is left."""
    monkeypatch.setenv("HOSTKIT_TEST", "y" * 5000)
    file = load(write("modules:\n- module: a.B\n  config: {x: !env HOSTKIT_TEST}\n"))
    assert file.problem("HK100", "x" * 995 + "y" * 5000, ()).message == (
        "x" * 995 + "[reda… (5 more characters)"
    )


def test_nothing_secret_is_printed(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file's own text form shows neither text nor values."""
    monkeypatch.setenv("HOSTKIT_TEST", "hunter2")
    file = load(write("modules:\n- module: a.B\n  config: {x: !env HOSTKIT_TEST, y: inline}\n"))
    assert "hunter2" not in repr(file)
    assert "inline" not in repr(file)


_CHANGED: dict[str, Any] = {
    "listeners": [{"endpoint": "tcp:1"}],
    "redis": {"url": "redis://localhost"},
    "workers": 2,
    "categories": [],
    "timing": "exact",
    "receipts": 5,
    "drain": "1s",
    "start_timeout": "1s",
    "stop_timeout": "1s",
    "lame_duck": "1s",
    "pid_file": "words.pid",
    "database": "sqlite:///words.db",
    "database_connections": 2,
    "database_timeout": "1s",
    "store_value": "1K",
    "background_tasks_on": "w1",
    "threads": 3,
    "thread_queue": 30,
    "path": ["lib"],
    "require": ["a.b"],
    "http": {"timeout": "1s"},
    "public_baseurl": "https://example.org/",
    "server_name": "example.org",
    "data_dir": "elsewhere",
    "templates": "elsewhere",
    "mail": {"host": "x", "from": "a@b"},
}


def test_every_setting_says_whether_it_can_change() -> None:
    """What cannot is reported, all of it at once, and what can is not."""
    assert set(_CHANGED) == set(settings_of(Settings))
    new = from_mapping({"hostkit": _CHANGED})
    with pytest.raises(ConfigErrors) as caught:
        check_reloadable(from_mapping({}), new)
    refused = [(problem.code, problem.path) for problem in caught.value.problems]
    database = ["database", "database_connections", "database_timeout", "store_value"]
    fixed = ["redis", "categories", "receipts", "pid_file", "workers", "background_tasks_on"]
    fixed += [
        "threads",
        "thread_queue",
        *database,
        "public_baseurl",
        "server_name",
        "data_dir",
        "templates",
    ]
    assert refused == [("HK405", ("hostkit", key)) for key in fixed]


def test_modules_and_some_settings_can_change() -> None:
    """They are taken over while the host is running."""
    new = {"hostkit": {"timing": "exact", "drain": "1s"}, "modules": [{"module": "a.B"}]}
    check_reloadable(from_mapping({}), from_mapping(new))


def test_the_keys_of_messages_can_change() -> None:
    """But not the server, nor whether there is one; the problem names what cannot."""

    def file(**redis: str) -> HostFile:
        return from_mapping({"hostkit": {"redis": {"url": "redis://x", **redis}}})

    check_reloadable(file(), file(key="k" * 16, previous_key="p" * 16))
    for new, paths in [
        (file(url="redis://y", key="k" * 16), [("hostkit", "redis", "url")]),
        (file(url="redis://y", channel="y"), [("hostkit", "redis", k) for k in ("url", "channel")]),
        (from_mapping({}), [("hostkit", "redis")]),
    ]:
        with pytest.raises(ConfigErrors) as caught:
            check_reloadable(file(), new)
        assert [problem.path for problem in caught.value.problems] == paths
    assert caught.value.problems[0].message == (
        "`hostkit: redis:` cannot change while the host is running"
    )
