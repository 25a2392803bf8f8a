from __future__ import annotations

from typing import Any

import attrs
import pytest

from hostkit.config import Limits, Listener, from_mapping
from hostkit.errors import ConfigErrors


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
    assert attrs.astuple(Limits())[-3:] == (60, 10, 30)


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
    sizes = (10 * 1024**2, 64 * 1024, 2000, 50, 8 * 1024)
    assert attrs.astuple(listener.limits) == (*sizes, 10, 5, 0.5, Limits().body_time)


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
def test_wrong_limits_are_told(name: str, value: object, code: str) -> None:
    """Nothing can be switched off by accident."""
    with pytest.raises(ConfigErrors) as caught:
        listener_of(limits={name: value})
    (problem,) = caught.value.problems
    assert (problem.code, problem.path[-1]) == (code, name)


def test_draining_takes_a_while() -> None:
    """Half a minute by default; none at all is a choice, too."""
    assert from_mapping({}).settings.drain_seconds == 30
    assert from_mapping({"hostkit": {"drain": "0s"}}).settings.drain_seconds == 0
