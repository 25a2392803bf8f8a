"""A module's own config: copied for it, parsed by its class, and compared with a new version."""

from __future__ import annotations

import re
from typing import Any, Final

from hostkit.codes import Code
from hostkit.config import (
    Findings,
    HostFile,
    ModuleEntry,
    StructureErrors,
    Written,
    can_fill,
    structure,
    structuring_for,
)
from hostkit.errors import ConfigError, ConfigErrors, Path, Problem
from hostkit.loading._failures import broken, causes, pass_on
from hostkit.logs import COLLECTED, logger_of
from hostkit.specs import is_coroutine_function

_MOST_WARNINGS: Final = 10
_ITEM: Final = re.compile(r"<item (\d+)>")


def parse_config(findings: Findings, entry: ModuleEntry, module_class: Any) -> Any:
    """Parse what stands below ``config:`` into what the module is built with.

    Args:
        findings: Collects warnings about the config file.
        entry: The module's entry in it.
        module_class: The module's class, which may have `parse_config` or `Config`.

    Raises:
        ConfigErrors: The class refuses its config (HK105), or fails (HK106), or its `Config` has
            no place for it (HK020 to HK029).
    """
    file = findings.file
    written = file.written(private_copy(entry.config), (*entry.path, "config"))
    # What no file says starts nowhere; a program's paths are what it gave.
    folder = None if file.locate(()) is None else file.folder
    try:
        with structuring_for(module_class, folder):
            return _parse(file, entry, module_class, written)
    finally:
        _warn(findings, entry, written)


def _parse(file: HostFile, entry: ModuleEntry, module_class: Any, written: Written) -> Any:
    if hasattr(module_class, "parse_config"):
        # Its coroutine would pass for the parsed config.
        if is_coroutine_function(module_class.parse_config):
            problem = file.problem(
                Code.PARSE_CONFIG_RAISED,
                f"module {entry.name!r} has an asynchronous parse_config",
                entry.path,
                hint="write it with a plain 'def'; what must wait belongs into start()",
            )
            raise ConfigErrors((problem,))
        try:
            return module_class.parse_config(written.as_read())
        except BaseException as error:
            pass_on(error)
            raise _bad_config(file, entry, module_class, error) from error
    config_class: Any = getattr(module_class, "Config", None)
    if not can_fill(config_class):
        # What is neither a class nor made of classes is something of the module's own.
        if not isinstance(config_class, type) or config_class.__module__ == "builtins":
            return written.as_read()
        raise ConfigErrors((_unusable(file, entry, config_class),))
    try:
        return structure(written.value, config_class)
    except StructureErrors as errors:
        raise _misfits(file, entry, errors) from errors


def _warn(findings: Findings, entry: ModuleEntry, written: Written) -> None:
    """Log which values a module got as YAML 1.1 reads them, though they look like others."""
    kept = {plain.path: plain for plain in written.kept}
    for plain in list(kept.values())[:_MOST_WARNINGS]:
        problem = findings.file.surprise(plain)
        findings.collect([problem])
        logger_of(entry.name).warning(
            "%s: %s module %r got a value as YAML 1.1 reads it: %s; %s",
            problem.place,
            problem.code,
            entry.name,
            problem.message,
            problem.hint,
            extra=COLLECTED,
        )
    if len(kept) > _MOST_WARNINGS:
        more = len(kept) - _MOST_WARNINGS
        message = "module %r got %d more such values"
        findings.warn(logger_of(entry.name), entry.path, message, entry.name, more)


def _unusable(file: HostFile, entry: ModuleEntry, config_class: Any) -> Problem:
    return file.problem(
        Code.UNUSABLE_CONFIG,
        f"module {entry.name!r} has a Config that cannot be filled: "
        f"{getattr(config_class, '__qualname__', config_class)}",
        entry.path,
        expected="an attrs class, a dataclass, a TypedDict, a NamedTuple, a model of pydantic 2, "
        "or a struct of msgspec",
        hint="ask the module's author to decorate it with @attrs.frozen or @dataclass, or to write "
        "parse_config(); or to give it another name, if it is for something else",
    )


def private_copy(value: Any, _seen: dict[int, Any] | None = None) -> Any:
    """Copy lists and mappings all the way down, and nothing else.

    A host may pass objects in a mapping that cannot be copied, so they are shared.
    """
    # YAML aliases make one list stand in several places, even in itself.
    seen = _seen if _seen is not None else {}
    if id(value) in seen:
        return seen[id(value)]
    if isinstance(value, dict):
        mapping: dict[Any, Any] = {}
        seen[id(value)] = mapping
        mapping.update((key, private_copy(item, seen)) for key, item in value.items())
        return mapping
    if isinstance(value, list):
        items: list[Any] = []
        seen[id(value)] = items
        items.extend(private_copy(item, seen) for item in value)
        return items
    return value


def is_same(one: Any, other: Any, _seen: set[tuple[int, int]] | None = None) -> bool:
    """Compare values more strictly than Python does.

    To Python ``1``, ``1.0`` and ``true`` are equal, and so are mappings in another order; a module
    may distinguish them.

    Args:
        one: A value from a config file.
        other: Another one.
    """
    if type(one) is not type(other):
        return False
    if not isinstance(one, dict | list):
        return one is other or bool(one == other)
    seen = set() if _seen is None else _seen
    if (id(one), id(other)) in seen:  # what contains itself, or stands in several places
        return True
    seen.add((id(one), id(other)))
    if len(one) != len(other):
        return False
    if isinstance(one, dict):
        # Pairwise, so that the order counts, and by type, as `1` and `true` are one key to Python.
        keys = all(is_same(key, like) for key, like in zip(one, other, strict=True))
        return keys and all(is_same(one[key], other[key], seen) for key in one)
    return all(is_same(item, like, seen) for item, like in zip(one, other, strict=True))


def _misfits(file: HostFile, entry: ModuleEntry, errors: StructureErrors) -> ConfigErrors:
    return ConfigErrors(
        tuple(
            file.problem(
                fault.code,
                f"module {entry.name!r}: {fault.message}",
                (*entry.path, "config", *fault.path),
                expected=fault.expected,
                hint=fault.hint,
                key=fault.is_key,
            )
            for fault in errors.faults
        )
    )


def _bad_config(
    file: HostFile, entry: ModuleEntry, module_class: type, error: BaseException
) -> ConfigErrors:
    path: Path = (*entry.path, "config")
    if isinstance(error, StructureErrors):  # it may call `hostkit.config.structure` by itself
        return _misfits(file, entry, error)
    if isinstance(error, ConfigError):
        message, path = error.message, (*path, *_steps(error.path))
    elif hasattr(error, "absolute_path") and hasattr(error, "message"):
        # What jsonschema raises; hostkit does not need it, but many modules do.
        refusal: Any = error
        message, path = str(refusal.message), (*path, *(refusal.absolute_path or ()))
    else:
        return broken(file, entry, module_class, "parse_config", error)
    return ConfigErrors(
        (
            file.problem(
                Code.CONFIG_REFUSED,
                f"module {entry.name!r} refuses its config: {message}",
                path,
                details=causes(error),
            ),
        )
    )


def _steps(path: Path) -> Path:
    """Understand ``<item 2>``, which some modules write for an index."""
    steps: list[str | int] = []
    for step in path:
        item = _ITEM.fullmatch(step) if isinstance(step, str) else None
        steps.append(int(item[1]) if item is not None else step)
    return tuple(steps)
