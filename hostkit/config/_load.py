"""`load` and `from_mapping`: from what was written to a `HostFile`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar, final

import attrs

from hostkit.codes import Code
from hostkit.config._converter import structure
from hostkit.config._entries import ModuleEntry
from hostkit.config._faults import Fault, StructureErrors
from hostkit.config._fields import settings_of
from hostkit.config._host_file import HostFile, Source
from hostkit.config._listed import odd_configs, repeated_names
from hostkit.config._misspelt import misspelt_keys
from hostkit.config._parser import Parser, read_text
from hostkit.config._plain import written
from hostkit.config._redacting import redactor_of
from hostkit.config._secrets import misplaced_secrets, plain_secrets, tokens_of
from hostkit.config._settings import Settings
from hostkit.config._tokens import weak_tokens
from hostkit.config._values import Reader
from hostkit.errors import ConfigErrors, Path, Problem
from hostkit.wording import show

if TYPE_CHECKING:
    from hostkit.config._document import YamlFile

_T = TypeVar("_T")
_MODULES: Final = "modules"
_KEYS: Final = (_MODULES, "hostkit")


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
        """Return the file, if nothing is wrong with it.

        Raises:
            ConfigErrors: Something is; all problems are in it.
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
        ConfigErrors: The file cannot be read, or something in it is wrong. All problems are
            reported at once, in the order of the file.
    """
    return examine(path).accept()


def examine(
    path: str | os.PathLike[str], *, without_secrets: bool = False, stream: BinaryIO | None = None
) -> Examined:
    """Read a config file like `load`, but go on with what is right in it.

    Args:
        path: The file.
        without_secrets: Whether something stands in for variables and files that are not there.
        stream: What is read instead, if it is open already; the path is only its name.

    Returns:
        What is right, and what is not.

    Raises:
        ConfigErrors: It cannot be read at all.
    """
    name = os.fspath(path)
    document = _parse(name, stream)
    reader = Reader(document, FilePath(name).parent, without_secrets)
    values = reader.read_top(_KEYS)
    source = Source(
        name=name,
        document=document,
        secrets=frozenset(reader.secrets),
        outside=frozenset(reader.outside),
        plains=reader.plains,
        absent=tuple(sorted(reader.absent, key=lambda problem: problem.position)),
    )
    misspelt = [source.problem(each, key=True) for each in misspelt_keys(document.root.value)]
    return _build(values, source, reader.problems + misspelt, reader.broken)


def _parse(name: str, stream: BinaryIO | None) -> YamlFile:
    if "logging" not in sys.modules:  # then nothing logs this, and its import takes a while
        return Parser(name, read_text(name, stream)).parse()
    from hostkit.logs import step_logged  # noqa: PLC0415

    with step_logged("read", name):
        return Parser(name, read_text(name, stream)).parse()


def from_mapping(mapping: Mapping[str, Any]) -> HostFile:
    """Take a configuration from Python values, with the same checks as a file.

    Args:
        mapping: As a config file would give it; ``module`` may also be a class. It is left as it
            is, and each module's ``config`` is handed on as it is.

    Returns:
        What the mapping says, checked.

    Raises:
        ConfigErrors: Something is wrong. All problems are reported at once; they have paths,
            but no places.
    """
    whole: object = mapping  # callers without a type checker may give anything
    if not isinstance(whole, Mapping):
        message = f"the configuration is {show(whole)}, not a mapping"
        is_path = isinstance(whole, str | os.PathLike)
        hint = "write Host.from_file(...) for the path of a file" if is_path else None
        raise ConfigErrors((Problem(Code.NOT_A_MAPPING, message, hint=hint),))
    return _build(mapping, Source("<config>"), [*misspelt_keys(mapping.items())], set()).accept()


def _build(
    values: Mapping[str, Any], source: Source, problems: list[Problem], broken: set[Path]
) -> Examined:
    modules = values.get(_MODULES)
    faults: list[Fault] = []
    plain = {
        key: written(value, (key,), source.plains).value
        for key, value in values.items()
        if value is not None
    }
    entries = _fill_entries(plain.get(_MODULES, []), faults)
    settings = _fill_settings(plain.get("hostkit", {}), faults)
    misplaced = misplaced_secrets(values)
    source = attrs.evolve(source, secrets=source.secrets | misplaced)
    problems += [
        source.problem(fault.problem(), key=fault.is_key)
        for fault in faults
        if not any(fault.path[:length] in broken for length in range(len(fault.path) + 1))
    ]
    if misplaced:
        problems[:] = [
            _without_excerpt(each) if each.path == ("hostkit", "redis") else each
            for each in problems
        ]
    if isinstance(modules, list | tuple):
        problems += [source.problem(problem) for problem in repeated_names(modules)]
        odd = [each for each in odd_configs(modules, source) if each.path not in broken]
        problems += [source.problem(problem) for problem in odd]
        broken |= {problem.path for problem in odd}
    if source.document is not None:
        found = plain_secrets(settings, source.outside)
        problems += [_without_excerpt(source.problem(problem)) for problem in found]
    weak = [*weak_tokens(settings, {problem.path for problem in problems})]
    problems += [source.problem(problem) for problem in weak]
    source = attrs.evolve(source, secrets=source.secrets | tokens_of(settings))
    redactor_of(source.secrets)  # made here, and not when a call fails
    unreadable = {path[1] for path in broken if path[0] == _MODULES and len(path) > 1}
    readable = {
        index: entry
        for index, entry in entries.items()
        if index not in unreadable and not source.is_absent((_MODULES, index, "module"))
    }
    file = HostFile(_named(readable), _checkable(settings, source), source)
    found_wrong = [problem for problem in problems if not source.is_absent(problem.path)]
    return Examined(file, tuple(sorted(found_wrong, key=lambda problem: problem.position)))


def _fill_settings(value: object, faults: list[Fault]) -> Settings:
    """Read the settings, or take all defaults if there is a fault in them."""
    if isinstance(value, Mapping) and not value:
        return Settings()
    settings = _fill(value, Settings, ("hostkit",), faults) or Settings()
    listeners = (
        attrs.evolve(listener, path=("hostkit", "listeners", index))
        for index, listener in enumerate(settings.listeners)
    )
    return attrs.evolve(settings, listeners=tuple(listeners))


def _checkable(settings: Settings, source: Source) -> Settings:
    """Leave out what nothing can be said about, since only a stand-in for it is there."""
    defaults = Settings()
    changed: dict[str, Any] = {
        field.name: getattr(defaults, field.name)
        for key, (field, _) in settings_of(Settings).items()
        if source.is_absent(("hostkit", key))
    }
    changed |= {
        key: tuple(
            each
            for index, each in enumerate(getattr(settings, key) or ())
            if not source.is_absent(("hostkit", key, index))
        )
        or getattr(defaults, key)
        for key in ("path", "categories", "require")
        if any(absent.path[:2] == ("hostkit", key) for absent in source.absent)
    }
    changed["listeners"] = tuple(
        listener
        for listener in settings.listeners
        if not source.is_absent((*listener.path, "endpoint"))
    )
    if source.is_absent(("hostkit", "redis", "url")):
        changed["redis"] = None
    return attrs.evolve(settings, **changed)


def _fill_entries(modules: object, faults: list[Fault]) -> dict[int, ModuleEntry]:
    """Read all entries by their index, or those that can be read."""
    if not isinstance(modules, list | tuple):
        _fill(modules, list[ModuleEntry], (_MODULES,), faults)
        return {}
    found: list[Fault] = []
    entries = (
        _fill(value, ModuleEntry, (_MODULES, index), found) for index, value in enumerate(modules)
    )
    readable = {index: entry for index, entry in enumerate(entries) if entry is not None}
    faults += [_with_dotted_key(fault) for fault in found]
    return readable


def _with_dotted_key(fault: Fault) -> Fault:
    """Say what is right to those who write ``- words.Words: {}``."""
    key = fault.path[-1] if fault.path else None
    if fault.code != Code.UNKNOWN_KEY or not isinstance(key, str) or "." not in key:
        return fault
    hint = f"write `module: {key}`, and the module's own settings under `config:`"
    return attrs.evolve(fault, hint=hint)


def _fill(value: object, cls: type[_T], path: Path, faults: list[Fault]) -> _T | None:
    try:
        return structure(value, cls)
    except StructureErrors as errors:
        faults += [fault.under(*path) for fault in errors.faults]
        return None


def _without_excerpt(problem: Problem) -> Problem:
    """Leave out the line of the file, as a secret stands there."""
    place = None if problem.place is None else attrs.evolve(problem.place, excerpt="")
    return attrs.evolve(problem, place=place)


def _named(entries: Mapping[int, ModuleEntry]) -> tuple[ModuleEntry, ...]:
    """Number and name the modules; only default names give way, by ``#2``, ``#3`` and so on."""
    taken = {entry.name for entry in entries.values()}
    # The search goes on where it ended: many modules of one class take no more than few.
    numbers: dict[str, int] = {}
    named = []
    for index, entry in entries.items():
        name = entry.name or _default_name(entry.module)
        if not entry.name and name in taken:
            default, number = name, numbers.get(name, 1)
            while name in taken:
                number += 1
                name = f"{default}#{number}"
            numbers[default] = number
        taken.add(name)
        named.append(attrs.evolve(entry, index=index, name=name))
    return tuple(named)


def _default_name(module: str | type) -> str:
    """Name a module that was not named: as it was written, or by its class."""
    return module if isinstance(module, str) else f"{module.__module__}.{module.__qualname__}"
