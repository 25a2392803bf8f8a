"""What the two top-level keys may hold, as classes for `structure` to fill."""

# Without `from __future__ import annotations`: the annotations are read when the file is.

from typing import Annotated, Any, final

import attrs

from hostkit.config._check import Check
from hostkit.config._limits import Count, Limits, Period
from hostkit.config._model import Mode, OnError, Serve, Timing
from hostkit.config._units import Seconds


def _is_module(value: Any) -> bool:
    return isinstance(value, type) or (isinstance(value, str) and bool(value.strip()))


def _is_set(values: tuple[str, ...]) -> bool:
    return 0 < len(values) == len(set(values))


def _is_token(value: str) -> bool:
    return value != "" and value.isascii() and value.isprintable() and " " not in value


_Name = Annotated[
    str, Check(lambda name: bool(name) and name.isprintable(), "a name on one line, not empty")
]
_Text = Annotated[str, Check(bool, "a string that is not empty")]
_Module = Annotated[
    Any, Check(_is_module, "the dotted path of a class, or the name of an installed module")
]
_ServeList = Annotated[tuple[Serve, ...], Check(_is_set, "a list, not empty, nothing in it twice")]
_Token = Annotated[str, Check(_is_token, "visible ASCII characters without spaces, at least one")]


@final
@attrs.frozen
class EntrySchema:
    """One entry of ``modules:``."""

    module: _Module
    config: Any = None
    name: _Name | None = None
    enabled: bool = True
    mode: Mode = "enforce"
    on_error: OnError = "default"
    timeout: Period | None = None


@final
@attrs.frozen
class ListenerSchema:
    """One entry of ``hostkit.listeners:``."""

    endpoint: _Text
    serve: _ServeList = ("modules",)
    token: _Token | None = attrs.field(default=None, repr=False)
    access_log: bool = False
    limits: Limits = attrs.field(default=Limits())


@final
@attrs.frozen
class RedisSchema:
    """The setting ``hostkit.redis:``."""

    url: _Text


@final
@attrs.frozen
class SettingsSchema:
    """The top-level key ``hostkit:``."""

    listeners: tuple[ListenerSchema, ...] = ()
    redis: RedisSchema | None = None
    categories: tuple[_Text, ...] | None = None
    timing: Timing = "sampled"
    receipts: Count = 1000
    drain: Seconds = attrs.field(default=Seconds(30))
    pid_file: _Text | None = None
    background_tasks_on: _Name | None = None
