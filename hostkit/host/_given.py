"""What a host is given: its options, and its configuration, which may not be one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, final

from hostkit.codes import Code
from hostkit.config import HostFile, from_mapping, load
from hostkit.errors import CodedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import IReactorTime

    from hostkit.api import ModuleApi
    from hostkit.background import Duty
    from hostkit.http import HttpTransport
    from hostkit.loops import Protect
    from hostkit.messages import Channel
    from hostkit.specs import Category

Configuration: TypeAlias = HostFile | Mapping[str, Any] | str | os.PathLike[str]
"""A configuration that was read, a mapping with the keys of a file, or the path of a file."""


@final
class NotAConfigurationError(CodedError, TypeError):
    """What a host was given is not a configuration."""


def read_given(given: Configuration) -> HostFile:
    """Read a configuration, however it is given.

    Raises:
        ConfigErrors: All that is wrong with it.
        NotAConfigurationError: It is none (HK415).
    """
    if isinstance(given, str | os.PathLike):
        return load(given)
    if isinstance(given, Mapping):
        return from_mapping(given)
    check_file(given, "a path, a mapping, or what hostkit.config.load returns")
    return given


def check_file(given: object, expected: str = "what hostkit.config.load returns") -> None:
    """Make sure that something is a configuration that was read.

    Args:
        given: What a host was given.
        expected: What it may be.

    Raises:
        NotAConfigurationError: It is not (HK415).
    """
    if not isinstance(given, HostFile):
        raise NotAConfigurationError(
            Code.NOT_A_CONFIGURATION,
            f"a host cannot be made from a value of type {type(given).__name__}",
            expected=expected,
            hint=_other_door(given),
        )


def check_path(given: object) -> None:
    """Make sure that something is the path of a file.

    Raises:
        NotAConfigurationError: It is not (HK415).
    """
    if not isinstance(given, str | os.PathLike):
        raise NotAConfigurationError(
            Code.NOT_A_CONFIGURATION,
            f"the path of a config file cannot be a value of type {type(given).__name__}",
            expected="a str or a pathlib.Path",
            hint=_other_door(given),
        )


def check_module_path(given: object) -> None:
    """Make sure that the folders of Python modules are several, and not a single one.

    Raises:
        NotAConfigurationError: They are one string or path (HK415), which counts as its letters.
    """
    if isinstance(given, str | os.PathLike):
        raise NotAConfigurationError(
            Code.NOT_A_CONFIGURATION,
            f"module_path is one folder, {os.fspath(given)!r}",
            expected=f"several, as in module_path=[{os.fspath(given)!r}]",
        )


def _other_door(given: object) -> str | None:
    if isinstance(given, Mapping):
        return "write Host.from_config(...) for a mapping"
    if isinstance(given, str | os.PathLike):
        return "write Host.from_file(...) for the path of a file"
    return None


@final
class HostOptions(TypedDict, total=False):
    """The keyword arguments of `Host`, which documents them."""

    categories: Sequence[type[Category]] | None
    api_class: type[ModuleApi]
    clock: IReactorTime | None
    reserved_paths: Sequence[str]
    recommended_path: str | None
    worker_name: str | None
    shield: Protect | None
    module_path: Sequence[str | os.PathLike[str]]
    http_transport: HttpTransport | None
    channel: Channel | None
    duty: Duty | None
    database: str | None
