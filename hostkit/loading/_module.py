"""Build a module: import its class, parse its config, call its constructor."""

from __future__ import annotations

import functools
import inspect
import re
from typing import TYPE_CHECKING, Any, final

import attrs

from hostkit.api import ModuleApi, Mount, Registration, Registrations
from hostkit.codes import Code
from hostkit.config import HostFile, ModuleEntry, StructureErrors, structure
from hostkit.errors import (
    CodedError,
    ConfigError,
    ConfigErrors,
    HostkitError,
    Path,
    Place,
)
from hostkit.loading._copying import private_copy
from hostkit.loading._equality import is_same
from hostkit.loading._frames import causes, innermost_frame
from hostkit.loading._imports import MODULES, NotLoadableError, find_object
from hostkit.wording import exception_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.metadata import EntryPoints

    from hostkit.background import Loops

_ITEM = re.compile(r"<item (\d+)>")


@final
@attrs.frozen(eq=False)
class Module:
    """A module that was built, and what it registered.

    Attributes:
        name: Its unique name.
        instance: The object itself.
        entry: What the config file says about it.
        callbacks: Its callbacks, in the order of registration.
        mounts: Its web resources, in the order of registration.
        place: Finds its entry in the config file.
        loops: Its background loops.
    """

    name: str
    instance: Any
    entry: ModuleEntry
    callbacks: tuple[Registration, ...]
    mounts: tuple[Mount, ...]
    place: Callable[[], Place | None]
    loops: Loops


def load_module(
    file: HostFile,
    entry: ModuleEntry,
    api_class: type[ModuleApi],
    points: EntryPoints | None = None,
) -> Module:
    """Import a module's class, parse its config and build it.

    Args:
        file: The config file.
        entry: The module's entry in it.
        api_class: What to give the module; see `hostkit.api.make_api_class`.
        points: All installed modules, if they were looked for already, which takes a while.

    Raises:
        ConfigErrors: Something about the module is wrong; nothing of it is left behind.
    """
    module_class = _find_class(file, entry, points)
    try:
        config = _parse_config(file, entry, module_class)
    except ConfigErrors:
        raise
    except (Exception, SystemExit) as error:  # of the class, or of its Config
        raise _broken(file, entry, module_class, "parse_config", error) from error
    registrations = Registrations()
    try:
        instance = module_class(config, api_class(entry.name, registrations))
    except (Exception, SystemExit) as error:
        raise _broken(file, entry, module_class, "__init__", error) from error
    finally:
        registrations.is_open = False
    return Module(
        name=entry.name,
        instance=instance,
        entry=_snapshot(entry),
        callbacks=tuple(registrations.callbacks),
        mounts=tuple(registrations.mounts),
        place=functools.partial(file.locate, entry.path),
        loops=registrations.loops,
    )


def keep_module(file: HostFile, entry: ModuleEntry, modules: Sequence[Module]) -> Module | None:
    """Find the module that was built for an entry like this one.

    Args:
        file: The config file.
        entry: The module's entry in it.
        modules: What was built before.

    Returns:
        The module with its new entry, if its name, class and config are the same.
    """
    entry = _snapshot(entry)
    for module in modules:
        old = module.entry
        is_named_alike = (old.name, old.module) == (entry.name, entry.module)
        if is_named_alike and is_same(old.config, entry.config):
            place = functools.partial(file.locate, entry.path)
            return attrs.evolve(module, entry=entry, place=place)
    return None


def _snapshot(entry: ModuleEntry) -> ModuleEntry:
    """Keep a config as it is now; who gave it as a mapping may change that later."""
    return attrs.evolve(entry, config=private_copy(entry.config))


def _find_class(file: HostFile, entry: ModuleEntry, points: EntryPoints | None) -> type:
    path = (*entry.path, "module")
    found: object = entry.module
    if isinstance(entry.module, str):
        try:
            found = find_object(entry.module, MODULES, points)
        except NotLoadableError as error:
            message = f"module {entry.name!r} cannot be loaded: {error.problem.message}"
            problem = file.adopt(attrs.evolve(error.problem, message=message, path=path))
            raise ConfigErrors((problem,)) from error
    if isinstance(found, type):
        return found
    raise ConfigErrors(
        (
            file.problem(
                Code.NOT_A_CLASS,
                f"module {entry.name!r} is not a class but {type(found).__name__} {found!r}",
                path,
                expected="a class that is built with its config and the module api",
            ),
        )
    )


def _parse_config(file: HostFile, entry: ModuleEntry, module_class: Any) -> Any:
    config = private_copy(entry.config)
    if hasattr(module_class, "parse_config"):
        if inspect.iscoroutinefunction(module_class.parse_config):
            problem = file.problem(
                Code.PARSE_CONFIG_RAISED,
                f"module {entry.name!r} has an asynchronous parse_config",
                entry.path,
                hint="write it with a plain 'def'; what must wait belongs into start()",
            )
            raise ConfigErrors((problem,))
        try:
            return module_class.parse_config(config)
        except (Exception, SystemExit) as error:
            raise _bad_config(file, entry, module_class, error) from error
    config_class = getattr(module_class, "Config", None)
    if not (isinstance(config_class, type) and _is_structured(config_class)):
        return config
    try:
        return structure(config, config_class)
    except StructureErrors as errors:
        raise _misfits(file, entry, errors) from errors


def _is_structured(config_class: type) -> bool:
    return attrs.has(config_class) or hasattr(config_class, "__dataclass_fields__")


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
        message, path = str(error.message), (*path, *(error.absolute_path or ()))
    else:
        return _broken(file, entry, module_class, "parse_config", error)
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


def _broken(
    file: HostFile, entry: ModuleEntry, module_class: type, what: str, error: BaseException
) -> ConfigErrors:
    frame = innermost_frame(error, module_class.__module__)
    where = (frame,) if frame is not None else ()
    if isinstance(error, CodedError):
        problem = attrs.evolve(
            error.problem,
            message=f"module {entry.name!r}: {error.problem.message}",
            path=entry.path,
            details=(*error.problem.details, *where),
        )
        return ConfigErrors((file.adopt(problem),))
    code = Code.INIT_RAISED if what == "__init__" else Code.PARSE_CONFIG_RAISED
    text = str(error) if isinstance(error, HostkitError) else exception_line(error)
    return ConfigErrors(
        (
            file.problem(
                code,
                f"module {entry.name!r} failed in {what}: {text}",
                entry.path,
                details=(*causes(error), *where),
                hint=_hint(module_class, what, error),
            ),
        )
    )


def _hint(module_class: type, what: str, error: BaseException) -> str | None:
    """Say what to do if not even the call itself worked."""
    called = error.__traceback__.tb_next if error.__traceback__ is not None else None
    if not isinstance(error, TypeError) or called is not None:
        return None
    if what == "__init__":
        return f"modules are built as {module_class.__name__}(config, api)"
    return "parse_config(config) is a @staticmethod or a @classmethod"
