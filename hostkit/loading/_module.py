"""Build a module: import its class, parse its config, call its constructor."""

from __future__ import annotations

import functools
import inspect
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import attrs

from hostkit.api import Registrations
from hostkit.codes import Code
from hostkit.config import Findings
from hostkit.errors import ConfigErrors
from hostkit.loading._config import is_same, parse_config, private_copy
from hostkit.loading._environment import Environment
from hostkit.loading._failures import broken, is_about_loops, pass_on
from hostkit.loading._forgotten import coroutines_noted, warn_of_forgotten
from hostkit.loading._imports import find_class
from hostkit.loading._requirements import check_class
from hostkit.logs import step_logged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hostkit.api import HostServices, ModuleApi, Mount, Registration
    from hostkit.background import BackgroundWork
    from hostkit.config import HostFile, ModuleEntry
    from hostkit.database import DatabaseUse
    from hostkit.errors import Place, Problem
    from hostkit.loops import Lifetime


@final
@attrs.frozen(eq=False)
class Module:
    """A module that was built, and what it registered.

    Attributes:
        name: Its unique name.
        module_class: Its class, as it was found.
        instance: The object itself.
        entry: Its entry in the config file.
        callbacks: Its callbacks, in the order of registration.
        mounts: Its web resources, in the order of registration.
        place: Finds its entry in the config file.
        background: What it does in the background.
        lifetime: Ends what it has in flight at services.
        database: What it has to do with the database.
        warnings: What was found to be probably wrong with it.
    """

    name: str
    module_class: type
    instance: Any
    entry: ModuleEntry
    callbacks: tuple[Registration, ...]
    mounts: tuple[Mount, ...]
    place: Callable[[], Place | None]
    background: BackgroundWork
    lifetime: Lifetime
    database: DatabaseUse
    warnings: tuple[Problem, ...] = ()


@final
@attrs.frozen(eq=False)
class ModuleLoader:
    """Builds the modules of one config file for a host.

    Attributes:
        file: The config file.
        api_class: The class of what modules are given; see `hostkit.api.make_api_class`.
        services: What the host offers to its modules.
        environment: Where their classes are looked for.
        findings: Collects warnings.
    """

    file: HostFile
    api_class: type[ModuleApi]
    services: HostServices
    environment: Environment = attrs.field(factory=Environment)
    findings: Findings = attrs.field(
        default=attrs.Factory(lambda self: Findings(self.file), takes_self=True)
    )

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is probably wrong with the file, its modules, and what is installed."""
        return (*self.environment.warnings, *self.findings.warnings)

    def for_file(self, file: HostFile, environment: Environment) -> ModuleLoader:
        """Return the same for another file, or for the same one once more."""
        return attrs.evolve(self, file=file, environment=environment, findings=Findings(file))

    def load(self, entry: ModuleEntry) -> Module:
        """Import a module's class, parse its config and build it.

        Args:
            entry: The module's entry in the file.

        Raises:
            ConfigErrors: Something about the module is wrong; nothing of it is left behind.
        """
        module_class = self._find_class(entry)
        registrations = Registrations(folder=_folder_of(module_class))
        before = len(self.findings.found)
        try:
            with step_logged("built", f"module {entry.name!r}"), coroutines_noted() as coroutines:
                instance = self._build(entry, module_class, registrations)
            warn_of_forgotten(entry.name, instance, registrations, coroutines)
        finally:
            for message in registrations.warnings:
                self.findings.note(entry.path, message)
        return Module(
            name=entry.name,
            module_class=module_class,
            instance=instance,
            entry=_snapshot(entry),
            callbacks=tuple(registrations.callbacks),
            mounts=tuple(registrations.mounts),
            place=functools.partial(self.file.locate, entry.path),
            background=registrations.background,
            lifetime=registrations.lifetime,
            database=registrations.database,
            warnings=tuple(self.findings.found[before:]),
        )

    def check(self, entry: ModuleEntry) -> type:
        """Import a module's class and parse its config; nothing is built.

        Args:
            entry: The module's entry in the file.

        Returns:
            The class.

        Raises:
            ConfigErrors: Something about the module is wrong.
        """
        module_class = self._find_class(entry)
        with step_logged("read", f"config of module {entry.name!r}"):
            self._parse(entry, module_class)
        return module_class

    def _find_class(self, entry: ModuleEntry) -> type:
        module_class = find_class(self.file, entry, self.environment)
        check_class(self.file, entry, module_class)
        return module_class

    def _parse(self, entry: ModuleEntry, module_class: type) -> Any:
        try:
            config = parse_config(self.findings, entry, module_class)
        except ConfigErrors:
            raise
        except BaseException as error:  # of the class, or of its Config
            pass_on(error)
            raise broken(self.file, entry, module_class, "parse_config", error) from error
        if inspect.iscoroutine(config):
            config.close()
            raise ConfigErrors((_not_awaited(self.file, entry, config),))
        return config

    def _build(self, entry: ModuleEntry, module_class: type, registrations: Registrations) -> Any:
        config = self._parse(entry, module_class)
        try:
            api = self.api_class(entry.name, registrations, self.services)
            return module_class(config, api)
        except BaseException as error:
            pass_on(error)
            if is_about_loops(error):  # coroutines that were meant for one end here, not later
                traceback.clear_frames(error.__traceback__)
            raise broken(self.file, entry, module_class, "__init__", error) from error
        finally:
            registrations.is_open = False  # the module may keep its api even if it failed

    def keep(self, entry: ModuleEntry, modules: Sequence[Module]) -> Module | None:
        """Find the module that was built for an entry like this one.

        Args:
            entry: The module's entry in the file.
            modules: What was built before.

        Returns:
            The module with its new entry, if its name, class and config are the same.
        """
        entry = _snapshot(entry)
        # The name of the class is enough: Python code is not imported again in a reload.
        for module in modules:
            old = module.entry
            is_named_alike = (old.name, old.module) == (entry.name, entry.module)
            if is_named_alike and is_same(old.config, entry.config):
                place = functools.partial(self.file.locate, entry.path)
                warnings = tuple(
                    attrs.evolve(each, path=(*entry.path, *each.path[len(entry.path) :]))
                    for each in module.warnings
                )
                self.findings.found += warnings
                return attrs.evolve(module, entry=entry, place=place, warnings=warnings)
        return None


def _folder_of(module_class: type) -> Path | None:
    file = getattr(sys.modules.get(module_class.__module__), "__file__", None)
    return None if file is None else Path(file).absolute().parent


def _not_awaited(file: HostFile, entry: ModuleEntry, coroutine: Any) -> Problem:
    return file.problem(
        Code.PARSE_CONFIG_RAISED,
        f"parse_config of module {entry.name!r} returned the coroutine {coroutine.__qualname__}: "
        "an `await` is missing",
        entry.path,
        hint="parse_config cannot await; what must wait belongs into start()",
    )


def _snapshot(entry: ModuleEntry) -> ModuleEntry:
    """Keep a config as it is now; a host that passed it as a mapping may change that later."""
    return attrs.evolve(entry, config=private_copy(entry.config))
