"""`load` and `from_mapping`: the way from what was written to a `HostFile`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any, TypeVar, final

import attrs

from hostkit.codes import Code
from hostkit.config._converter import structure
from hostkit.config._fault import Fault, StructureErrors
from hostkit.config._host_file import HostFile, Source
from hostkit.config._misspelt import misspelt_modules
from hostkit.config._model import Listener, ModuleEntry, Redis, Settings
from hostkit.config._names import default_name, repeated_names, unique_names
from hostkit.config._parser import Parser
from hostkit.config._schema import EntrySchema, SettingsSchema
from hostkit.config._text import read_text
from hostkit.config._tokens import literal_secrets, tokens
from hostkit.config._values import Reader
from hostkit.errors import ConfigErrors, Path, Problem
from hostkit.wording import show

_T = TypeVar("_T")
_KEYS = ("modules", "hostkit")


@final
@attrs.frozen
class Examined:
    """A configuration with all that is wrong with it.

    Attributes:
        file: What it says, without the entries of ``modules:`` that are wrong.
        problems: All that is wrong, in the order of the file.
    """

    file: HostFile
    problems: tuple[Problem, ...]

    def accept(self) -> HostFile:
        """Take the file, if it is right.

        Raises:
            ConfigErrors: It is not.
        """
        if self.problems:
            raise ConfigErrors(self.problems)
        return self.file


def load(path: str | os.PathLike[str]) -> HostFile:
    """Read a config file: its top-level keys ``modules`` and ``hostkit``, and no others.

    Args:
        path: The file. It may be the host application's own.

    Returns:
        What the file says, checked.

    Raises:
        ConfigErrors: The file cannot be read, or something in it is wrong. All problems are told
            at once, in the order of the file.
    """
    return examine(path).accept()


def examine(path: str | os.PathLike[str]) -> Examined:
    """Read a config file like `load`, but go on with what is right in it.

    Args:
        path: The file.

    Returns:
        What is right, and what is not.

    Raises:
        ConfigErrors: It cannot be read at all.
    """
    name = os.fspath(path)
    document = Parser(name, read_text(name)).parse()
    reader = Reader(document, FilePath(name).parent)
    values = reader.read_top(_KEYS)
    source = Source(name, document, frozenset(reader.secrets))
    misspelt = [source.problem(problem, key=True) for problem in misspelt_modules(document)]
    return _build(values, source, reader.problems + misspelt, reader.broken)


def from_mapping(mapping: Mapping[str, Any]) -> HostFile:
    """Take a configuration from Python values, with the same checks as a file.

    Args:
        mapping: As a config file would give it; ``module`` may also be a class. It is left as it
            is, and each module's ``config`` is handed on as it is.

    Returns:
        What the mapping says, checked.

    Raises:
        ConfigErrors: Something is wrong. All problems are told at once; they have paths, but no
            places.
    """
    whole: object = mapping  # callers without a type checker may give anything
    if not isinstance(whole, Mapping):
        message = f"the configuration is {show(whole)}, not a mapping"
        raise ConfigErrors((Problem(Code.NOT_A_MAPPING, message),))
    return _build(mapping, Source("<config>"), [], set()).accept()


def _build(
    values: Mapping[str, Any], source: Source, problems: list[Problem], broken: set[Path]
) -> Examined:
    modules, hostkit = values.get("modules"), values.get("hostkit")
    faults: list[Fault] = []
    entries = _fill_entries([] if modules is None else modules, faults)
    filled = _fill({} if hostkit is None else hostkit, SettingsSchema, "hostkit", faults)
    settings = _settings(filled or SettingsSchema())
    problems += [
        source.problem(_problem(fault), key=fault.is_key)
        for fault in faults
        if not any(fault.path[:length] in broken for length in range(len(fault.path) + 1))
    ]
    if isinstance(modules, list | tuple):
        problems += [source.problem(problem) for problem in repeated_names(modules)]
    problems += literal_secrets(settings, source)
    source = attrs.evolve(source, secrets=source.secrets | tokens(settings))
    unreadable = {path[1] for path in broken if path[0] == "modules" and len(path) > 1}
    readable = {index: entry for index, entry in entries.items() if index not in unreadable}
    file = HostFile(_entries(readable), settings, source)
    return Examined(file, tuple(sorted(problems, key=lambda problem: problem.position)))


def _fill_entries(modules: object, faults: list[Fault]) -> dict[int, EntrySchema]:
    """Read all entries by their index, or those that can be read."""
    entries = _fill(modules, list[EntrySchema], "modules", faults)
    if entries is not None:
        return dict(enumerate(entries))
    found = {}
    for index, value in enumerate(modules if isinstance(modules, list | tuple) else ()):
        entry = _fill(value, EntrySchema, "modules", [])  # its faults are known already
        if entry is not None:
            found[index] = entry
    return found


def _fill(value: object, cls: type[_T], key: str, faults: list[Fault]) -> _T | None:
    try:
        return structure(value, cls)
    except StructureErrors as errors:
        faults += [fault.under(key) for fault in errors.faults]
        return None


def _problem(fault: Fault) -> Problem:
    return Problem(fault.code, fault.message, fault.path, expected=fault.expected, hint=fault.hint)


def _entries(entries: Mapping[int, EntrySchema]) -> tuple[ModuleEntry, ...]:
    names = unique_names([(entry.name, default_name(entry.module)) for entry in entries.values()])
    return tuple(
        ModuleEntry(
            index=index,
            module=entry.module,
            config={} if entry.config is None else entry.config,
            name=name,
            enabled=entry.enabled,
            mode=entry.mode,
            on_error=entry.on_error,
            timeout_seconds=entry.timeout,
        )
        for (index, entry), name in zip(entries.items(), names, strict=True)
    )


def _settings(settings: SettingsSchema) -> Settings:
    return Settings(
        listeners=tuple(
            Listener(
                endpoint=listener.endpoint,
                serve=listener.serve,
                path=("hostkit", "listeners", index),
                token=listener.token,
                access_log=listener.access_log,
                limits=listener.limits,
            )
            for index, listener in enumerate(settings.listeners)
        ),
        redis=None if settings.redis is None else Redis(settings.redis.url),
        categories=settings.categories,
        timing=settings.timing,
        receipts=settings.receipts,
        drain_seconds=settings.drain,
        pid_file=settings.pid_file,
        background_tasks_on=settings.background_tasks_on,
    )
